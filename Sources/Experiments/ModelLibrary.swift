public import Foundation

/// The models that come with the project, and how they are found by name.
public enum ModelLibrary {
    /// The model that lessons use.
    public static let main = "tiny-world-4x64"

    private static var folder: URL? { Bundle.module.resourceURL?.appending(path: "Models") }

    /// The names of the models that come with the project.
    public static var names: [String] {
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
        return names.filter { FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/config.json").path) }.sorted()
    }

    /// Where a model lies: a folder of its own if there is one at that path, else the one that comes with the project.
    public static func url(of model: String) -> URL {
        let path = URL(filePath: model)
        if let folder, names.contains(model), !FileManager.default.fileExists(atPath: path.appending(path: "config.json").path) {
            return folder.appending(path: model)
        }
        return path
    }
}
