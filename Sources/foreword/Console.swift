import Foundation
import Interchange
import Synchronization

/// Where the command line writes: results to standard output, everything else to standard error.
enum Console {
    static func output(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Progress is for people: it is shown on a terminal only.
    static let showsProgress = isatty(STDERR_FILENO) == 1

    /// A share as per cent, to one decimal.
    static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

    /// A value as JSON, with sorted keys.
    static func output(json value: some Encodable) throws {
        FileHandle.standardOutput.write(try value.readableJSON(snakeCase: true))
    }
}

/// A line on the terminal that shows how far something is, rewritten at most ten times a second.
struct ProgressLine {
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    /// Seconds to the end, as far as can be told.
    private var left: Double?

    /// - Parameters:
    ///   - share: From 0 to 1.
    ///   - detail: Such as the loss.
    mutating func show(_ share: Double, _ detail: String) {
        let now = ContinuousClock.now
        guard Console.showsProgress, share >= 1 || last.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        last = now
        let elapsed = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        left = share > 0.01 ? elapsed / share * (1 - share) : nil
        let wait = left.map { "  \(Int($0.rounded(.up))) s left" } ?? ""
        let width = 28
        let done = Int(share * Double(width))
        let bar = String(repeating: "█", count: done) + String(repeating: "·", count: width - done)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(bar) \(Int(share * 100)) %  \(detail)\(wait)".utf8))
    }

    /// Puts a line above the one that is rewritten, for whoever has still to wait for some seconds.
    mutating func note(_ text: String) {
        guard Console.showsProgress, let left, left > 5 else { return }
        clear()
        last = nil
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }

    /// Removes the line.
    func clear() {
        if Console.showsProgress, last != nil { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}

/// A progress line that several threads may rewrite.
final class SharedProgressLine: Sendable {
    private let line = Mutex(ProgressLine())

    func show(_ share: Double, _ detail: String) { line.withLock { $0.show(share, detail) } }

    func note(_ text: String) { line.withLock { $0.note(text) } }

    func clear() { line.withLock { $0.clear() } }
}
