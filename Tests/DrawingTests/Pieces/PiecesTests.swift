import Drawing
import Testing

@Suite struct PiecesTests {
    @Test(
        "A box holds its content with air round it",
        arguments: [Box.plain, .frozen, .trained, .textToken, .gradient, .key, .value])
    func boxes(box: Box) {
        let block = box.block(english.line("attention"), width: 60, height: 20)
        #expect(block.width >= 60 && block.height >= 20)
        #expect(findings(in: block) == [])
    }

    @Test("What is frozen has a lock and hatching, what is trained a thicker line, whatever their colours")
    func secondSigns() {
        let hatched = flattened(Box.frozen.block(english.line("x")).elements).contains {
            if case .shape(let shape) = $0 { shape.hatch != nil } else { false }
        }
        #expect(hatched && Box.frozen.badge == .lock)
        #expect(Box.trained.stroke.width >= 2 * Box.plain.stroke.width)
        #expect(!Box.gradient.stroke.dash.isEmpty)
    }

    @Test("A badge stays in its square", arguments: Badge.allCases, [9.0, 14, 28])
    func badges(badge: Badge, size: Double) throws {
        let block = badge.block(size: size)
        for case .shape(let shape) in flattened(block.elements) {
            #expect(block.bounds.contains(try #require(shape.path.bounds).grown(by: (shape.stroke?.width ?? 0) / 2)))
        }
    }

    @Test("A token shows what is not visible in it")
    func tokens() {
        #expect(texts(in: english.token("a\u{202E}b")).map(\.text) == ["a⟨U+202E⟩b"])
    }

    @Test(
        "A colour key names both ends of its scale, and zero between them",
        arguments: [
            (ColourScale.sequential(to: 0.61), ["0", "0.61"]), (.diverging(magnitude: 2), ["−2.0", "0", "2.0"]),
            (.sequential(to: 0), ["0"]),
        ])
    func keys(scale: ColourScale, numbers: [String]) {
        let block = ColourKey(scale, title: "weight").block(english)
        #expect(texts(in: block).map(\.text) == ["weight"] + numbers)
        #expect(findings(in: block) == [])
    }

    @Test(
        "A sheet is as wide as asked, its height in steps of 8, and nothing leaves it", arguments: Language.allCases,
        [321.0, 720, 1080])
    func sheets(language: Language, width: Double) {
        let type = Typesetter(measurer: PlainMeasurer(), language: language)
        let scene = Sheet(
            title: Localised(en: "What is a soft prompt, and what does it do?", zhHans: "什么是软提示，它做什么？"),
            description: Localised(en: "A box.", zhHans: "一个方框。"), body: Box.trained.block(type.line("x")),
            caption: Localised(en: "The model stays frozen; only the prompt is trained.", zhHans: "模型保持冻结，只训练软提示。"),
            provenance: Localised(en: "model 3f2a… · seed 7 · step 120", zhHans: "模型 3f2a… · 种子 7 · 第 120 步"), width: width
        ).scene(type)
        #expect(scene.size.width == width)
        #expect(scene.size.height.truncatingRemainder(dividingBy: 8) == 0)
        #expect(scene.language == language)
        for theme in [Theme.light, .dark] {
            #expect(SceneAudit(measurer: PlainMeasurer()).findings(in: scene, theme: theme).map(\.description) == [])
        }
    }

    @Test("A sheet without its drawn title still has one for screen readers")
    func untitled() {
        let title = Localised(en: "Title", zhHans: "标题")
        let scene = Sheet(title: title, description: title, body: .space(width: 10, height: 10), showsTitle: false).scene(english)
        #expect(scene.title == "Title")
        #expect(texts(in: Block(size: scene.size, elements: scene.elements)).isEmpty)
    }
}
