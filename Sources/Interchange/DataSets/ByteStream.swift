internal import Foundation

/// The bytes of a file, read in pieces of a fixed size: a file of any length takes the same memory.
struct ByteStream: ~Copyable {
    private let file: FileHandle
    private let path: String
    private var buffer: [UInt8]
    private var position: Int

    private static let pieceSize = 1 << 18

    init(opening url: URL) throws(InterchangeError) {
        let path = url.displayPath
        guard FileAccess.exists(url) else { throw InterchangeError(file: path, "there is no such file") }
        if FileAccess.isFolder(url) { throw InterchangeError(file: path, "expected a file, but this is a folder") }
        let file: FileHandle
        do {
            file = try FileHandle(forReadingFrom: url)
        } catch {
            throw InterchangeError(file: path, "the file cannot be read (\(FileAccess.reason(error)))")
        }
        let first = try Self.piece(of: file, path)
        if first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]) {
            throw InterchangeError(file: path, place: "line 1", "the text is UTF-16; save the file as UTF-8")
        }
        // A byte order mark is no text.
        position = first.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        buffer = first
        self.path = path
        self.file = file
    }

    /// The next byte, which stays where it is; nil at the end of the file.
    mutating func peek() throws(InterchangeError) -> UInt8? {
        if position == buffer.count { try refill() }
        return position < buffer.count ? buffer[position] : nil
    }

    /// The next byte; nil at the end of the file.
    @inline(__always)
    mutating func next() throws(InterchangeError) -> UInt8? {
        if position == buffer.count { try refill() }
        guard position < buffer.count else { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func refill() throws(InterchangeError) {
        buffer = try Self.piece(of: file, path)
        position = 0
    }

    /// The next piece of a file, empty at its end.
    private static func piece(of file: FileHandle, _ path: String) throws(InterchangeError) -> [UInt8] {
        do {
            return [UInt8](try file.read(upToCount: pieceSize) ?? Data())
        } catch {
            throw InterchangeError(file: path, "the file cannot be read (\(FileAccess.reason(error)))")
        }
    }
}
