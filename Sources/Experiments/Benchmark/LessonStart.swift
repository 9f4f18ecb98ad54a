public import Foundation

/// How long a reader waits: from the start of the program to the first figure of a lesson, and to its end.
public struct LessonStart: Sendable {
    public let firstFigureSeconds: Double
    public let lessonSeconds: Double

    /// Runs a lesson in a process of its own and looks for its first figure.
    ///
    /// - Parameters:
    ///   - program: This very program.
    ///   - lesson: Its name or number.
    /// - Returns: `nil` if it draws no figure.
    public static func measure(program: URL, lesson: String) throws -> LessonStart? {
        let place = FileManager.default.temporaryDirectory.appending(path: "foreword-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let process = Process()
        process.executableURL = program
        process.arguments = ["run", lesson, "--out", place.appending(path: "lesson").path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let start = ContinuousClock.now
        try process.run()
        var first: Double?
        while process.isRunning {
            if first == nil, hasFigure(place) { first = (ContinuousClock.now - start).seconds }
            Thread.sleep(forTimeInterval: 0.005)
        }
        let whole = (ContinuousClock.now - start).seconds
        guard let first = first ?? (hasFigure(place) ? whole : nil) else { return nil }
        return LessonStart(firstFigureSeconds: first, lessonSeconds: whole)
    }

    /// The lesson's folder has another name until it is whole.
    private static func hasFigure(_ place: URL) -> Bool {
        let files = FileManager.default
        let folders = (try? files.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)) ?? []
        return folders.contains { folder in
            (try? files.contentsOfDirectory(atPath: folder.path))?.contains { $0.hasSuffix(".png") || $0.hasSuffix(".svg") }
                ?? false
        }
    }
}
