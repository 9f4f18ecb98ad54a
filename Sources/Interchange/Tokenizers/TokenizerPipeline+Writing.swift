public import Foundation

extension TokenizerPipeline {
    /// Writes `tokenizer.json` and `tokenizer_config.json` into a folder, which Transformers opens with `AutoTokenizer`.
    ///
    /// - Throws: An error that names the file that cannot be written.
    public func write(into folder: URL) throws(InterchangeError) {
        try AtomicFile.write(JSON.object(json).text() + "\n", to: folder.appendingPathComponent(Self.fileName))
        var configuration = configuration
        // Without a class Transformers would take the one of the model's family, which need not fit.
        if configuration["tokenizer_class"] == nil { configuration["tokenizer_class"] = "PreTrainedTokenizerFast" }
        try AtomicFile.write(
            JSON.object(configuration).text() + "\n", to: folder.appendingPathComponent(Self.configurationName))
    }
}
