internal import Autodiff
internal import Foundation
internal import Interchange
public import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// Times one work: whole steps in turn with their matrix products by themselves and with peers, A B C A B C, so that what else the
/// machine does falls on all alike.
public struct Benchmark {
    public let work: BenchmarkWork
    private let subject: BenchmarkSubject
    private let trainer: Trainer
    private let pool: WorkerPool
    /// Fills the batch. Made once, for making a closure asks for memory.
    private let pack: (inout Batch) -> Void

    /// How long and how often.
    public struct Length: Sendable, Hashable {
        /// How often each has its turn.
        public var rounds: Int
        /// How long a turn is, about. A turn has one step at least.
        public var turnSeconds: Double

        public init(rounds: Int = 7, turnSeconds: Double = 0.3) {
            self.rounds = rounds
            self.turnSeconds = turnSeconds
        }
    }

    /// Steps before anything is timed: the first ones fault memory in.
    private static let warmUp = 3
    private static let mostStepsInATurn = 200

    public init(_ work: BenchmarkWork, pool: WorkerPool) throws {
        self.work = work
        self.pool = pool
        subject = try BenchmarkSubject(work)
        pack = subject.pack
        trainer = try subject.trainer(pool: pool)
    }

    /// - Parameters:
    ///   - allocations: Memory requests of the process so far; counted where given.
    ///   - peers: What the same work is given to.
    public func measure(
        _ length: Length = Length(), peers: [BenchmarkPeer] = [], allocations: (() -> Int)? = nil
    ) throws -> BenchmarkResult {
        try steps(Self.warmUp)
        let estimate = try steps(2).min() ?? 0
        let count = max(1, min(Self.mostStepsInATurn, Int(length.turnSeconds / max(estimate, 1e-6))))
        try steps(count)
        // Before anything is asked for that a training run does not need.
        let peak = ProcessMemory.peak
        let requests = try allocations.map { read in
            var count = 0
            let before = read()
            for _ in 0..<5 {
                try trainer.step(learningRate: subject.learningRate, pack: pack)
                count += 1
            }
            return Double(read() - before) / Double(count)
        }
        let replay = ProductReplay(of: trainer.executor, pool: pool)
        replay.run()
        let running = try peers.map { try $0.start(PeerRequest(work, subject), work: work.id) }
        defer { for peer in running { peer.stop() } }

        var own: [Double] = []
        var products: [Double] = []
        var others = running.map { _ in [Double]() }
        for _ in 0..<length.rounds {
            own += try steps(count)
            products += (0..<count).map { _ in Self.seconds { replay.run() } }
            for (index, peer) in running.enumerated() { others[index] += try peer.steps(for: length.turnSeconds) }
        }
        let times = trainer.executor.makeTimes()
        let watched = max(1, count / 4)
        for _ in 0..<watched {
            try trainer.timedStep(learningRate: subject.learningRate, times: times, pack: pack)
        }
        return BenchmarkResult(
            work: work.id, milliseconds: .init(own),
            products: .init(count: replay.count, operations: replay.operationCount, milliseconds: .init(products)),
            allocations: requests, peakBytes: peak, journalMilliseconds: try journalMilliseconds(steps: min(count, 50)),
            peers: zip(running, others).map { peer, seconds in
                .init(name: peer.name, version: peer.version, milliseconds: .init(seconds), peakBytes: peer.peakBytes)
            }, parts: parts(times, steps: watched))
    }

    /// The seconds of some steps.
    @discardableResult
    private func steps(_ count: Int) throws -> [Double] {
        try (0..<count).map { _ in
            try Self.seconds { try trainer.step(learningRate: subject.learningRate, pack: pack) }
        }
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start).seconds
    }

    // MARK: Where the time goes

    /// Times by operation, summed over blocks and parts, the longest first.
    private func parts(_ times: ExecutionTimes, steps: Int) -> [BenchmarkResult.Part] {
        var seconds: [String: Double] = [:]
        for (stage, names) in times.operations.enumerated() {
            for (operation, name) in names.enumerated() {
                seconds[Self.kind(of: name, in: trainer.training.graph), default: 0] +=
                    times.seconds(stage: stage, operation: operation)
            }
        }
        let total = seconds.values.reduce(0, +)
        return seconds.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { name, sum in
            BenchmarkResult.Part(operation: name, milliseconds: sum / Double(steps) * 1000, share: total > 0 ? sum / total : 0)
        }
    }

    private static func kind(of name: String, in graph: Graph) -> String {
        guard let value = graph.value(named: name), case .operation(let operation, _) = graph[value].source else { return name }
        return operation.name
    }

    // MARK: Recording

    /// What it takes to write a step into a recording's journal: copying the trained numbers, their gradients and moments, and writing
    /// them to disk.
    private func journalMilliseconds(steps count: Int) throws -> Double? {
        let names = subject.training.trainedNames
        let journalled = StepJournal(of: trainer, names: names)
        guard journalled.count <= RunSpecification.defaultJournalLimit else { return nil }
        let place = FileManager.default.temporaryDirectory.appending(path: "foreword-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let model = subject.model
        let split = SplitDescription(
            id: TaskData.Split.train.rawValue, name: TaskData.Split.train.name, size: subject.examples.count, examples: nil)
        let writer = try RecordingWriter(
            at: place,
            RecordingDescription(
                provenance: Provenance(foreword: "bench", arithmetic: Arithmetic.current.recorded),
                model: ModelDescription(
                    name: work.id, family: "gpt2",
                    configuration: Recordings.ModelConfiguration(
                        layers: model.layers, heads: model.heads, keyHeads: model.keyHeads, width: model.width,
                        innerWidth: model.innerWidth, vocabularySize: model.vocabularySize, context: model.context),
                    parameterCount: model.parameterCount, weightsSha256: ""),
                task: TaskDescription(
                    id: work.id, name: BilingualText(english: work.id, chinese: work.id), splits: [split])),
            vocabulary: (0..<model.vocabularySize).map(String.init))
        try writer.add(GraphDescription(trainer.recordingPlan), as: work.id)
        let parameters = names.map { name in
            let matrix = trainer.parameters[name]
            return ParameterDescription(name: ValueName(name), shape: [matrix?.rows ?? 0, matrix?.columns ?? 0], inJournal: true)
        }
        let training = TrainingSpecification(
            steps: count, batchSize: subject.examples.count,
            schedule: LearningRateSchedule(peak: subject.learningRate), evaluateEvery: count)
        let run = try writer.startRun(
            RunDescription(
                id: "bench", method: MethodDescription(id: work.id, name: BilingualText(english: work.id, chinese: work.id)),
                training: training.description(subject.limits), seed: 0, graph: work.id, parameters: parameters, frozenCount: 0,
                weightsSha256: WeightsHashes(before: "", after: "")))
        var seconds: [Double] = []
        for _ in 0..<count {
            var before: [[Float]] = []
            var taken = Self.seconds { before = journalled.parameters() }
            let step = try trainer.step(learningRate: subject.learningRate, pack: pack)
            taken += try Self.seconds { try run.append(journalled.entry(of: step, before: before)) }
            seconds.append(taken)
        }
        return seconds.reduce(0, +) / Double(max(seconds.count, 1)) * 1000
    }
}
