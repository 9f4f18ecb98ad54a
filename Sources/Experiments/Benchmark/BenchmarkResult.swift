internal import Foundation
internal import Interchange
internal import LinearAlgebra

/// What was measured of a work.
public struct BenchmarkResult: Sendable, Codable {
    /// Times of something that was done again and again, in milliseconds.
    public struct Times: Sendable, Codable {
        public var median: Double
        public var minimum: Double
        /// How often it was done.
        public var count: Int

        /// - Parameter seconds: At least one time.
        public init(_ seconds: [Double]) {
            median = seconds.median * 1000
            minimum = (seconds.min() ?? 0) * 1000
            count = seconds.count
        }
    }

    /// The matrix products of a step, by themselves, timed in turn with whole steps.
    public struct Products: Sendable, Codable {
        public var count: Int
        /// Multiplications and additions, 2 · rows · columns · inner each.
        public var operations: Int
        public var milliseconds: Times
    }

    /// The same work by another library, timed in turn with ours.
    public struct PeerTimes: Sendable, Codable {
        public var name: String
        public var version: String
        public var milliseconds: Times
        /// The most memory its process held, in bytes.
        public var peakBytes: Int?
    }

    /// Where a step's time goes: an operation, summed over blocks.
    public struct Part: Sendable, Codable {
        public var operation: String
        public var milliseconds: Double
        /// Of the time of all operations.
        public var share: Double
    }

    public var work: String
    public var milliseconds: Times
    public var products: Products
    /// Memory requests of a step; `nil` where they cannot be counted.
    public var allocations: Double?
    /// The most memory the process held while it took steps, in bytes; `nil` where the system does not tell.
    public var peakBytes: Int?
    /// What writing a step into the journal takes; `nil` where the trained numbers are too many for it.
    public var journalMilliseconds: Double?
    public var peers: [PeerTimes]
    public var parts: [Part]

    /// 10⁹ multiplications and additions of matrix products a second, over the whole step.
    public var gigaflops: Double { Double(products.operations) / (milliseconds.median * 1e6) }
    /// How much of a step its matrix products would take by themselves.
    public var productShare: Double { products.milliseconds.median / milliseconds.median }
    /// Journal over step.
    public var journalShare: Double? { journalMilliseconds.map { $0 / milliseconds.median } }

    /// How many times as long a peer takes: by the medians, and by the shortest times.
    public func ratio(to peer: PeerTimes) -> (median: Double, minimum: Double) {
        (peer.milliseconds.median / milliseconds.median, peer.milliseconds.minimum / milliseconds.minimum)
    }
}

/// What was measured in one go.
public struct BenchmarkReport: Sendable, Codable {
    public var machine: BenchmarkMachine
    public var results: [BenchmarkResult]
    /// From the start of the process to the first figure on disk, in lesson one; `nil` where it was not measured.
    public var firstFigureSeconds: Double?
    /// The whole of lesson one.
    public var lessonSeconds: Double?
    /// Peers that were asked for and are not there: a sentence each.
    public var absentPeers: [String]

    public init(
        machine: BenchmarkMachine, results: [BenchmarkResult] = [], firstFigureSeconds: Double? = nil,
        lessonSeconds: Double? = nil, absentPeers: [String] = []
    ) {
        self.machine = machine
        self.results = results
        self.firstFigureSeconds = firstFigureSeconds
        self.lessonSeconds = lessonSeconds
        self.absentPeers = absentPeers
    }
}

/// On what it was measured.
public struct BenchmarkMachine: Sendable, Codable, Hashable {
    public var processor: String
    public var threads: Int
    public var arithmetic: String
    /// Whether the program was built with optimisation; times of another say nothing.
    public var isOptimised: Bool
    /// How many threads of all programs wanted to run, on average over the minute before; `nil` where the system does not tell.
    public var load: Double?

    /// Whether other work was going on, which makes times long and ratios wrong: a library whose threads wait by spinning suffers most.
    public var isBusy: Bool { (load ?? 0) > 0.5 }

    public static func current(threads: Int) -> BenchmarkMachine {
        var optimised = true
        assert(
            {
                optimised = false
                return true
            }())
        return BenchmarkMachine(
            processor: processorName, threads: threads, arithmetic: Arithmetic.current.recorded, isOptimised: optimised,
            load: loadAverage)
    }

    private static var loadAverage: Double? {
        (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first.flatMap { Double($0) }
    }

    private static var processorName: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let named = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return named.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }
}

/// The memory of this process, as the system tells it.
enum ProcessMemory {
    /// The most it ever held, in bytes; Linux only.
    static var peak: Int? {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n") ?? []
        return lines.first { $0.hasPrefix("VmHWM") }.flatMap { $0.split(whereSeparator: { !$0.isNumber }).first }
            .flatMap { Int($0) }.map { $0 << 10 }
    }
}
