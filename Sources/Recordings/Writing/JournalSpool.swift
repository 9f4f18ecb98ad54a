internal import Foundation

/// Tensors that grow by a row at a time, put aside on disk so that a long run does not fill the memory.
///
/// A safetensors file says how long each tensor is before its first number, and holds every tensor in one piece; a run does not
/// know how long it will be, and adds to all of them at every step. So each tensor has a file of its own until the run is over.
struct JournalSpool {
    /// Bytes of a tensor that are collected in memory before they are put aside.
    private static let bufferSize = 256 << 10

    let folder: URL
    private var buffers: [String: Data] = [:]
    /// The files, by tensor.
    private var files: [String: URL] = [:]

    /// - Parameter folder: Where the files are to be; it must exist and be empty.
    init(in folder: URL) { self.folder = folder }

    mutating func append<Number: BitwiseCopyable>(_ numbers: [Number], to name: String) throws(RecordingError) {
        // Float and Int32 are stored as they lie in memory: every platform here is little-endian, as the files are.
        unsafe numbers.withUnsafeBytes { unsafe buffers[name, default: Data()].append(contentsOf: $0) }
        if let count = buffers[name]?.count, count >= Self.bufferSize { try putAside(name) }
    }

    /// All bytes of a tensor, in the order they were appended; mapped, if they are on disk.
    mutating func bytes(_ name: String) throws(RecordingError) -> Data {
        guard let url = files[name] else { return buffers[name] ?? Data() }
        try putAside(name)
        do { return try Data(contentsOf: url, options: .alwaysMapped) } catch { throw Self.failure(url, error) }
    }

    private mutating func putAside(_ name: String) throws(RecordingError) {
        let url = files[name] ?? folder.appending(path: "\(files.count)")
        do {
            if files[name] == nil { try Data().write(to: url, options: .withoutOverwriting) }
            let handle = try FileHandle(forWritingTo: url)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: buffers[name] ?? Data())
        } catch { throw Self.failure(url, error) }
        files[name] = url
        buffers[name]?.removeAll(keepingCapacity: true)
    }

    private static func failure(_ url: URL, _ error: any Error) -> RecordingError {
        .cannotWrite(url.path, reason: error.localizedDescription)
    }
}
