import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Testing
import Transformer
import Tuning

@testable import Experiments

@Suite struct TrainingJobTests {
    static let rows = """
        text,label
        hot,cold
        good,bad
        old,new
        wide,narrow
        dry,wet

        """.replacing("\n\n", with: "\n")

    static func request(
        _ method: MethodSpecification.Kind, in folder: URL, _ tell: (inout MethodSettings) -> Void = { _ in }
    ) throws -> TrainingRequest {
        var reading = DataReading()
        reading.prompt = try PromptTemplate("{text} =")
        let train = try SmallModel.write(rows, "train.csv", in: folder)
        let held = try SmallModel.write("text,label\nfar,near\nsoft,hard\nclean,dirty\n", "held.csv", in: folder)
        var specification = MethodSpecification(method)
        specification.settings.virtualTokens = 3
        tell(&specification.settings)
        var request = TrainingRequest(
            model: try SmallModel.words(in: folder).path, source: .file(train, reading, .file(held)), method: specification)
        request.length = .steps(6)
        request.batchSize = 4
        request.learningRate = 0.05
        request.evaluateEvery = 3
        return request
    }

    @Test("An adapter, opened again, gives the bits, the loss and the accuracy that training found")
    func roundTrip() throws {
        try PretrainingTests.withFolder { folder in
            let request = try Self.request(.promptTuning, in: folder)
            let (job, left) = try request.job()
            #expect(left == TrainingRequest.Remainder())
            let out = folder.appending(path: "out")
            let summary = try job.write(to: out, version: "test", pool: WorkerPool(threads: 2))
            let recording = try Recording(opening: out.appending(path: TrainingJob.Part.recording))
            let run = try recording.run()
            let adapter = try AdapterFolder(opening: out.appending(path: TrainingJob.Part.adapter))
            #expect(
                try adapter.floats(AdapterTensorName.promptEmbeddings).map(\.bitPattern)
                    == run.journal.parameter(.softPrompt, atStep: 6)?.numbers.map(\.bitPattern))
            #expect(adapter.baseWeights == job.base.weightsHash)
            #expect(adapter.warning(on: job.base) == nil)

            guard case .file(_, let reading, .file(let held)) = request.source else { return }
            let model = try TunedModel(BaseModel(opening: URL(filePath: request.model)), adapter: adapter)
            let data = try reading.read(held, for: model.base, virtualTokens: model.method.virtualTokens)
            let evaluation = try ModelEvaluation(of: model, on: data, labels: data.labels, pool: WorkerPool(threads: 1))
            let split = try #require(summary.splits.first { $0.name == "validation" })
            #expect(evaluation.loss == split.lossAfter)
            #expect(evaluation.accuracy == split.accuracyAfter)
            #expect(evaluation.classification?.labels.map(\.label) == ["near", "hard", "dirty"])
            #expect(evaluation.classification?.labels.map(\.rows) == [1, 1, 1])
            #expect(split.lossBefore != split.lossAfter)

            let trained = try #require(summary.splits.first { $0.name == "train" })
            #expect(trained.rows == 5 && trained.lossAfter < trained.lossBefore)
            #expect(try Inspection(of: out.appending(path: "adapter"), against: job.base).fits == true)
            for part in ["", "adapter", "recording"] {
                #expect(try !Inspection(of: out.appending(path: part)).facts.members.isEmpty)
            }
        }
    }

    /// A method, and what it is told.
    struct Told: Sendable, CustomTestStringConvertible {
        let kind: String
        var folders = 1
        var tell: @Sendable (inout MethodSettings) -> Void = { _ in }
        var testDescription: String { kind }
    }

    static let methods = [
        Told(kind: "prompt-tuning") { $0.template = "[P] {prompt} the [P] [P]" },
        Told(kind: "prompt-tuning") { $0.start = .random(deviation: 0.1) },
        Told(kind: "prefix-tuning"), Told(kind: "prefix-tuning") { $0.projectionWidth = 5 }, Told(kind: "p-tuning-v2"),
        Told(kind: "p-tuning"), Told(kind: "p-tuning") { $0.encoder = .lstm },
        Told(kind: "p-tuning") { $0.template = "{prompt} [P] [P]" }, Told(kind: "lora"),
        Told(kind: "lora") {
            $0.isRankStabilised = true
            $0.rank = 2
            $0.targets = ["c_attn", "mlp.c_proj"]
        },
        Told(kind: "qlora"), Told(kind: "adalora") { $0.targets = ["c_attn", "c_fc"] },
        Told(kind: "prompt-tuning+lora", folders: 2), Told(kind: "prefix-tuning+lora", folders: 2),
        Told(kind: "p-tuning+lora", folders: 2), Told(kind: "hard-prompt") { $0.text = "the opposite" },
    ]

    @Test("Every method's adapter, opened again, gives the loss and the accuracy that training found", arguments: methods)
    func everyMethod(_ told: Told) throws {
        try PretrainingTests.withFolder { folder in
            let kind = try #require(MethodSpecification.Kind(rawValue: told.kind))
            let request = try Self.request(kind, in: folder, told.tell)
            let out = folder.appending(path: "out")
            let (job, _) = try request.job()
            let summary = try job.write(to: out, version: "test", pool: WorkerPool(threads: 2))
            #expect(summary.weightsSha256[0] == summary.weightsSha256[1], "the model is frozen")
            let adapters = try AdapterFolder.all(in: out.appending(path: TrainingJob.Part.adapter))
            #expect(adapters.count == told.folders)
            #expect(adapters.allSatisfy { $0.warning(on: job.base) == nil && $0.baseWeights != nil })
            // What is said of the adapter's size is what lies in its files, but for their notes.
            let held = adapters.reduce(0) { sum, adapter in
                sum + adapter.tensors.values.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) }
            }
            #expect(summary.resultBytes > held && summary.resultBytes < held + 4_000)
            guard case .file(_, let reading, .file(let held)) = request.source else { return }
            let model = try TunedModel(BaseModel(opening: URL(filePath: request.model)), adapters: adapters)
            let data = try reading.read(held, for: model.base, virtualTokens: model.method.addedTokens)
            let evaluation = try ModelEvaluation(of: model, on: data, pool: WorkerPool(threads: 1))
            let split = try #require(summary.splits.first { $0.name == "validation" })
            // What a small network made is computed again from the saved rows, but for P-tuning's and MLP prefixes, whose rows are
            // computed apart from the batch: the same numbers to rounding.
            #expect(abs(evaluation.loss - split.lossAfter) < 1e-6 && evaluation.accuracy == split.accuracyAfter)
            let trains = told.kind != "hard-prompt"
            #expect((split.lossBefore != split.lossAfter) == trains && (summary.trainedCount > 0) == trains)
            #expect(try Inspection(of: out.appending(path: TrainingJob.Part.adapter), against: job.base).fits == true)
            #expect((summary.baseBytes < 4 * job.base.model.parameterCount) == (told.kind == "qlora"))
            let generation = try Generation(of: model, after: "hot =", limit: 3, pool: WorkerPool(threads: 1))
            #expect(generation.tokens.count <= 3)
        }
    }

    @Test(
        "A head for classes is trained beside any method and answers with a class",
        arguments: ["p-tuning-v2", "lora", "prompt-tuning+lora"])
    func classHead(_ name: String) throws {
        try PretrainingTests.withFolder { folder in
            let kind = try #require(MethodSpecification.Kind(rawValue: name))
            let rows = "text,label\nhot,good\ncold,bad\ndry,good\nwet,bad\nnew,good\nold,bad\n"
            var request = try Self.request(kind, in: folder) { $0.hasClassHead = true }
            let data = try SmallModel.write(rows, "classes.csv", in: folder)
            request.source = .file(data, DataReading(), .file(data))
            request.length = .steps(60)
            let out = folder.appending(path: "out")
            let summary = try request.job().job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            let split = try #require(summary.splits.first { $0.name == "validation" })
            #expect(split.accuracyAfter == 1, "six words are soon known by heart")
            let adapters = try AdapterFolder.all(in: out.appending(path: TrainingJob.Part.adapter))
            #expect(adapters.allSatisfy { $0.head?.labels == ["good", "bad"] && $0.head?.weight.shape == [2, 16] })
            let model = try TunedModel(BaseModel(opening: URL(filePath: request.model)), adapters: adapters)
            #expect(model.labels == ["good", "bad"])
            let read = try DataReading().read(data, for: model.base, virtualTokens: model.method.addedTokens)
            let evaluation = try ModelEvaluation(of: model, on: read, pool: WorkerPool(threads: 1))
            #expect(evaluation.accuracy == 1 && abs(evaluation.loss - split.lossAfter) < 1e-6)
            #expect(evaluation.classification?.labels.map(\.right) == [3, 3])
            let error = #expect(throws: InterchangeError.self) {
                try Generation(of: model, after: "hot", limit: 1, pool: WorkerPool(threads: 1))
            }
            #expect(error?.description.contains("class") == true)
        }
    }

    @Test("The search for a hard prompt finds the word of the lowest loss, and writes down all it tried")
    func hardPromptSearch() throws {
        try PretrainingTests.withFolder { folder in
            let request = try Self.request(.hardPrompt, in: folder) { $0.virtualTokens = 2 }
            let out = folder.appending(path: "out")
            let job = try request.job().job
            let summary = try job.write(to: out, version: "test", pool: WorkerPool(threads: 2))
            let lines = try String(contentsOf: out.appending(path: TrainingJob.Part.search), encoding: .utf8)
                .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
            let words = job.base.vocabulary.count - job.base.tokenizer.specialTokens.count
            #expect(lines.count == 2 * words)
            let first = lines.prefix(words)
            let losses = first.compactMap { Float($0[2]) }
            #expect(losses.count == words && losses == losses.sorted())
            // The best word, tried apart, has the loss that the search says.
            let word = String(first[first.startIndex][1].filter { $0 != "\"" })
            let alone = try Self.request(.hardPrompt, in: folder) { $0.text = word }
            let again = try alone.job().job.write(
                to: folder.appending(path: "one"), version: "test", pool: WorkerPool(threads: 1))
            #expect(again.splits.first { $0.name == "train" }?.lossAfter == losses.first.map(Double.init))
            #expect(summary.firstLoss == nil && summary.trainedCount == 0)
            guard case .text(let text)? = summary.settings["text"] else { return #expect(Bool(false), "the words are told") }
            #expect(text.split(separator: " ").first.map(String.init) == word)
        }
    }

    @Test("Full fine-tuning writes a model that opens with the trained weights and their hash")
    func fullFineTuning() throws {
        try PretrainingTests.withFolder { folder in
            let request = try Self.request(.fullFineTuning, in: folder)
            let out = folder.appending(path: "out")
            let summary = try request.job().job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            let base = try BaseModel(opening: out.appending(path: TrainingJob.Part.model))
            #expect(base.weightsHash.hex == summary.weightsSha256[1])
            #expect(summary.weightsSha256[0] != summary.weightsSha256[1])
            guard case .file(_, let reading, .file(let held)) = request.source else { return }
            let data = try reading.read(held, for: base)
            let evaluation = try ModelEvaluation(of: TunedModel(base), on: data, pool: WorkerPool(threads: 1))
            let split = try #require(summary.splits.first { $0.name == "validation" })
            #expect(evaluation.loss == split.lossAfter && evaluation.accuracy == split.accuracyAfter)
            #expect(try Inspection(of: out.appending(path: "model")).kind == .model)
        }
    }

    @Test("A model with byte-level BPE trains, evaluates and generates like one of words")
    func bytePairs() throws {
        try PretrainingTests.withFolder { folder in
            let data = try SmallModel.write(
                #"{"messages": [{"role": "user", "content": "sea?"}, {"role": "assistant", "content": "海 🌊"}]}"#, "a.jsonl",
                in: folder)
            var request = TrainingRequest(
                model: try SmallModel.bytePairs(in: folder).path, source: .file(data, DataReading(), .nothing),
                method: MethodSpecification(.fullFineTuning))
            request.length = .epochs(60)
            request.learningRate = 0.02
            let (job, _) = try request.job()
            let out = folder.appending(path: "out")
            let summary = try job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            #expect(summary.steps == 60 && summary.splits.first?.accuracyAfter == 1)
            let model = TunedModel(try BaseModel(opening: out.appending(path: "model")))
            let generation = try Generation(of: model, after: "user: sea?\nassistant:", limit: 20, pool: WorkerPool(threads: 1))
            #expect(generation.completion == " 海 🌊" && generation.ending == .endToken)
        }
    }

    @Test("A task of the tiny world is learned by a model of its words only")
    func skill() throws {
        try PretrainingTests.withFolder { folder in
            var request = TrainingRequest(
                model: try SmallModel.words(in: folder).path, source: .skill("opposite-en"),
                method: MethodSpecification(.promptTuning))
            request.method.settings.start = .classLabels(nil)
            let error = #expect(throws: InterchangeError.self) { try request.job() }
            #expect(error?.description.contains("--labels") == true, "opposites have no classes")
            request.method.settings.start = .random(deviation: 1)
            #expect(try request.job().job.task[.test].count > 0)
            request.model = try SmallModel.bytePairs(in: folder).path
            let other = #expect(throws: InterchangeError.self) { try request.job() }
            #expect(other?.description.contains("tiny world") == true)
        }
    }

    @Test("A loss that is no number stops the run, which says at which step and in which value")
    func notFinite() throws {
        try PretrainingTests.withFolder { folder in
            for (method, rate) in [(MethodSpecification.Kind.promptTuning, 1e30), (.fullFineTuning, 1e30)] {
                var request = try Self.request(method, in: folder)
                request.learningRate = rate
                request.length = .steps(30)
                let out = folder.appending(path: "out")
                let job = try request.job().job
                let error = #expect(throws: TuningError.self) {
                    try job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
                }
                guard case .lossNotFinite(let step, let value)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(step > 0 && value != "loss", "\(value)")
                #expect(!FileManager.default.fileExists(atPath: out.path))
            }
        }
    }

    @Test("An adapter of another base is warned of; one that does not fit is refused and named")
    func otherBase() throws {
        try PretrainingTests.withFolder { folder in
            var request = try Self.request(.promptTuning, in: folder)
            request.length = .steps(1)
            let out = folder.appending(path: "out")
            _ = try request.job().job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            let adapter = try AdapterFolder(opening: out.appending(path: "adapter"))
            let other = try BaseModel(opening: SmallModel.words(in: folder, seed: 4))
            #expect(adapter.warning(on: other)?.contains("other weights") == true)
            _ = try TunedModel(other, adapter: adapter)
            let shipped = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
            let error = #expect(throws: InterchangeError.self) { try TunedModel(shipped, adapter: adapter) }
            #expect(error?.description.contains("adapter") == true)
            let inspection = try Inspection(of: adapter.url, against: shipped)
            #expect(inspection.fits == false && inspection.facts["problem"] != nil)
        }
    }
}
