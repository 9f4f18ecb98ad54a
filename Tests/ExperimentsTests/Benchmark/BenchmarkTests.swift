import Foundation
import Interchange
import LinearAlgebra
import Testing
import Tuning

@testable import Autodiff
@testable import Experiments

@Suite struct BenchmarkTests {
    /// d = 8 in 2 heads, L = 3, V = 19; 4 sequences of 6 tokens, of which the last 2 are counted.
    static func work(_ method: BenchmarkWork.Method) -> BenchmarkWork {
        BenchmarkWork(
            "small",
            .random(
                BenchmarkWork.Shape(vocabularySize: 19, width: 8, layers: 3, heads: 2, context: 32), sequences: 4, tokens: 6,
                counted: 2), method)
    }

    @Test("A step's multiplications and additions are those counted by hand")
    func operations() throws {
        let (d, layers, vocabulary, sequences, tokens, counted) = (8, 3, 19, 4, 6, 2)
        let rows = sequences * tokens
        // Queries, keys and values, the attention's output, and twice the feed-forward network: 3 + 1 + 4 + 4 times d × d. Behind the
        // attention of the last block there are the counted rows alone.
        let maps = 2 * d * d * ((layers - 1) * 12 * rows + 3 * rows + 9 * sequences * counted)
        // Scores and mix.
        let attention = 2 * 2 * sequences * tokens * tokens * d
        let logits = 2 * sequences * counted * d * vocabulary
        let result = try Self.measure(Self.work(.full))
        // Backward, each map has two products, for its input and its weights, and each product of attention has two.
        #expect(result.products.operations == 3 * (maps + layers * attention + logits))
    }

    @Test("Prompt tuning has no product for a weight's gradient, none for text below the lowest trained row, and its rows once")
    func frozen() throws {
        let (d, layers, vocabulary, sequences, tokens, counted, front) = (8, 3, 19, 4, 6, 2, 5)
        func maps(_ rows: Int, _ share: Int) -> Int { 2 * rows * share * d * d }
        // One product of attention, over all heads.
        let (among, toFront) = (2 * sequences * tokens * tokens * d, 2 * sequences * tokens * front * d)
        let inFront = 2 * front * front * d
        let rows = sequences * tokens
        let logits = 2 * sequences * counted * d * vocabulary
        // Behind the attention of the last block there are the counted rows alone.
        let behind = maps(sequences * counted, 9) - maps(rows, 9)
        let text = layers * (maps(rows, 12) + 2 * (among + toFront)) + behind + logits
        // Of the last block only its keys and values are asked for; the queries lie beside them.
        let prompt = (layers - 1) * (maps(front, 12) + 2 * inFront) + maps(front, 3)
        // In the first block the text's own queries, keys and values need no gradient.
        let textBack =
            (layers - 1) * (maps(rows, 12) + 4 * (among + toFront)) + maps(rows, 9) + among + 3 * toFront + behind + logits
        let promptBack = (layers - 1) * (maps(front, 12) + 4 * inFront) + maps(front, 3)
        let result = try Self.measure(Self.work(.prompt(virtualTokens: front)))
        #expect(result.products.operations == text + prompt + textBack + promptBack)
    }

    private static func measure(_ work: BenchmarkWork) throws -> BenchmarkResult {
        try Benchmark(work, pool: WorkerPool(threads: 2)).measure(Benchmark.Length(rounds: 2, turnSeconds: 0.002))
    }

