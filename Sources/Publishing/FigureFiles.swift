public import Foundation
internal import Interchange

/// Files of figures.
public enum FigureFiles {
    /// Writes a file whole or not at all, and makes its folder.
    public static func write(_ bytes: Data, to url: URL) throws {
        let folder = url.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw InterchangeError(file: folder.path, "the folder cannot be made; choose another with --out")
        }
        try AtomicFile.write(bytes, to: url)
    }
}
