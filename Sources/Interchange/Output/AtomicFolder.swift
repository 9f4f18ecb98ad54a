public import Foundation

/// A folder that is either whole or not there.
///
/// It is built under a hidden name beside its place, in ``location``, and ``commit()`` renames it into its place. Until then
/// whatever was there stays; if it is dropped before, the unfinished folder is removed. A run that is killed leaves the old folder,
/// or none, and a hidden unfinished one, which the next commit to the same place removes.
public struct AtomicFolder: ~Copyable {
    /// Where to build: a folder that exists and is empty.
    public let location: URL
    private let target: URL
    private let marker: String
    private let lock: Int32
    private var isCommitted = false

    /// Prepares a folder that will replace the one at a place.
    ///
    /// - Parameters:
    ///   - url: The place. Folders above it are made.
    ///   - marker: The name of a file by which a folder of this kind is recognised: only a folder that holds it, or an empty one, is
    ///     replaced.
    /// - Throws: An error that names the folder, if it may not be replaced or nothing can be written beside it.
    public init(replacing url: URL, marker: String) throws(InterchangeError) {
        let target = url.standardizedFileURL.resolvingSymlinksInPath()
        try Self.check(target, shown: url.displayPath, marker: marker)
        let parent = target.deletingLastPathComponent()
        if FileAccess.exists(parent), !FileAccess.isFolder(parent) {
            throw FileAccess.unwritable(url, in: parent, code: ENOTDIR)
        }
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw InterchangeError(
                file: url.displayPath,
                "the folder \(parent.displayPath.quoted) cannot be made (\(FileAccess.reason(error))); choose another place")
        }
        let location = parent.appendingPathComponent(Self.hiddenPrefix(target) + UUID().uuidString, isDirectory: true)
        let code = FileAccess.makeFolder(location)
        guard code == 0 else { throw FileAccess.unwritable(url, in: parent, code: code) }
        // The lock tells a running build from one that was killed: the system gives it up with the process.
        let lock = FileAccess.openDescriptor(location, O_RDONLY | O_DIRECTORY)
        if lock >= 0 { flock(lock, LOCK_EX | LOCK_NB) }
        self.location = location
        self.target = target
        self.marker = marker
        self.lock = lock
    }

    deinit {
        if !isCommitted { try? FileManager.default.removeItem(at: location) }
        if lock >= 0 { close(lock) }
    }

    /// Puts the folder in its place.
    ///
    /// - Precondition: The marker file has been written.
    public consuming func commit() throws(InterchangeError) {
        precondition(
            FileAccess.exists(location.appendingPathComponent(marker)), "\(marker) must be written before the folder is committed"
        )
        // What is there is looked at again: someone may have put something else there during the build.
        try Self.check(target, shown: target.displayPath, marker: marker)
        FileAccess.flush(location)
        let parent = target.deletingLastPathComponent()
        let previous = parent.appendingPathComponent(Self.hiddenPrefix(target) + UUID().uuidString, isDirectory: true)
        let isReplacing = FileAccess.exists(target)
        if isReplacing {
            let code = FileAccess.move(target, to: previous)
            guard code == 0 else { throw FileAccess.unwritable(target, in: parent, code: code) }
        }
        let code = FileAccess.move(location, to: target)
        guard code == 0 else {
            if isReplacing { _ = FileAccess.move(previous, to: target) }
            throw FileAccess.unwritable(target, in: parent, code: code)
        }
        isCommitted = true
        FileAccess.flush(parent)
        Self.removeLeftovers(of: target, in: parent)
    }

    private static func hiddenPrefix(_ target: URL) -> String { ".\(target.lastPathComponent).unfinished-" }

    private static func check(_ target: URL, shown path: String, marker: String) throws(InterchangeError) {
        guard FileAccess.exists(target) else { return }
        guard FileAccess.isFolder(target) else {
            throw InterchangeError(file: path, "a file is in the place of the folder; move it or choose another name")
        }
        let contents: [String]
        do {
            contents = try FileManager.default.contentsOfDirectory(atPath: target.path)
        } catch {
            throw InterchangeError(file: path, "the folder there cannot be read (\(FileAccess.reason(error)))")
        }
        guard contents.isEmpty || contents.contains(marker) else {
            throw InterchangeError(
                file: path,
                "a folder is there already that holds no \(marker), so it is not one to replace; move it or choose another name")
        }
    }

    /// Removes the folder that was replaced, and those of runs that were killed: hidden ones that no process has locked.
    private static func removeLeftovers(of target: URL, in parent: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for name in names where name.hasPrefix(hiddenPrefix(target)) {
            let folder = parent.appendingPathComponent(name, isDirectory: true)
            let descriptor = FileAccess.openDescriptor(folder, O_RDONLY | O_DIRECTORY)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { try? FileManager.default.removeItem(at: folder) }
            close(descriptor)
        }
    }
}
