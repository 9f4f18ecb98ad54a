import CairoRendering
import Drawing

/// The faces, opened once for all tests.
let fonts = try! FontLibrary()
let rendering = Rendering(fonts: fonts)

/// Scenes that use everything a scene can hold.
enum Specimens {
    static func mixed(_ language: Language = .zhHans, background: Paint? = .paper) -> Scene {
        let type = Typesetter(measurer: fonts, language: language)
        let values = (0..<24).map { $0 % 5 == 4 ? nil : Float($0) / 12 - 1 }
        let matrix = MatrixView(
            rows: MatrixAxis(count: 3, labels: ["今天", "is", "λ"], noun: Localised(en: "rows", zhHans: "行")),
            columns: MatrixAxis(
                groups: [.init(count: 2, label: type(Localised(en: "prompt", zhHans: "软提示")), role: .trained), .init(count: 6)],
                noun: Localised(en: "columns", zhHans: "列")), values: values, scale: .diverging(magnitude: 1), address: "s1/x")
        var body = Block.column([
            type.line("软提示（Prompt Tuning）P = 8", font: .title), Box.frozen.block(type.line("Transformer", font: .body.mono)),
            matrix.block(type, room: Size(width: 300, height: 200)), ColourKey(matrix.scale, title: "value").block(type),
        ])
        body.place(type.upwardsLine("查询 query"), at: Point(x: 260, y: 60))
        body.elements.append(.arrow([Point(x: 200, y: 50), Point(x: 240, y: 50), Point(x: 240, y: 90)], .backward))
        // Sizes that are whole numbers of points as well.
        let page = body.within(width: 328, height: 328).padded(.all(16))
        return Scene(
            size: page.size, background: background, title: "软提示 <&>", description: "Every kind of element.", language: language,
            elements: page.elements)
    }

    /// A scene of one text.
    static func text(_ text: String, font: Font = .body) -> Scene {
        Scene(
            size: Size(width: 200, height: 40), title: "t", description: "d", language: .en,
            elements: [.text(TextRun(text, at: Point(x: 10, y: 25), font: font))])
    }

    /// A hash of bytes, FNV-1a: enough to tell equal files from different ones.
    static func hash(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }, radix: 16)
    }

    /// The hashes of a scene in every format and theme.
    static func hashes() throws -> [String] {
        try [Theme.light, .dark].flatMap { theme in
            try [
                hash(rendering.png(mixed(), theme: theme)), hash(rendering.svg(mixed(), theme: theme)),
                hash(rendering.pdf(mixed(), theme: theme)),
            ]
        }
    }
}
