import CairoRendering
import Drawing
import Figures
import Foundation
import Recordings
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A recording in a folder of its own, which goes when the test does.
final class Recorded {
    let recording: Recording
    private let folder: URL

    init(_ invented: InventedRecording = InventedRecording()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try invented.write(to: folder)
        recording = try Recording(opening: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

@Suite("Figures")
struct FigureTests {
    static let ids = FigureCatalogue.figures.map(\.id)

    /// Recordings of shapes that strain a layout.
    static let shapes: [(String, InventedRecording)] = [
        ("one virtual token", InventedRecording(promptLength: 1, steps: 12, promptSeeds: [7], fullSeeds: [])),
        (
            "a large model's",
            InventedRecording(promptLength: 20, width: 768, layers: 3, heads: 12, steps: 3, promptSeeds: [7], fullSeeds: [])
        ),
        (
            "long texts",
            InventedRecording(
                promptLength: 5, width: 48, layers: 2, heads: 3, steps: 30, promptSeeds: [7],
                texts: [
                    [
                        "opposite", ":", "太阳", "snow", "grass", "yellow", "colour", "dull", "film", "沉闷", "soup", "good", "white",
                        "green",
                        "empty", "=", "full", ";",
                    ], ["hot", "=", "cold", ";"],
                ])
        ),
        ("many steps", InventedRecording(promptLength: 2, width: 8, layers: 1, heads: 1, steps: 1200, promptSeeds: [1, 2])),
    ]

    private func audit(_ recording: Recording, _ figures: [Figure], widths: [Double], themes: [Theme]) throws {
        let fonts = try FontLibrary()
        for figure in figures {
            for language in Language.allCases {
                for width in widths {
                    let scene = try figure.scene(
                        of: recording, options: FigureOptions(width: width), type: Typesetter(measurer: fonts, language: language)
                    )
                    for theme in themes {
                        for finding in SceneAudit(measurer: fonts).findings(in: scene, theme: theme) {
                            Issue.record("\(figure.id), \(language.rawValue), \(width) px: \(finding.description)")
                        }
                    }
                }
            }
        }
    }

    @Test("keep the rules of layout in every width, language and theme", arguments: ids)
    func layoutEverywhere(_ id: String) throws {
        let figure = try FigureCatalogue.figure(id)
        try audit(
            KeptRecording.open(showing: figure), [figure], widths: [Sheet.article, Sheet.wide, Sheet.slide],
            themes: [.light, .dark])
    }

    @Test("are drawn to the rules from 85 mm on, and narrower or refused with the narrowest that keeps them", arguments: ids)
    func narrow(_ id: String) throws {
        let figure = try FigureCatalogue.figure(id)
        let recording = try KeptRecording.open(showing: figure)
        let fonts = try FontLibrary()
        for language in Language.allCases {
            let type = Typesetter(measurer: fonts, language: language)
            func draw(_ width: Double) throws -> Scene {
                try figure.scene(of: recording, options: FigureOptions(width: width), type: type)
            }
            // 85 mm, the column of a journal, widths between, the least that is only scaled, and one for a large poster.
            for width in [85 / 25.4 * 96, 400, 480, 560, 647, 2400] {
                let scene = try draw(width)
                #expect(abs(scene.drawnSize.width - width) < 1e-6)
                #expect(SceneAudit(measurer: fonts).findings(in: scene, theme: .dark).map(\.description) == [], "\(width)")
            }
            do {
                _ = try draw(300)
            } catch FigureError.tooNarrow(_, let asked, let least) {
                #expect(asked == 300 && least > 300 && least <= 85 / 25.4 * 96 + 8)
                #expect(throws: Never.self) { try draw(least) }
            }
            #expect(throws: FigureError.self) { try draw(200) }
        }
    }

    @Test("are sound SVG with title and description, in each language and theme, and name what they need", arguments: ids)
    func soundSVG(_ id: String) throws {
        let figure = try FigureCatalogue.figure(id)
        let recording = try KeptRecording.open(showing: figure)
        let rendering = Rendering(fonts: try FontLibrary())
        for language in Language.allCases {
            let scene = try figure.scene(of: recording, type: Typesetter(measurer: rendering.fonts, language: language))
            var files = [try rendering.liveSVG(scene, prefix: id)]
            for theme in [Theme.light, .dark] { files.append(try rendering.svg(scene, theme: theme)) }
            for (index, file) in files.enumerated() {
                let parser = XMLParser(data: Data(file))
                #expect(parser.parse(), "\(language.rawValue), file \(index): \(String(describing: parser.parserError))")
                let text = String(decoding: file, as: UTF8.self)
                #expect(text.contains(">\(XML.escaped(scene.title))</title>"))
                #expect(text.contains(">\(XML.escaped(scene.description))</desc>"))
                #expect(text.contains("xml:lang=\"\(language.rawValue)\""))
            }
            let live = String(decoding: files[0], as: UTF8.self)
            #expect(live.components(separatedBy: "data-address=").count - 1 == AddressCount.marks(of: scene))
            #expect(!figure.needs.words[language].isEmpty)
        }
    }

    /// How many marks of a scene are drawn with an address.
    enum AddressCount {
        static func marks(of scene: Scene) -> Int { marks(in: scene.elements) }

        private static func marks(in elements: [Element]) -> Int {
            elements.reduce(0) { sum, element in
                switch element {
                case .group(let group): sum + (group.address == nil ? 0 : 1) + marks(in: group.elements)
                case .cells(let grid): sum + (grid.addresses == nil ? 0 : grid.values.count { $0 != nil })
                case .shape, .text: sum
                }
            }
        }
    }

    @Test("keep the rules of layout whatever the recording's shape", arguments: shapes.map(\.0))
    func layout(ofShape name: String) throws {
        let shape = try #require(Self.shapes.first { $0.0 == name }).1
        let recorded = try Recorded(shape)
        let figures = try FigureCatalogue.figures(of: recorded.recording)
        try audit(recorded.recording, figures, widths: [Sheet.article], themes: [.light])
    }

    @Test("carry addresses that lead to recorded numbers", arguments: ids)
    func addresses(_ id: String) throws {
        let figure = try FigureCatalogue.figure(id)
        let recording = try KeptRecording.open(showing: figure)
        let scene = try figure.scene(of: recording, type: Typesetter(measurer: try FontLibrary(), language: .en))
        #expect(!scene.addresses.isEmpty)
        // Whole values are looked up once, their elements by their shape.
        var found: [Address: [Int]] = [:]
        for text in Set(scene.addresses) {
            for address in try Derivation(parsing: text)?.arguments ?? [Address(parsing: text)] {
                let whole = Address(run: address.run, step: address.step, address.value)
                let shape: [Int]
                if let known = found[whole] {
                    shape = known
                } else {
                    let value = try recording.locate(whole, step: 0).value
                    shape = [value.rowCount] + value.shape.inner
                    found[whole] = shape
                }
                #expect(address.element.count <= shape.count, "\(text)")
                #expect(zip(address.element, shape).allSatisfy { index, extent in index.map { $0 < extent } ?? true }, "\(text)")
            }
        }
    }

    @Test("are the same every time", arguments: ids)
    func deterministic(_ id: String) throws {
        let figure = try FigureCatalogue.figure(id)
        let (first, second) = (try KeptRecording.open(showing: figure), try KeptRecording.open(showing: figure))
        let type = Typesetter(measurer: try FontLibrary(), language: .zhHans)
        #expect(try figure.scene(of: first, type: type) == figure.scene(of: second, type: type))
    }

    @Test(
        "refuse to draw what the numbers contradict",
        arguments: [
            ("attention-map", InventedRecording.Spoiling.attention, "adds up to"),
            ("soft-prompt", .probabilities, "add up to"), ("soft-prompt", .frozenGradient, "has a gradient"),
            ("soft-prompt", .weights, "another hash"), ("embedding-updates", .moments, "updates add up to"),
        ])
    func invariants(_ id: String, _ spoiling: InventedRecording.Spoiling, _ reason: String) throws {
        let recorded = try Recorded(InventedRecording(steps: 20, promptSeeds: [7], fullSeeds: [], spoiled: spoiling))
        let error = #expect(throws: FigureError.self) {
            try FigureCatalogue.figure(id).scene(of: recorded.recording, type: Typesetter(measurer: FontLibrary(), language: .en))
        }
        guard case .violated(figure: id, invariant: _)? = error else {
            Issue.record("another error: \(error?.description ?? "none")")
            return
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    /// A figure, a number that is changed under it, and what it then says.
    struct Contradiction {
        let figure: String
        /// The recording's name.
        var recording = "prompt-tuning"
        let file: String
        let tensor: String
        var element = 0
        var change: @Sendable (Float) -> Float = { $0 + 0.5 }
        let reason: String
    }

    static let landscape = "runs/prompt-tuning/probes/landscape.safetensors"
    static let quantisation = "runs/qlora/probes/quantisation.safetensors"
    static let prefixFrame = "runs/prefix-tuning/frames/step-000050.safetensors"
    static let encoderFrame = "runs/p-tuning/frames/step-000050.safetensors"

    static let contradicted: [Contradiction] = [
        Contradiction(
            figure: "attention-close-up", file: KeptRecording.frame, tensor: "block.3.attention.scores", element: 44 + 33,
            reason: "its query and key give"),
        Contradiction(
            figure: "attention-decomposition", file: KeptRecording.frame, tensor: "block.3.attention.mix",
            element: 64 + 48, change: { $0 + 1e-3 }, reason: "differs from the recorded mix"),
        Contradiction(
            figure: "embedding-trajectory", file: KeptRecording.frame, tensor: "prompt.embeddings", reason: "in the journal"),
        Contradiction(
            figure: "prompt-tuning", file: KeptRecording.frame, tensor: "prompt.embeddings", reason: "in the journal"),
        Contradiction(
            figure: "gradient-flow", file: KeptRecording.trainingFrame, tensor: "gradient/prompt.embeddings",
            reason: "in the journal"
        ),
        Contradiction(
            figure: "adam-anatomy", file: KeptRecording.journal, tensor: "optimizer/prompt.embeddings.first-moment",
            element: 20 * 512 + 5 * 64 + 61, reason: "and the gradients give"),
        Contradiction(
            figure: "filmstrip", recording: "one-step", file: "runs/prompt-tuning/frames/step-000004.safetensors", tensor: "loss",
            reason: "in the journal"),
        Contradiction(
            figure: "timeline", file: KeptRecording.journal, tensor: "loss", change: { _ in -1 }, reason: "is negative"),
        Contradiction(
            figure: "prefix-share", file: KeptRecording.frame, tensor: "block.3.attention.weights", change: { _ in -1.5 },
            reason: "not from 0 to 1"),
        Contradiction(
            figure: "prediction", file: KeptRecording.journal, tensor: "predictions.probabilities", change: { $0 + 1 },
            reason: "add up to"),
        Contradiction(
            figure: "loss-landscape", recording: "landscape", file: landscape, tensor: "landscape.losses", element: 13 * 25 + 5,
            reason: "the loss at the centre is"),
        Contradiction(
            figure: "loss-landscape", recording: "landscape", file: landscape, tensor: "landscape.losses",
            change: { _ in .nan }, reason: "the loss at point 0"),
        Contradiction(
            figure: "loss-landscape", recording: "landscape", file: landscape, tensor: "landscape.directions",
            reason: "the product of directions 1 and 1"),
        Contradiction(
            figure: "loss-landscape", recording: "landscape", file: landscape, tensor: "landscape.centre",
            reason: "is not the soft prompt of step 50"),
        Contradiction(
            figure: "loss-landscape", recording: "landscape", file: landscape, tensor: "landscape.path",
            reason: "along a direction, and its path says"),
        Contradiction(
            figure: "nf4", recording: "adapters", file: quantisation, tensor: "quantisation.dequantised", element: 70,
            change: { $0 * 1.01 + 1e-4 }, reason: "level times maximum gives"),
        Contradiction(
            figure: "nf4", recording: "adapters", file: quantisation, tensor: "quantisation.weights", element: 70,
            reason: "half a gap between levels"),
        Contradiction(
            figure: "nf4", recording: "adapters", file: quantisation, tensor: "quantisation.levels", element: 4,
            change: { _ in 0.9 }, reason: "the levels do not rise"),
        Contradiction(
            figure: "lora", recording: "adapters", file: "runs/lora/frames/step-000050.safetensors",
            tensor: "transformer.h.0.attn.c_attn.lora_B.weight", reason: "the product of B and A gives"),
        Contradiction(
            figure: "adalora", recording: "adapters", file: "runs/adalora/journal.safetensors",
            tensor: "transformer.h.2.mlp.c_fc.lora_E", element: 50 * 4, reason: "and the budget is 32"),
        Contradiction(
            figure: "prompt-length", recording: "lengths", file: "runs/p2-seed1/journal.safetensors",
            tensor: "evaluations.accuracy", element: 5, change: { $0 + 1 }, reason: "not from 0 to 1"),
        Contradiction(
            figure: "model-size", recording: "sizes", file: "runs/prompt-tuning-2x64-1/journal.safetensors",
            tensor: "evaluations.accuracy", element: 5, change: { $0 + 1 }, reason: "not from 0 to 1"),
        Contradiction(
            figure: "forgetting", recording: "forgetting", file: "runs/prompt-tuning-2/journal.safetensors",
            tensor: "evaluations.loss", element: 1, change: { $0.nextUp }, reason: "taken off"),
        Contradiction(
            figure: "limits", recording: "limits", file: "runs/sort-trained/frames/step-000020.safetensors",
            tensor: "block.0.attention.weights", element: 128, change: { $0 * 1.001 + 1e-4 },
            reason: "parts of the attention differ"),
        Contradiction(
            figure: "limits", recording: "limits", file: "runs/lora-2/journal.safetensors", tensor: "evaluations.accuracy",
            element: 3, change: { $0 + 2 }, reason: "not from 0 to 1"),
        Contradiction(
            figure: "initialisation", recording: "starts", file: "runs/text-seed1/journal.safetensors",
            tensor: "evaluations.accuracy", element: 2, change: { $0 + 1 }, reason: "not from 0 to 1"),
        Contradiction(
            figure: "initialisation", recording: "starts", file: "runs/text-seed1/journal.safetensors", tensor: "loss",
            element: 7, change: { _ in .infinity }, reason: "the loss of run text-seed1 at step 7"),
        Contradiction(
            figure: "combined", recording: "combined", file: "runs/lora-2/journal.safetensors", tensor: "evaluations.accuracy",
            element: 5, change: { $0 + 1 }, reason: "an accuracy of run lora-2"),
        Contradiction(
            figure: "task-switching", recording: "tasks", file: "runs/translate-en/journal.safetensors",
            tensor: "predictions.probabilities", element: (45 + 43) * 5, change: { $0 + 1 },
            reason: "the probabilities of run translate-en add up to"),
        Contradiction(
            figure: "mixed-batch", recording: "tasks", file: "runs/mixed/frames/step-000000.safetensors", tensor: "logits",
            element: 4 * 304 + 17, change: { $0 + 1e-3 }, reason: "differs from that of its own run by"),
        Contradiction(
            figure: "mixed-batch", recording: "tasks", file: "runs/repeat-en/frames/step-000050.safetensors",
            tensor: "probabilities", element: 304 + 7, change: { _ in 1 }, reason: "another answer in the mixed batch"),
        Contradiction(
            figure: "mixed-batch", recording: "tasks", file: "runs/colour-en/frames/step-000050.safetensors",
            tensor: "batch.tokens", element: 3, change: { Float(bitPattern: $0.bitPattern + 1) },
            reason: "another text in the mixed batch"),
        Contradiction(
            figure: "prefix-tuning", recording: "prefix", file: prefixFrame, tensor: "block.1.attention.prefix.key",
            reason: "is another than columns 128 to 191"),
        Contradiction(
            figure: "prefix-key-value", recording: "prefix", file: prefixFrame, tensor: "block.2.attention.scores",
            element: 28 + 14, reason: "its query and key give"),
        Contradiction(
            figure: "prefix-key-value", recording: "prefix", file: prefixFrame, tensor: "block.2.attention.mix",
            element: 64 + 32, reason: "its weights and values give"),
        Contradiction(
            figure: "prefix-key-value", recording: "prefix", file: prefixFrame, tensor: "prefix.embeddings",
            element: 4 * 64 + 32, reason: "is not what the prefix holds"),
        Contradiction(
            figure: "p-tuning", recording: "p-tuning", file: encoderFrame, tensor: "prompt.embeddings",
            reason: "the encoder's last layer gives"),
        Contradiction(
            figure: "p-tuning", recording: "p-tuning", file: encoderFrame, tensor: "tokens.embeddings",
            reason: "is not what the encoder makes of virtual token 0"),
        Contradiction(
            figure: "p-tuning", recording: "p-tuning", file: "runs/hard-prompt/frames/step-000000.safetensors",
            tensor: "prompt.embeddings", reason: "is no word's embedding"),
    ]

    @Test("notice a recorded number that others contradict", arguments: contradicted.indices)
    func contradictions(_ index: Int) throws {
        let contradiction = Self.contradicted[index]
        try KeptRecording.withSpoiled(
            contradiction.file, contradiction.tensor, element: contradiction.element, of: contradiction.recording,
            change: contradiction.change
        ) { recording in
            let error = #expect(throws: FigureError.self) {
                try FigureCatalogue.figure(contradiction.figure).scene(
                    of: recording, type: Typesetter(measurer: FontLibrary(), language: .en))
            }
            #expect(error?.description.contains(contradiction.reason) == true, "\(error?.description ?? "none")")
        }
    }

    @Test(
        "notice a recording that says what its numbers contradict",
        arguments: [
            ("optimizer-memory", "adapters", "\"gradients\" : 16384", "\"gradients\" : 16385", "add up to 1300301 bytes"),
            ("tuning-ledger", "adapters", "\"frozen_count\" : 223616", "\"frozen_count\" : 9", "9 frozen and 4096 trained"),
            ("prompt-length", "lengths", "\"batch_size\" : 6", "\"batch_size\" : 5", "not trained in the same way"),
            ("prompt-length", "lengths", "\"seed\" : 1", "\"seed\" : 9", "not run from the same seeds"),
            ("initialisation", "starts", "\"batch_size\" : 8", "\"batch_size\" : 5", "differ in more than their start"),
            ("model-size", "sizes", "\"batch_size\" : 6", "\"batch_size\" : 5", "differ in more than the model and the seed"),
            ("model-size", "sizes", "\"seed\" : 1", "\"seed\" : 9", "not of the same seeds"),
            ("forgetting", "forgetting", "\"seed\" : 1", "\"seed\" : 9", "not run from the same seeds"),
            ("forgetting", "forgetting", "\"batch_size\" : 8", "\"batch_size\" : 5", "differ in more than the seed"),
            ("limits", "limits", "\"seed\" : 1", "\"seed\" : 9", "not of the same seeds"),
            ("limits", "limits", "\"batch_size\" : 6", "\"batch_size\" : 5", "differ in more than"),
            ("adalora", "adapters", "\"tfinal\" : 25", "\"tfinal\" : 35", "and the budget is"),
            (
                "method-comparison", "methods", "\"frozen_count\" : 223616", "\"frozen_count\" : 9",
                "9 frozen weights and 0 trained"
            ),
            ("combined", "combined", "\"seed\" : 1", "\"seed\" : 9", "not run from the same seeds"),
            ("task-switching", "tasks", "\"after\" : \"b19344e7", "\"after\" : \"00000000", "and 00000000… after it"),
            (
                "task-switching", "tasks", "\"grass =\",\n            \"target\" : \"green\"",
                "\"grass =\",\n            \"target\" : \"red\"", "and the example wants “red”"
            ),
        ])
    func contradictedText(_ id: String, _ name: String, _ text: String, _ other: String, _ reason: String) throws {
        try KeptRecording.withSpoiledText(text, other, of: name) { recording in
            // Left to themselves, figures that compare leave out runs that were trained otherwise.
            let compares = ["prompt-length", "initialisation", "model-size", "forgetting"].contains(id)
            let runs =
                compares
                ? recording.runs.map(\.id) : id == "limits" ? recording.runs.map(\.id).filter { !$0.hasPrefix("sort") } : []
            let error = #expect(throws: FigureError.self) {
                try FigureCatalogue.figure(id).scene(
                    of: recording, options: FigureOptions(runs: runs), type: Typesetter(measurer: FontLibrary(), language: .en))
            }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
        }
    }

    @Test(
        "say of a kept recording which option does not fit",
        arguments: [
            ("loss-landscape", "landscape", FigureOptions(step: 3), "looked at after 50 updates"),
            ("loss-landscape", "adapters", FigureOptions(runs: ["lora"]), "none of its runs has the loss around"),
            ("nf4", "adapters", FigureOptions(runs: ["lora"]), "holds no weight in 4 bits"),
            ("lora", "adapters", FigureOptions(layer: 4), "layers 0, 1, 2, 3"),
            ("lora", "adapters", FigureOptions(step: 3), "keeps no A and B of 3 updates"),
            ("lora", "adapters", FigureOptions(runs: ["adalora"]), "keeps no matrices A and B"),
            ("adalora", "adapters", FigureOptions(runs: ["lora"]), "no singular values"),
            ("prompt-length", "lengths", FigureOptions(runs: ["p1-seed1", "p1-seed2"]), "one number of virtual tokens"),
            ("initialisation", "starts", FigureOptions(runs: ["text-seed1", "text-seed2"]), "one start"),
            ("prompt-length", "starts", FigureOptions(), "no two runs of one method with different numbers"),
            ("initialisation", "lengths", FigureOptions(), "no two runs of one method with different starts"),
            ("method-comparison", "tasks", FigureOptions(runs: ["colour-en", "mixed"]), "runs of one method only"),
            ("method-comparison", "lengths", FigureOptions(), "runs of one method only"),
            ("combined", "combined", FigureOptions(runs: ["lora-1", "prompt-tuning-1"]), "not runs of two methods and of both"),
            ("combined", "adapters", FigureOptions(), "no runs of two methods and of both together"),
            ("task-switching", "tasks", FigureOptions(example: 1), "share inputs 0 to 0, and no 1"),
            ("task-switching", "tasks", FigureOptions(runs: ["colour-en"]), "two runs or more"),
            ("task-switching", "tasks", FigureOptions(runs: ["colour-en", "mixed"]), "keeps no answers"),
            ("task-switching", "combined", FigureOptions(), "on two tasks with answers"),
            ("mixed-batch", "tasks", FigureOptions(runs: ["colour-en"]), "is no mixed batch"),
            ("mixed-batch", "combined", FigureOptions(), "no mixed batch whose logits"),
            ("model-size", "sizes", FigureOptions(runs: ["prompt-tuning-4x64-1", "full-fine-tuning-4x64-1"]), "of one size"),
            (
                "model-size", "sizes", FigureOptions(runs: ["prompt-tuning-4x64-1", "full-fine-tuning-2x64-1"]),
                "has no run of a method with virtual tokens"
            ), ("model-size", "adapters", FigureOptions(), "no models of two sizes"),
            ("forgetting", "forgetting", FigureOptions(runs: ["prompt-tuning-1"]), "not of both"),
            ("forgetting", "sizes", FigureOptions(), "evaluated on the same other tasks"),
            ("limits", "limits", FigureOptions(layer: 1), "at the first layer only"),
            ("limits", "limits", FigureOptions(head: 4), "heads 0 to 3"),
            ("limits", "limits", FigureOptions(runs: ["p8-1", "p32-1"]), "not of both"),
            ("limits", "lengths", FigureOptions(), "and by another method"),
            ("prefix-tuning", "p-tuning", FigureOptions(), "no run that trains a prefix of keys and values"),
            ("prefix-tuning", "prefix", FigureOptions(step: 3), "frames of steps 50"),
            ("prefix-tuning", "prefix", FigureOptions(example: 4), "examples 0 to 3"),
            ("prefix-key-value", "prefix", FigureOptions(head: 4), "heads 0 to 3"),
            ("prefix-key-value", "adapters", FigureOptions(runs: ["lora"]), "no run that trains a prefix"),
            ("p-tuning", "p-tuning", FigureOptions(runs: ["hard-prompt"]), "does not train an encoder"),
        ])
    func keptOptions(_ id: String, _ name: String, _ options: FigureOptions, _ reason: String) throws {
        let error = #expect(throws: FigureError.self) {
            try FigureCatalogue.figure(id).scene(
                of: KeptRecording.open(name), options: options, type: Typesetter(measurer: FontLibrary(), language: .en))
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
    }

    @Test("of a layer show that layer's matrices")
    func layerOfLoRA() throws {
        let scene = try FigureCatalogue.figure("lora").scene(
            of: KeptRecording.open("adapters"), options: FigureOptions(layer: 2),
            type: Typesetter(measurer: FontLibrary(), language: .en))
        #expect(scene.addresses.contains { $0.contains("h.2.attn.c_attn.lora_A.weight") })
        #expect(!scene.addresses.contains { $0.contains("h.0.attn") })
    }

    @Test("of what is trained where light the parts that the run trains, and no others")
    func litParts() throws {
        let scene = try FigureCatalogue.figure("method-comparison").scene(
            of: KeptRecording.open("methods"), options: FigureOptions(runs: ["prompt-tuning+lora", "full-fine-tuning"]),
            type: Typesetter(measurer: FontLibrary(), language: .en))
        func parts(of run: String) -> Set<String> {
            let start = "\(run)/s0/measured/trained-numbers."
            return Set(scene.addresses.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) })
        }
        #expect(parts(of: "prompt-tuning+lora") == ["in-front", "attention"])
        #expect(parts(of: "full-fine-tuning") == ["embeddings", "attention", "mlp", "head"])
        #expect(parts(of: "lora").isEmpty)
    }

