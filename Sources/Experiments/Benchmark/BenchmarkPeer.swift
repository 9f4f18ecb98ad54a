public import Foundation

/// Another library that does the same work: PEFT on PyTorch, or JAX.
///
/// It runs in a process of its own, a script that reads a line of JSON for each thing to do and answers with one: first the work, then
/// how long to take steps. It sleeps while it is not asked.
public struct BenchmarkPeer: Sendable {
    public enum Library: String, Sendable, CaseIterable {
        case peft
        case jax
    }

    public let library: Library
    public let python: String
    public let script: URL
    public let threads: Int

    /// The script, seen from the root of a checkout.
    public static let script = "Tests/forewordTests/bench_peer.py"

    /// Looks for each library in each Python, in the order they are given.
    ///
    /// - Returns: Those that are there, and a sentence for each that is not.
    /// - Throws: ``BenchmarkError/peerScriptMissing(_:)``.
    public static func find(
        pythons: [String], script: URL, threads: Int
    ) throws(BenchmarkError) -> (peers: [BenchmarkPeer], absent: [String]) {
        guard FileManager.default.fileExists(atPath: script.path) else { throw .peerScriptMissing(script.path) }
        var (peers, absent): ([BenchmarkPeer], [String]) = ([], [])
        for library in Library.allCases {
            let python = pythons.first { python in
                let process = process(python, script: script, arguments: [library.rawValue, "--check"], threads: threads)
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                guard (try? process.run()) != nil else { return false }
                process.waitUntilExit()
                return process.terminationStatus == 0
            }
            if let python {
                peers.append(BenchmarkPeer(library: library, python: python, script: script, threads: threads))
            } else {
                let names = pythons.joined(separator: ", ")
                absent.append(
                    "\(library.rawValue) is left out: \(names) cannot import \(library.packages); name a Python that can with --python."
                )
            }
        }
        return (peers, absent)
    }

    fileprivate static func process(_ python: String, script: URL, arguments: [String], threads: Int) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, script.path] + arguments
        var environment = ProcessInfo.processInfo.environment
        for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"] { environment[name] = String(threads) }
        environment["HF_HUB_OFFLINE"] = "1"
        process.environment = environment
        return process
    }

    func start(_ request: PeerRequest, work: String) throws -> RunningPeer {
        try RunningPeer(self, request, work: work)
    }
}

extension BenchmarkPeer.Library {
    fileprivate var packages: String {
        switch self {
        case .peft: "torch, transformers and peft"
        case .jax: "jax"
        }
    }
}

/// A peer at a work.
final class RunningPeer {
    let name: String
    private(set) var version = ""
    private(set) var peakBytes: Int?
    private let work: String
    private let process: Process
    private let (input, output) = (Pipe(), Pipe())
    private var unread = Data()

    private struct Answer: Decodable {
        var version: String?
        var seconds: [Double]?
        var peakBytes: Int?
        var problem: String?
    }

    private struct Turn: Encodable { var seconds: Double }

    fileprivate init(_ peer: BenchmarkPeer, _ request: PeerRequest, work: String) throws {
        name = peer.library.rawValue
        self.work = work
        process = BenchmarkPeer.process(
            peer.python, script: peer.script, arguments: [peer.library.rawValue], threads: peer.threads)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var request = request
        request.threads = peer.threads
        version = try ask(request).version ?? ""
    }

    /// Steps for about so long, one at least.
    ///
    /// - Returns: The seconds of each.
    func steps(for seconds: Double) throws -> [Double] {
        let answer = try ask(Turn(seconds: seconds))
        peakBytes = answer.peakBytes
        return answer.seconds ?? []
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private func ask(_ question: some Encodable) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            try input.fileHandleForWriting.write(contentsOf: try encoder.encode(question) + Data("\n".utf8))
        } catch { throw BenchmarkError.peerBroke("\(name) takes no more input", work: work) }
        guard let line = nextLine() else { throw BenchmarkError.peerBroke("\(name) ended without an answer", work: work) }
        guard let answer = try? decoder.decode(Answer.self, from: line) else {
            throw BenchmarkError.peerBroke(
                "\(name) answered \"\(String(decoding: line.prefix(200), as: UTF8.self))\"", work: work)
        }
        if let problem = answer.problem { throw BenchmarkError.peerBroke("\(name): \(problem)", work: work) }
        return answer
    }

    private func nextLine() -> Data? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return unread[..<end]
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            unread += more
        }
    }
}
