public import Foundation
internal import Interchange

extension BenchmarkReport {
    /// The report that another process of this program prints.
    ///
    /// - Throws: ``BenchmarkError/childFailed(work:status:)``.
    public init(by program: URL, arguments: [String], work: String) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError.childFailed(work: work, status: process.terminationStatus)
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: data)
    }
}
