import CairoRendering
import Drawing
import Testing

@Suite struct RenderingTests {
    @Test("The same scene gives the same bytes again, in every format and theme")
    func repeatable() throws {
        let first = try Specimens.hashes()
        #expect(Set(first).count == first.count)
        #expect(try Specimens.hashes() == first)
    }

    @Test("Another process gives the same bytes, whatever it has drawn before")
    func acrossProcesses() async throws {
        let here = try Specimens.hashes()
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            // Other drawings first, so that Cairo's counters and our caches stand elsewhere.
            _ = try rendering.svg(Specimens.text("软 first", font: .title), theme: .dark)
            _ = try rendering.pdf(Specimens.mixed(.en), theme: .dark)
            print("hashes:" + (try Specimens.hashes()).joined(separator: ","))
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        #expect(output.contains("hashes:" + here.joined(separator: ",")))
    }

    @Test("Many threads may draw at once")
    func threads() async throws {
        let expected = try Specimens.hash(rendering.png(Specimens.mixed(), theme: .light))
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try Specimens.hash(rendering.png(Specimens.mixed(), theme: .light)) } }
            for try await hash in group { #expect(hash == expected) }
        }
    }

    @Test("Text lies where its measured ink says", arguments: [TextRun.Turn.none, .upwards])
    func ink(turn: TextRun.Turn) throws {
        let run = TextRun("Ag软，", at: Point(x: 60, y: 70), font: Font(size: 20), turn: turn)
        let scene = Scene(
            size: Size(width: 140, height: 100), title: "t", description: "d", language: .en, elements: [.text(run)])
        let bitmap = try rendering.bitmap(scene, theme: .light, scale: 1)
        let dark = (0..<bitmap.width * bitmap.height).filter { bitmap.pixels[$0 * 3] < 200 }.map {
            Point(x: Double($0 % bitmap.width) + 0.5, y: Double($0 / bitmap.width) + 0.5)
        }
        let drawn = try #require(Rectangle(around: dark)).grown(by: 0.5)
        let measured = run.ink(fonts.metrics(of: run.text, in: run.font))
        for (a, b) in [
            (drawn.x, measured.x), (drawn.y, measured.y), (drawn.right, measured.right), (drawn.bottom, measured.bottom),
        ] {
            #expect(abs(a - b) < 1.25)
        }
    }

    @Test("The pieces keep the layout rules with the real faces, in both languages and themes", arguments: Language.allCases)
    func audit(language: Language) {
        for theme in [Theme.light, .dark] {
            #expect(SceneAudit(measurer: fonts).findings(in: Specimens.mixed(language), theme: theme).map(\.description) == [])
        }
    }
}
