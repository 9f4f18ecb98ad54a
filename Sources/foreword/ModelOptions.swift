import ArgumentParser
import Experiments
import Foundation
import Interchange

/// Which model, and which adapter on it: shared by all commands that use a trained one.
struct ModelOptions: ParsableArguments {
    @Option(
        help: "A model folder in the format of Hugging Face Transformers, or the name of a model that comes with the project.")
    var model = ModelLibrary.main

    @Option(
        help:
            "An adapter folder in the format of PEFT, a folder of several that belong together, or the folder that foreword train wrote."
    )
    var adapter: String?

    /// Loads the model. An adapter that was trained on another one is warned of on standard error.
    func load() throws -> TunedModel {
        let base = try BaseModel(opening: ModelLibrary.url(of: model))
        guard let adapter else { return TunedModel(base) }
        return try Self.open(adapter, on: base)
    }

    /// The model under an adapter. One that was trained on another base is warned of on standard error.
    static func open(_ adapter: String, on base: BaseModel) throws -> TunedModel {
        let folders = try AdapterFolder.all(in: adapterURL(adapter))
        for warning in folders.compactMap({ $0.warning(on: base) }) { Console.error("Warning: \(warning)") }
        return try TunedModel(base, adapters: folders)
    }

    /// An adapter's folder, which may lie in what a training run wrote.
    static func adapterURL(_ path: String) -> URL {
        let url = URL(filePath: path)
        let inner = url.appending(path: TrainingJob.Part.adapter)
        return FileManager.default.fileExists(atPath: inner.path) ? inner : url
    }
}