    @Test("What is measured adds up, survives JSON, and names what it is of")
    func report() throws {
        let result = try Self.measure(Self.work(.prompt(virtualTokens: 3)))
        #expect(result.milliseconds.minimum > 0 && result.milliseconds.minimum <= result.milliseconds.median)
        #expect(result.products.milliseconds.minimum > 0)
        #expect(abs(result.parts.reduce(0) { $0 + $1.share } - 1) < 1e-6)
        #expect(zip(result.parts, result.parts.dropFirst()).allSatisfy { $0.milliseconds >= $1.milliseconds })
        #expect(try #require(result.journalMilliseconds) > 0, "a soft prompt is journalled")
        #expect(try Self.measure(Self.work(.prompt(virtualTokens: 3))).peers.isEmpty)
        let report = BenchmarkReport(machine: .current(threads: 2), results: [result], firstFigureSeconds: 0.5)
        let data = try report.readableJSON(snakeCase: true)
        let content = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(Set(content.keys) == ["machine", "results", "first_figure_seconds", "absent_peers"])
        let one = try #require((content["results"] as? [[String: Any]])?.first)
        #expect(one["work"] as? String == "small-prompt-3")
        let median = try #require((one["milliseconds"] as? [String: Any])?["median"] as? Double)
        #expect(abs(median - result.milliseconds.median) <= 1e-9 * median)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        #expect(
            try decoder.decode(BenchmarkReport.self, from: data).results.first?.products.operations == result.products.operations)
    }

    static let methods: [BenchmarkWork.Method] = [
        .prompt(virtualTokens: 5), .prefix(virtualTokens: 5), .pTuning(virtualTokens: 5), .lora(rank: 2), .full,
    ]

    @Test("One thread and two give the same bits, timed or not", arguments: methods)
    func sameBits(method: BenchmarkWork.Method) throws {
        func trained(threads: Int, timed: Bool) throws -> [[UInt32]] {
            let subject = try BenchmarkSubject(Self.work(method))
            let trainer = try subject.trainer(pool: WorkerPool(threads: threads))
            let times = trainer.executor.makeTimes()
            for _ in 0..<5 {
                if timed {
                    try trainer.timedStep(learningRate: 0.01, times: times, pack: subject.pack)
                } else {
                    try trainer.step(learningRate: 0.01, pack: subject.pack)
                }
            }
            return subject.training.trainedNames.map { (subject.parameters[$0]?.values ?? []).map(\.bitPattern) }
        }
        let one = try trained(threads: 1, timed: false)
        #expect(one.contains { !$0.isEmpty })
        #expect(try trained(threads: 2, timed: false) == one)
        #expect(try trained(threads: 2, timed: true) == one)
    }

    @Test("Replaying the products changes nothing of the step")
    func replay() throws {
        let subject = try BenchmarkSubject(Self.work(.full))
        let pool = WorkerPool(threads: 2)
        let trainer = try subject.trainer(pool: pool)
        try trainer.step(learningRate: 0.01, pack: subject.pack)
        let replay = ProductReplay(of: trainer.executor, pool: pool)
        let names = subject.parameters.names
        let before = names.map { subject.parameters[$0]?.values ?? [] }
        let loss = trainer.executor.numbers(subject.training.loss)
        replay.run()
        #expect(names.map { subject.parameters[$0]?.values ?? [] } == before)
        #expect(trainer.executor.numbers(subject.training.loss) == loss)
    }

    @Test("Each work of the list has a name of its own, and another name is refused with those there are")
    func names() throws {
        let ids = BenchmarkWork.all().map(\.id)
        #expect(Set(ids).count == ids.count && ids.count == 13)
        #expect(BenchmarkWork.all(counting: .all).map(\.id) == ids)
        let error = #expect(throws: BenchmarkError.self) { try BenchmarkWork.named("d64-prompt-9") }
        #expect(error?.description.contains("\"d64-prompt-9\"") == true && error?.description.contains("d64-prompt-8") == true)
    }

    @Test("A library that no Python has is told in a sentence; a script that is not there is an error")
    func absentPeers() throws {
        let script = FileManager.default.temporaryDirectory.appending(path: "peer-\(UUID().uuidString).py")
        #expect(throws: BenchmarkError.peerScriptMissing(script.path)) {
            try BenchmarkPeer.find(pythons: ["python3"], script: script, threads: 1)
        }
        try Data().write(to: script)
        defer { try? FileManager.default.removeItem(at: script) }
        let (peers, absent) = try BenchmarkPeer.find(pythons: ["no-such-python"], script: script, threads: 1)
        #expect(peers.isEmpty && absent.count == 2)
        #expect(absent[0].contains("peft") && absent[0].contains("no-such-python") && absent[1].contains("jax"))
    }

    @Test("A measured growth survives its file; another file is refused by name")
    func growth() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        for text in ["{}", "[", #"{"machine": 3, "lines": []}"#] {
            try Data(text.utf8).write(to: file)
            let error = #expect(throws: BenchmarkError.self) { try Growth(reading: file) }
            #expect(error?.description.contains(file.path) == true)
        }
        for quantity in Growth.Quantity.allCases {
            for value in quantity.values { #expect(Growth.work(quantity, value).id.contains("\(value)")) }
            #expect(quantity.values.contains(try #require(Growth.base[quantity])), "the base is a point of every line")
        }
    }
}
