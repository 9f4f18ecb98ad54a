internal import Foundation
internal import Recordings

/// The lessons that come with the project.
public enum LessonLibrary {
    private static var folder: URL? { Bundle.module.resourceURL?.appending(path: "lessons") }

    /// Their names, in order.
    public static var names: [String] {
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
        return names.filter { FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/lesson.yaml").path) }.sorted()
    }

    /// A lesson by name, by the number it begins with, or by the path of its folder.
    ///
    /// - Throws: ``LessonError/unknownLesson(_:near:)`` with names near this one.
    public static func lesson(_ name: String) throws(LessonError) -> Lesson {
        let path = URL(filePath: name)
        if name.contains("/"), FileManager.default.fileExists(atPath: path.appending(path: "lesson.yaml").path) {
            return try Lesson(reading: path)
        }
        let names = names
        let found =
            names.first { $0 == name } ?? names.first { $0.hasPrefix("\(name)-") } ?? names.first { $0.hasSuffix("-\(name)") }
        guard let folder, let found else { throw .unknownLesson(name, near: NearNames.of(name, among: names)) }
        return try Lesson(reading: folder.appending(path: found))
    }
}
