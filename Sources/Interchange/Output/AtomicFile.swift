public import Foundation

/// Files that are either whole or not there.
///
/// A file is written beside its place under a hidden name, flushed to the disk, and renamed into its place, which the system does
/// in one step. Whoever reads meanwhile sees the old file or the new one; a run that is killed leaves the old one.
public enum AtomicFile {
    /// Writes bytes into a file.
    ///
    /// - Throws: An error that names the file and why it cannot be written.
    public static func write(_ data: Data, to url: URL) throws(InterchangeError) {
        try write(to: url) { file throws(InterchangeError) in try file.write(data) }
    }

    /// Writes text into a file, as UTF-8.
    public static func write(_ text: String, to url: URL) throws(InterchangeError) {
        try write(Data(text.utf8), to: url)
    }

    /// Writes a file piece by piece. If the closure throws, nothing has changed.
    public static func write(
        to url: URL, _ body: (borrowing FileBeingWritten) throws(InterchangeError) -> Void
    ) throws(InterchangeError) {
        // A link stays a link: what it points to is replaced.
        let target = url.resolvingSymlinksInPath()
        let folder = target.deletingLastPathComponent()
        let temporary = folder.appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
        if FileAccess.isFolder(target) {
            throw InterchangeError(file: url.displayPath, "a folder is in the place of the file; move it or choose another name")
        }
        let descriptor = FileAccess.openDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL)
        guard descriptor >= 0 else { throw FileAccess.unwritable(url, in: folder, code: errno) }
        do throws(InterchangeError) {
            let file = FileBeingWritten(
                handle: FileHandle(fileDescriptor: descriptor, closeOnDealloc: false), path: url.displayPath)
            defer { close(descriptor) }
            try body(file)
            guard fsync(descriptor) == 0 else { throw file.failure(errno) }
        } catch {
            FileAccess.removeFile(temporary)
            throw error
        }
        let code = FileAccess.move(temporary, to: target)
        guard code == 0 else {
            FileAccess.removeFile(temporary)
            throw InterchangeError(file: url.displayPath, "the file cannot be put in its place (\(FileAccess.reason(code)))")
        }
        FileAccess.flush(folder)
    }
}

/// A file that does not have its name yet.
public struct FileBeingWritten: ~Copyable {
    fileprivate let handle: FileHandle
    fileprivate let path: String

    public borrowing func write(_ data: some DataProtocol) throws(InterchangeError) {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw InterchangeError(file: path, "the file cannot be written (\(FileAccess.reason(error)))")
        }
    }

    public borrowing func write(_ text: String) throws(InterchangeError) { try write(Data(text.utf8)) }

    fileprivate borrowing func failure(_ code: Int32) -> InterchangeError {
        InterchangeError(file: path, "the file cannot be written (\(FileAccess.reason(code)))")
    }
}
