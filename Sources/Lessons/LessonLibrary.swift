public import Foundation
internal import Recordings

/// The lessons that come with the project.
public enum LessonLibrary {
    private static var folder: URL? { Bundle.module.resourceURL?.appending(path: "lessons") }

    /// Their names, in order.
    public static var names: [String] { folder.map(names(in:)) ?? [] }

    private static func names(in folder: URL) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
        return names.filter { $0 != template && isLesson(folder.appending(path: $0)) }.sorted()
    }

    /// The folder that a new lesson is copied from.
    private static let template = "_template"

    private static func isLesson(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "lesson.yaml").path)
    }

    /// A lesson by name, by the number it begins with (`01` or `1`), or by the path of its folder.
    ///
    /// - Throws: ``LessonError/unknownLesson(_:near:)`` with names near this one.
    public static func lesson(_ name: String) throws(LessonError) -> Lesson {
        let path = URL(filePath: name)
        if name.contains("/"), isLesson(path) { return try Lesson(reading: path) }
        let names = names
        let number = Int(name).flatMap { number in names.first { Int($0.prefix { $0 != "-" }) == number } }
        let found =
            names.first { $0 == name } ?? names.first { $0.hasPrefix("\(name)-") } ?? names.first { $0.hasSuffix("-\(name)") }
            ?? number
        guard let folder, let found else { throw .unknownLesson(name, near: NearNames.of(name, among: names)) }
        return try Lesson(reading: folder.appending(path: found))
    }

    /// The lessons beside one, in order, those that collect from others left out.
    public static func lessons(beside lesson: Lesson) throws(LessonError) -> [Lesson] {
        let folder = lesson.folder.standardizedFileURL.deletingLastPathComponent()
        var found: [Lesson] = []
        for name in names(in: folder) where name != lesson.id {
            let other = try Lesson(reading: folder.appending(path: name))
            if !other.collectsStatements { found.append(other) }
        }
        return found
    }

    /// Writes the folder of a new lesson, which runs as it is and says of each key what it is for.
    ///
    /// - Throws: ``LessonError/folderExists(_:)``, or why it cannot be written.
    public static func writeTemplate(to url: URL) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: url.path) else { throw LessonError.folderExists(url.relativePath) }
        guard let template = folder?.appending(path: template) else { return }
        try files.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try files.copyItem(at: template, to: url)
    }
}
