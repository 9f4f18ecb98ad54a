public import ArgumentParser
import CAllocations
public import Experiments
import Foundation
import LinearAlgebra
import Publishing

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Time training steps, and the same steps by PEFT and JAX.",
        discussion: """
            The works: \(BenchmarkWork.all().map(\.id).joined(separator: ", ")).

            d64 is V512 d64 L2 H4 and d128 is V512 d128 L4 H4, with 16 sequences of 24 tokens; gpt2-124m is V50257 d768 L12 H12 with 2 \
            sequences of 64. The last quarter of each sequence is counted in the loss, or with --counting all every token. tiny-world \
            is the model that comes with the project, on its own task. Weights are random, but \
            for the last. Nothing is downloaded.

            A step is forward and backward pass and AdamW. Whole steps are timed in turn with their matrix products by themselves (the \
            very products of the step, on the same threads) and, with --peer, with the other libraries: A B C A B C. "step" is the \
            median, "least" the shortest; GFLOP/s counts 2 · rows · columns · inner for each product, over the whole step; "products" \
            is how much of a step they would take by themselves; "requests" are requests for memory in a step; "memory" is the most \
            the process held, each work in a process of its own; "journal" is what recording a step takes, of the step.

            Example: foreword bench d64-prompt-8 gpt2-124m-full --peer --python venv/bin/python
            """)

    @Argument(help: ArgumentHelp("The works to time; all by default.", valueName: "work"))
    var works: [String] = []

    @Flag(help: "Time PEFT and JAX on the same works, where a Python has them.")
    var peer = false

    @Option(help: "A Python that has peft or jax; may be given more than once.")
    var python: [String] = ["python3"]

    @Option(help: "The script that times the peers.")
    var peerScript = BenchmarkPeer.script

    @Option(help: "Which tokens are counted in the loss, here and by peers: completion or all.")
    var counting = BenchmarkWork.Counting.completion

    @Option(help: "How often each has its turn.")
    var rounds = 7

    @Option(help: "About how many seconds a turn takes; it has one step at least.")
    var seconds = 0.3

    @Option(help: "Threads; the machine's cores by default.")
    var threads: Int?

    @Flag(
        help: """
            Time prompt tuning against virtual tokens, sequences, tokens, layers and width instead, and print what was measured as JSON.
            """)
    var growth = false

    @Option(help: "With --growth: a folder for growth.json and its figure. What is there already is drawn, not measured again.")
    var figure: String?

    @Flag(help: "Also show which operations the time goes to.")
    var profile = false

    @Flag(help: "Print what was measured as JSON.")
    var json = false

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds is \(rounds); expected a number from 1.") }
        if !(seconds.isFinite && seconds > 0) { throw ValidationError("--seconds is \(seconds); expected a number above 0.") }
        if growth, !works.isEmpty { throw ValidationError("--growth has works of its own; leave out \(works[0]).") }
        if figure != nil, !growth { throw ValidationError("--figure draws a growth; give --growth with it.") }
        if let threads, threads < 1 { throw ValidationError("--threads is \(threads); expected a number from 1.") }
    }

    func run() throws {
        if growth { return try runGrowth() }
        let works =
            try self.works.isEmpty
            ? BenchmarkWork.all(counting: counting) : self.works.map { try BenchmarkWork.named($0, counting: counting) }
        let report = works.count == 1 ? try measure(works[0]) : try measureApart(works)
        if json { try Console.output(json: report) } else { BenchTable(showsParts: profile).show(report) }
    }

    private func runGrowth() throws {
        guard let figure else { return try Console.output(json: try measuredGrowth()) }
        let folder = URL(filePath: figure)
        // Minutes of measuring are not to be lost to a place that cannot be written.
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw ValidationError("--figure: the folder \(figure) cannot be made; choose another place.")
        }
        let file = folder.appending(path: "growth.json")
        let growth: Growth
        if FileManager.default.fileExists(atPath: file.path) {
            growth = try Growth(reading: file)
        } else {
            growth = try measuredGrowth()
            try growth.write(to: file)
        }
        for name in try GrowthFigure.write(growth, to: folder) { Console.output("\(figure)/\(name)") }
    }

    private func measuredGrowth() throws -> Growth {
        let pool = pool
        var line = ProgressLine()
        defer { line.clear() }
        let (peers, absent) = try self.peers(threads: pool.threads)
        for sentence in absent { Console.error(sentence) }
        let machine = BenchmarkMachine.current(threads: pool.threads)
        if machine.isBusy, let load = machine.load {
            Console.error("Other work is going on (load \(load)): what is measured now is not worth keeping.")
        }
        return try Growth.measure(Benchmark.Length(rounds: rounds, turnSeconds: seconds), peers: peers, pool: pool) {
            line.show($0, $1)
        }
    }

    private func peers(threads: Int) throws -> (peers: [BenchmarkPeer], absent: [String]) {
        guard peer else { return ([], []) }
        return try BenchmarkPeer.find(pythons: python, script: URL(filePath: peerScript), threads: threads)
    }

    private var pool: WorkerPool { WorkerPool(threads: threads) }

    private func measure(_ work: BenchmarkWork) throws -> BenchmarkReport {
        let pool = pool
        var report = BenchmarkReport(machine: .current(threads: pool.threads))
        let (peers, absent) = try self.peers(threads: pool.threads)
        report.absentPeers = absent
        foreword_count_all_allocations(1)
        let counts = foreword_all_allocations() >= 0
        report.results = [
            try Benchmark(work, pool: pool).measure(
                Benchmark.Length(rounds: rounds, turnSeconds: seconds), peers: peers,
                allocations: counts ? { Int(foreword_all_allocations()) } : nil)
        ]
        return report
    }

    /// Each work in a process of its own: the most memory a process held is that of one work then.
    private func measureApart(_ works: [BenchmarkWork]) throws -> BenchmarkReport {
        let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let executable = Bundle.main.executableURL ?? program
        var report = BenchmarkReport(machine: .current(threads: pool.threads))
        var line = ProgressLine()
        for (index, work) in works.enumerated() {
            line.show(Double(index) / Double(works.count + 1), work.id)
            var arguments = [
                "bench", work.id, "--json", "--rounds", "\(rounds)", "--seconds", "\(seconds)", "--counting", counting.rawValue,
            ]
            if let threads { arguments += ["--threads", "\(threads)"] }
            if peer { arguments += ["--peer", "--peer-script", peerScript] + python.flatMap { ["--python", $0] } }
            let one = try BenchmarkReport(by: executable, arguments: arguments, work: work.id)
            report.results += one.results
            report.absentPeers = one.absentPeers
        }
        line.show(Double(works.count) / Double(works.count + 1), "01")
        if let start = try LessonStart.measure(program: executable, lesson: "01") {
            (report.firstFigureSeconds, report.lessonSeconds) = (start.firstFigureSeconds, start.lessonSeconds)
        }
        line.clear()
        return report
    }
}

extension BenchmarkWork.Counting: ExpressibleByArgument {}
