import Drawing
import Foundation
import Testing

@testable import CairoRendering

@Suite struct FontLibraryTests {
    @Test(
        "Advances are those of the font files",
        arguments: [
            // DejaVu Sans: 0 is 1303 and A 1401 of 2048 units; Mono: 1233. Micro Hei: a character is an em.
            ("0", Font(size: 2048), 1303.0), ("A", Font(size: 2048), 1401), ("0", Font(.mono, size: 2048), 1233),
            ("中", Font(size: 100), 100),
            ("", Font(size: 100), 0),
        ])
    func advances(text: String, font: Font, width: Double) {
        #expect(abs(fonts.metrics(of: text, in: font).width - width) < 1e-6)
    }

    @Test("Every size of a text has the same proportions")
    func proportions() {
        let text = "软提示 P = 8"
        let (small, large) = (fonts.metrics(of: text, in: Font(size: 9)), fonts.metrics(of: text, in: Font(size: 90)))
        #expect(abs(large.width - 10 * small.width) < 1e-9)
        #expect(abs(large.ink.height - 10 * small.ink.height) < 1e-9)
    }

    @Test("A mixed line is as wide as its parts, and kerning is between letters of one face only")
    func mixed() {
        let font = Font.body
        let whole = fonts.metrics(of: "软提示Prompt", in: font).width
        #expect(abs(whole - fonts.metrics(of: "软提示", in: font).width - fonts.metrics(of: "Prompt", in: font).width) < 1e-9)
        #expect(
            fonts.metrics(of: "AV", in: font).width < fonts.metrics(of: "A", in: font).width
                + fonts.metrics(of: "V", in: font).width)
    }

    @Test(
        "Capitals of every DejaVu face have the height that layout centres by", arguments: Font.Family.allCases,
        Font.Weight.allCases)
    func capitals(family: Font.Family, weight: Font.Weight) {
        let font = Font(family, weight, size: 2048)
        let ink = fonts.metrics(of: "H", in: font).ink
        #expect(abs(ink.bottom) < 1 && abs(-ink.y - font.capitalHeight) < 1)
    }

    @Test("The middle of Chinese characters is that of capitals to 0.05 em")
    func chineseMiddle() {
        let ink = fonts.metrics(of: "国", in: Font(size: 100)).ink
        #expect(abs(-ink.centre.y - Font(size: 100).capitalHeight / 2) < 5)
    }

    @Test(
        "What cannot be drawn is named",
        arguments: [
            ("weather 👍🏽", "\u{1F44D}"), ("a\u{202E}b", "\u{202E}"), ("שלום", "ש"), ("\u{0}", "\u{0}"),
            ("𓀀", "\u{13000}"),
            ("\u{E000}", "\u{E000}"), ("𪚥", "\u{2A6A5}"),
        ] as [(String, Unicode.Scalar)])
    func undrawable(text: String, scalar: Unicode.Scalar) throws {
        let found = try #require(fonts.undrawable(in: text, font: .body))
        #expect(found.scalar == scalar)
        #expect(throws: RenderingError.undrawable(found)) { try rendering.png(Specimens.text(text), theme: .light) }
        #expect(throws: RenderingError.undrawable(found)) { try rendering.svg(Specimens.text(text), theme: .light) }
        #expect(throws: RenderingError.undrawable(found)) { try rendering.pdf(Specimens.text(text), theme: .light) }
        #expect(throws: found) { try LiveSVG(measurer: fonts).write(Specimens.text(text)) }
    }

    @Test("A missing glyph's error names the character, the text, the font and its package")
    func message() throws {
        let found = try #require(fonts.undrawable(in: "x𪚥", font: .body))
        #expect(
            found.description
                == "The character U+2A6A5 in the text “x𪚥” has no glyph in WenQuanYi Micro Hei of the Debian package fonts-wqy-microhei; write the text without it."
        )
        let neither = try #require(fonts.undrawable(in: "𓀀", font: .body))
        #expect(neither.description.contains("DejaVu Sans or WenQuanYi Micro Hei"))
        #expect(neither.description.contains("fonts-dejavu-core or fonts-wqy-microhei"))
    }

    @Test(
        "What figures write can be drawn in every face",
        arguments: [
            "−0.12 · 1.2e−5 ≈0 ≤ ≥ × λ Δ √ ∞ … — “” ‘’ ✓ ✗ → ← ⟨U+202E⟩ ␣ \u{202F}% \u{00A0}", "软提示（前缀微调）：键、值，“查询”——……《》【】％！？；",
        ])
    func drawable(text: String) {
        for family in Font.Family.allCases {
            for weight in Font.Weight.allCases {
                #expect(fonts.undrawable(in: text, font: Font(family, weight, size: 12)) == nil)
            }
        }
    }

    @Test("A font file that is not there is an error with the package to install")
    func missing() {
        let file = FontFile("Some Sans", path: "/nowhere/some.ttf", package: "fonts-some")
        #expect(throws: RenderingError.missingFont(name: "Some Sans", package: "fonts-some", path: "/nowhere/some.ttf")) {
            try Face(file)
        }
        #expect(
            RenderingError.missingFont(name: "Some Sans", package: "fonts-some", path: "/nowhere/some.ttf").description
                == "The font Some Sans is not at /nowhere/some.ttf: install it with `apt-get install fonts-some`.")
    }

    @Test("A file that is no font is an error that says so")
    func unreadable() {
        let file = FontFile("Some Sans", path: #filePath, package: "fonts-some")
        #expect(throws: RenderingError.unreadableFont(name: "Some Sans", path: #filePath)) { try Face(file) }
    }

    @Test("The files in use are listed once each, with their packages")
    func files() {
        #expect(fonts.files.count == 6)
        #expect(Set(fonts.files.map(\.package)) == ["fonts-dejavu-core", "fonts-wqy-microhei"])
        #expect(fonts.files.allSatisfy { $0.path.hasPrefix("/usr/share/fonts/") })
    }

    @Test("Bold Chinese is heavier than regular, and as wide")
    func boldChinese() throws {
        let (regular, bold) = (Font(size: 24), Font(.sans, .bold, size: 24))
        #expect(fonts.metrics(of: "软提示", in: regular).width == fonts.metrics(of: "软提示", in: bold).width)
        func darkness(_ font: Font) throws -> Int {
            try rendering.bitmap(Specimens.text("软提示", font: font), theme: .light).pixels.reduce(0) { $0 + 255 - Int($1) }
        }
        let (plain, heavy) = (try darkness(regular), try darkness(bold))
        #expect(Double(heavy) > 1.25 * Double(plain))
    }

    @Test("Many threads may measure at once")
    func threads() async {
        let expected = fonts.metrics(of: "thread 软 7", in: .body)
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    (0..<200).allSatisfy { index in
                        _ = fonts.metrics(of: "\(task) 软 \(index)", in: .body)
                        return fonts.metrics(of: "thread 软 7", in: .body) == expected
                    }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test(
        "Noto draws Chinese where it is installed and asked for, with a bold face of its own",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")))
    func noto() throws {
        let library = try FontLibrary(chinese: .noto)
        #expect(Set(library.files.map(\.package)) == ["fonts-dejavu-core", "fonts-noto-cjk"])
        #expect(library.undrawable(in: "软提示（Prompt Tuning）𪚥", font: .body)?.scalar == "\u{2A6A5}")
        let rendering = Rendering(fonts: library)
        let png = try rendering.png(Specimens.text("软提示", font: .title), theme: .light)
        #expect(png != (try CairoRenderingTests.rendering.png(Specimens.text("软提示", font: .title), theme: .light)))
    }

    @Test(
        "Noto that is not installed is an error with its package",
        .disabled(if: FileManager.default.fileExists(atPath: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")))
    func notoMissing() {
        #expect {
            try FontLibrary(chinese: .noto)
        } throws: { error in
            "\(error)".contains("apt-get install fonts-noto-cjk")
        }
    }
}
