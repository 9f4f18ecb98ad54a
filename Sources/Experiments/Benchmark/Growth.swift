public import Foundation
internal import Interchange
public import LinearAlgebra

/// How the time of a step grows with the length of the prompt, the batch, the texts and the model: measured, one quantity at a time.
public struct Growth: Sendable, Codable {
    /// What is varied.
    public enum Quantity: String, Sendable, Codable, CaseIterable {
        /// P.
        case virtualTokens = "virtual-tokens"
        /// Sequences of a batch.
        case sequences
        /// Tokens of a sequence, T.
        case tokens
        /// Blocks, L.
        case layers
        /// d.
        case width

        /// The values that are measured; where the others stay, ``Growth/base``.
        public var values: [Int] {
            switch self {
            case .virtualTokens: [1, 8, 20, 50, 100]
            case .sequences: [1, 4, 16, 64]
            case .tokens: [8, 24, 64, 128]
            case .layers: [1, 2, 4, 8]
            case .width: [32, 64, 128, 256]
            }
        }
    }

    public struct Point: Sendable, Codable {
        public var value: Int
        public var milliseconds: BenchmarkResult.Times
        public var peers: [BenchmarkResult.PeerTimes]
    }

    public struct Line: Sendable, Codable {
        public var quantity: Quantity
        public var points: [Point]
    }

    public var machine: BenchmarkMachine
    public var lines: [Line]

    /// Where a quantity stands while another is varied: prompt tuning as lessons do it.
    public static let base: [Quantity: Int] = [.virtualTokens: 8, .sequences: 16, .tokens: 24, .layers: 2, .width: 64]

    static func work(_ quantity: Quantity, _ value: Int) -> BenchmarkWork {
        func size(_ wanted: Quantity) -> Int { wanted == quantity ? value : base[wanted] ?? 0 }
        let tokens = size(.tokens)
        return BenchmarkWork(
            "growth-\(quantity.rawValue)-\(value)",
            .random(
                BenchmarkWork.Shape(width: size(.width), layers: size(.layers)), sequences: size(.sequences), tokens: tokens,
                counted: BenchmarkWork.Counting.completion.count(of: tokens)),
            .prompt(virtualTokens: size(.virtualTokens)))
    }

    /// Measures every point, ours and the peers' in turn.
    ///
    /// - Parameter progress: From 0 to 1, and what is timed.
    public static func measure(
        _ length: Benchmark.Length, peers: [BenchmarkPeer], pool: WorkerPool, progress: (Double, String) -> Void
    ) throws -> Growth {
        let machine = BenchmarkMachine.current(threads: pool.threads)
        let works = Quantity.allCases.flatMap { quantity in quantity.values.map { (quantity, $0) } }
        var points: [Quantity: [Point]] = [:]
        for (index, (quantity, value)) in works.enumerated() {
            let work = work(quantity, value)
            progress(Double(index) / Double(works.count), work.id)
            let result = try Benchmark(work, pool: pool).measure(length, peers: peers)
            points[quantity, default: []].append(
                Point(value: value, milliseconds: result.milliseconds, peers: result.peers))
        }
        return Growth(
            machine: machine,
            lines: Quantity.allCases.map { Line(quantity: $0, points: points[$0] ?? []) })
    }

    /// Reads what ``write(to:)`` wrote.
    ///
    /// - Throws: ``BenchmarkError/badResult(_:problem:)``.
    public init(reading url: URL) throws(BenchmarkError) {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(Self.self, from: try Data(contentsOf: url))
        } catch let error as DecodingError {
            throw .badResult(url.path, problem: error.shortText)
        } catch {
            throw .badResult(url.path, problem: error.localizedDescription)
        }
        guard lines.map(\.quantity) == Quantity.allCases, lines.allSatisfy({ !$0.points.isEmpty }),
            lines.flatMap(\.points).allSatisfy({
                $0.value > 0 && $0.milliseconds.isSound && $0.peers.allSatisfy(\.milliseconds.isSound)
            })
        else {
            throw .badResult(url.path, problem: "a line for each quantity is expected, with times above 0")
        }
    }

    /// - Parameter url: The file.
    public func write(to url: URL) throws { try AtomicFile.write(try readableJSON(snakeCase: true), to: url) }

    private init(machine: BenchmarkMachine, lines: [Line]) {
        self.machine = machine
        self.lines = lines
    }
}

extension BenchmarkResult.Times {
    fileprivate var isSound: Bool { median.isFinite && minimum.isFinite && median > 0 && minimum > 0 && minimum <= median }
}

extension DecodingError {
    fileprivate var shortText: String {
        switch self {
        case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "at \(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "it cannot be decoded"
        }
    }
}
