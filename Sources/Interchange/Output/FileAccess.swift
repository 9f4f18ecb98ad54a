internal import Foundation

/// Opening files, with errors in one sentence instead of the system's codes.
enum FileAccess {
    /// The contents of a file, mapped into memory where the system can, so that only what is used is read.
    ///
    /// A mapped file must not be cut short by another program meanwhile; our own writers never change a file in place.
    static func contents(of url: URL) throws(InterchangeError) -> Data {
        guard exists(url) else { throw InterchangeError(file: url.displayPath, "there is no such file") }
        if isFolder(url) { throw InterchangeError(file: url.displayPath, "expected a file, but this is a folder") }
        do {
            return try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw InterchangeError(file: url.displayPath, "the file cannot be read (\(reason(error)))")
        }
    }

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// What the system says of an error number, such as `Permission denied`.
    static func reason(_ code: Int32) -> String {
        // The returned text belongs to the C library and is copied before another call can change it.
        unsafe String(cString: strerror(code))
    }

    /// What lies behind an error of Foundation's: the system's words where there are any.
    static func reason(_ error: any Error) -> String {
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return reason(Int32(error.code)) }
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return reason(cause) }
        return error.localizedDescription
    }
}

extension URL {
    /// The path for a sentence: relative to where the program runs if it lies below, else whole.
    var displayPath: String {
        let here = FileManager.default.currentDirectoryPath + "/"
        let path = standardizedFileURL.path
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}

/// The system's calls on paths. A path is lent to the call as a C text, which copies what it keeps: safe, though the compiler cannot
/// see it.
extension FileAccess {
    /// - Returns: A descriptor, or a negative number with `errno` set.
    static func openDescriptor(_ url: URL, _ flags: Int32) -> Int32 { unsafe open(url.path, flags | O_CLOEXEC, 0o666) }

    /// - Returns: 0, or the error number.
    static func makeFolder(_ url: URL) -> Int32 { unsafe mkdir(url.path, 0o777) == 0 ? 0 : errno }

    /// Gives a file or a folder another name in one step.
    ///
    /// - Returns: 0, or the error number.
    static func move(_ url: URL, to target: URL) -> Int32 { unsafe rename(url.path, target.path) == 0 ? 0 : errno }

    static func removeFile(_ url: URL) { _ = unsafe unlink(url.path) }

    /// Asks the disk to keep a folder's entries. Some file systems cannot; then the system's own time of flushing holds.
    static func flush(_ folder: URL) {
        let descriptor = openDescriptor(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Why nothing can be put into a folder.
    static func unwritable(_ url: URL, in folder: URL, code: Int32) -> InterchangeError {
        guard exists(folder) else {
            return InterchangeError(
                file: url.displayPath, "the folder \(folder.displayPath.quoted) does not exist; make it first")
        }
        return InterchangeError(
            file: url.displayPath,
            "nothing can be written in the folder \(folder.displayPath.quoted) (\(reason(code))); choose another place")
    }
}
