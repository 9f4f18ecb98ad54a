import CairoRendering
import Drawing
import Figures
import Foundation
import Recordings
import Testing

@testable import Experiments

/// Training steps of small runs, walked through.
@Suite struct WalkthroughTests {
    typealias Told = ReplayedRunTests.Told

    static let walked = [
        Told("prompt-tuning"), Told("prompt-tuning", "template") { $0.template = "[P] {prompt} the [P] [P]" },
        Told("prompt-tuning", "class head", task: "tone-en") { $0.hasClassHead = true }, Told("prefix-tuning"),
        Told("prefix-tuning", "network") { $0.projectionWidth = 5 }, Told("p-tuning"), Told("p-tuning-v2"), Told("lora"),
        Told("qlora"),
        Told("adalora") { $0.rank = 4 }, Told("full-fine-tuning"), Told("prompt-tuning+lora"),
        Told("prefix-tuning", "Llama", isLlama: true), Told("prompt-tuning", "Llama", isLlama: true),
        Told("lora", "Llama", isLlama: true), Told("prompt-tuning+lora", "Llama", isLlama: true),
    ]

    static func withStep(_ told: Told, step: Int? = nil, _ body: (ExplainedStep, BaseModel) throws -> Void) throws {
        try ReplayedRunTests.withRecording(told) { model, folder in
            let base = try BaseModel(opening: model)
            try body(ExplainedStep(Recording(opening: folder), step: step, base: base), base)
        }
    }

    static var options: FigureOptions { FigureOptions(width: Walkthrough.size.width) }

    @Test(
        "Every method is told from the tokens to the update, each slide of one size and within the rules of layout",
        arguments: walked)
    func everyMethod(_ told: Told) throws {
        let fonts = try FontLibrary()
        try Self.withStep(told, step: 2) { step, _ in
            for language in Language.allCases {
                let type = Typesetter(measurer: fonts, language: language)
                let walkthrough = try Walkthrough(step, options: Self.options, type: type)
                #expect(walkthrough.frameCount > 25)
                var scenes = try (0..<walkthrough.frameCount).map(walkthrough.frame)
                #expect(Set(scenes.map(\.size)) == [Walkthrough.size])
                #expect(Set(scenes.map(\.title)).count > scenes.count - 4, "titles tell frames apart")
                scenes.append(try walkthrough.filmstrip())
                for scene in scenes {
                    for finding in SceneAudit(measurer: fonts).findings(in: scene, theme: language == .en ? .light : .dark) {
                        Issue.record("\(told), \(language.rawValue), \(scene.title): \(finding.description)")
                    }
                }
            }
        }
    }

    @Test("A frame's number, its arithmetic and its operands are what the stepper says of it")
    func sameWorking() throws {
        try Self.withStep(Told("prompt-tuning"), step: 2) { step, base in
            let name = ValueName.block(0, "attention.scores")
            let working = try #require(try step.working(of: name, at: [1, 0, 0]))
            let session = try SteppingSession(step.recording, base: base)
            try session.jump(toStep: 2)
            try session.jump(toValue: name)
            try session.jump(toElement: [1, 0, 0])
            let told = try #require(try session.explanation())
            #expect(working.arithmetic == told.arithmetic)
            #expect(working.result == told.recomputed)
            #expect(working.agrees)
            #expect(!working.operands.isEmpty)
            #expect(working.operands.map(\.address) == told.operands.filter(\.isShown).map(\.address))
            #expect(try step.value(name)?[1, 0, 0] == Float(told.number))
        }
    }

    @Test("Every address of a slide leads to a number that explain knows, and the arithmetic agrees")
    func addresses() throws {
        let type = Typesetter(measurer: try FontLibrary(), language: .en)
        try Self.withStep(Told("lora"), step: 2) { step, base in
            let walkthrough = try Walkthrough(step, options: Self.options, type: type)
            let explainer = Explainer(step.recording, base: base)
            var last: [String: String] = [:]
            // One of each value and function: slides carry thousands of cells.
            for index in 0..<walkthrough.frameCount {
                for text in try walkthrough.frame(index).addresses {
                    if let derivation = try Derivation(parsing: text) {
                        last["\(derivation.function) \(derivation.arguments[0].value)"] = text
                    } else {
                        last[try Address(parsing: text).value.rawValue] = text
                    }
                }
            }
            #expect(last.count > 40)
            for text in last.values.sorted() { #expect(try explainer.explain(text).agrees ?? true, "\(text)") }
        }
    }

    @Test("Without a step, the last one that was kept whole is walked; the state behind the last update is refused")
    func steps() throws {
        try ReplayedRunTests.withRecording(Told("prompt-tuning")) { model, folder in
            let recording = try Recording(opening: folder)
            let base = try BaseModel(opening: model)
            let run = try recording.run()
            let kept = run.description.frames.last { $0.phases.contains(.optimizer) }?.step
            let expected = kept ?? run.journal.stepCount - 1
            #expect(try ExplainedStep(recording, base: base).step == expected)
            let count = run.journal.stepCount
            #expect(throws: SteppingError.phaseNotThere(.optimizer, step: count, run: run.id)) {
                try ExplainedStep(recording, step: count, base: base)
            }
            #expect(throws: SteppingError.stepOutOfRange(-1, run: run.id, steps: 0...count - 1)) {
                try ExplainedStep(recording, step: -1, base: base)
            }
        }
    }

    @Test("A run without updates is refused")
    func noUpdates() throws {
        #expect(throws: SteppingError.nothingToStep(run: "hard-prompt")) {
            try Self.withStep(Told("hard-prompt") { $0.text = "the opposite" }) { _, _ in }
        }
    }

    @Test(
        "Options that do not fit are named",
        arguments: [
            (FigureOptions(width: 1280, layer: 1), "layers 0 to 0"), (FigureOptions(width: 1280, head: 2), "heads 0 to 1"),
            (FigureOptions(width: 1280, example: 9), "examples 0 to 3"), (FigureOptions(width: 720), "1152px"),
        ])
    func options(_ options: FigureOptions, _ reason: String) throws {
        let type = Typesetter(measurer: try FontLibrary(), language: .en)
        try Self.withStep(Told("prompt-tuning")) { step, _ in
            let error = #expect(throws: FigureError.self) { try Walkthrough(step, options: options, type: type) }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
        }
    }
}