    @Test("of two methods and both refuse what is trained besides the two")
    func combinedCount() throws {
        // The first parameter's shape is that of the prompt of prompt-tuning-1, or of LoRA, and no more that of both.
        try KeptRecording.withSpoiledText("            4,\n            64", "            5,\n            64", of: "combined") {
            recording in
            let error = #expect(throws: FigureError.self) {
                try FigureCatalogue.figure("combined").scene(
                    of: recording, type: Typesetter(measurer: FontLibrary(), language: .en))
            }
            #expect(
                error?.description.contains("and prompt-tuning+lora-1 trains 4608") == true, "\(error?.description ?? "none")")
        }
    }

    @Test(
        "keep the rules of layout with every recording of the gallery that can show them",
        arguments: [
            "adapters", "lengths", "starts", "landscape", "methods", "combined", "tasks", "prefix", "p-tuning", "sizes",
            "forgetting",
            "limits",
        ])
    func layoutOfKept(_ name: String) throws {
        let recording = try KeptRecording.open(name)
        try audit(recording, FigureCatalogue.figures(of: recording), widths: [Sheet.article], themes: [.light])
    }

    @Test(
        "of a network that makes the prefix or the virtual tokens say how many numbers it has, and how many are kept",
        arguments: [
            ("prefix-tuning", "prefix", "prefix-network", "2048", "19\u{202F}232"),
            ("p-tuning", "p-tuning", "p-tuning-lstm", "192", "33\u{202F}600"),
        ])
    func networks(_ id: String, _ name: String, _ run: String, _ kept: String, _ trained: String) throws {
        let fonts = try FontLibrary()
        for language in Language.allCases {
            for width in [Sheet.article, Sheet.slide] {
                let scene = try FigureCatalogue.figure(id).scene(
                    of: KeptRecording.open(name), options: FigureOptions(width: width, runs: [run]),
                    type: Typesetter(measurer: fonts, language: language))
                #expect(scene.title.contains("= \(kept)".replacing(" ", with: "\u{00A0}")) && scene.title.contains(trained))
                #expect(SceneAudit(measurer: fonts).findings(in: scene, theme: .dark).map(\.description) == [], "\(width)")
                #expect(scene.addresses.contains { $0.hasPrefix("\(run)/") })
            }
        }
    }

    @Test("of one head of prefix attention show that head, and the prefix’s keys before the text’s")
    func prefixHead() throws {
        let scene = try FigureCatalogue.figure("prefix-key-value").scene(
            of: KeptRecording.open("prefix"), options: FigureOptions(layer: 1, head: 3, example: 2),
            type: Typesetter(measurer: FontLibrary(), language: .en))
        let weights = scene.addresses.filter { $0.hasPrefix("prefix-tuning/s50/block.1.attention.weights[") }
        // Row 7 is the second word of the third example; 4 keys of the prefix stand before 2 of the text.
        #expect(Set(weights) == Set((0..<6).map { "prefix-tuning/s50/block.1.attention.weights[7,3,\($0)]" }))
    }

    @Test("that need a soft prompt are not offered without one")
    func needs() throws {
        let recorded = try Recorded(InventedRecording(steps: 4, promptSeeds: []))
        #expect(try FigureCatalogue.figures(of: recorded.recording).map(\.id) == ["timeline", "loss-curve"])
        let error = #expect(throws: FigureError.self) {
            try FigureCatalogue.figure("soft-prompt").scene(
                of: recorded.recording, type: Typesetter(measurer: FontLibrary(), language: .en))
        }
        #expect(error?.description.contains("no run that trains a soft prompt") == true)
    }

    @Test(
        "say which option does not fit",
        arguments: [
            ("attention-map", FigureOptions(step: 3), "frames of steps 0, 4"),
            ("attention-map", FigureOptions(layer: 4), "layers 0 to 3"),
            ("attention-map", FigureOptions(head: -1), "heads 0 to 3"),
            ("soft-prompt", FigureOptions(example: 3), "examples 0 to 2"),
            ("soft-prompt", FigureOptions(runs: ["full-fine-tuning-7"]), "trains no soft prompt"),
            ("soft-prompt", FigureOptions(runs: ["prompt-tuning-17"]), "near it: prompt-tuning-7"),
            ("embedding-updates", FigureOptions(step: 5), "steps 0 to 4"),
            ("timeline", FigureOptions(step: 5), "steps 0 to 4"),
        ])
    func options(_ id: String, _ options: FigureOptions, _ reason: String) throws {
        let recorded = try Recorded(InventedRecording(steps: 4, promptSeeds: [7], fullSeeds: [7]))
        let error = #expect(throws: FigureError.self) {
            try FigureCatalogue.figure(id).scene(
                of: recorded.recording, options: options, type: Typesetter(measurer: FontLibrary(), language: .en))
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
    }

    @Test("are found by name, and near names are told")
    func catalogue() throws {
        #expect(Set(Self.ids).count == Self.ids.count)
        #expect(try FigureCatalogue.figure("loss-curve").id == "loss-curve")
        #expect(throws: FigureError.unknownFigure("atention-map", near: ["attention-map"])) {
            try FigureCatalogue.figure("atention-map")
        }
    }
}
