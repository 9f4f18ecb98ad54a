public import Foundation

extension TokenizerPipeline {
    static let fileName = "tokenizer.json"
    static let configurationName = "tokenizer_config.json"

    /// Reads the tokenizer of a folder: `tokenizer.json`, or else `vocab.json` with `merges.txt`, which are GPT-2's.
    ///
    /// - Throws: An error that names the file and the component which is damaged or not supported.
    public init(opening folder: URL) throws(InterchangeError) {
        let configurationURL = folder.appendingPathComponent(Self.configurationName)
        let configuration = FileAccess.exists(configurationURL) ? try JSON(reading: configurationURL).object : nil
        if FileAccess.exists(folder.appendingPathComponent(Self.fileName)) {
            try self.init(reading: folder.appendingPathComponent(Self.fileName), configuration: configuration ?? JSONObject())
        } else if FileAccess.exists(folder.appendingPathComponent("vocab.json")) {
            try self.init(
                vocabulary: folder.appendingPathComponent("vocab.json"), merges: folder.appendingPathComponent("merges.txt"),
                configuration: configuration ?? JSONObject())
        } else {
            throw InterchangeError(
                file: folder.displayPath, "the folder holds neither tokenizer.json nor vocab.json and merges.txt")
        }
    }

    /// Whether a folder holds a tokenizer of either kind.
    static func isPresent(in folder: URL) -> Bool {
        [fileName, "vocab.json"].contains { FileAccess.exists(folder.appendingPathComponent($0)) }
    }

    /// Reads a `tokenizer.json`.
    public init(reading url: URL, configuration: JSONObject = JSONObject()) throws(InterchangeError) {
        do throws(InterchangeError) {
            guard let object = try JSON(reading: url).object else { throw InterchangeError("expected an object") }
            try self.init(object, configuration: configuration)
        } catch {
            throw error.at(file: url.displayPath)
        }
    }

    /// Reads GPT-2's pair of files: tokens with ids, and the merges in their order, one a line.
    public init(vocabulary: URL, merges: URL, configuration: JSONObject = JSONObject()) throws(InterchangeError) {
        guard let members = try JSON(reading: vocabulary).object else {
            throw InterchangeError(file: vocabulary.displayPath, "expected an object from tokens to ids")
        }
        let bytes = try FileAccess.contents(of: merges)
        if let bad = UTF8Check.firstInvalid(in: bytes) {
            throw InterchangeError(file: merges.displayPath, place: "byte \(bad + 1)", "the text is not valid UTF-8 here")
        }
        var pairs: [JSON] = []
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        where !line.isEmpty && !(index == 0 && line.hasPrefix("#version")) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw InterchangeError(
                    file: merges.displayPath, place: "line \(index + 1)", "expected two tokens with one space between them")
            }
            pairs.append(.array(parts.map { .string(String($0)) }))
        }
        let endOfText = "<|endoftext|>"
        let special = members[endOfText].map { TokenizerDocument.addedToken(endOfText, id: $0) }
        let document = TokenizerDocument.whole(
            added: special.map { [$0] } ?? [],
            preTokenizer: [
                "type": "ByteLevel", "add_prefix_space": configuration["add_prefix_space"] ?? false, "trim_offsets": true,
                "use_regex": true,
            ],
            decoder: ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
            model: ["type": "BPE", "vocab": .object(members), "merges": .array(pairs)])
        do { try self.init(document, configuration: configuration) } catch { throw error.at(file: vocabulary.displayPath) }
    }

    /// Reads the object of a `tokenizer.json`.
    ///
    /// Truncation and padding are not the tokenizer's here, as they are not in Transformers, whose calls set them anew.
    init(_ json: JSONObject, configuration: JSONObject) throws(InterchangeError) {
        let document = TokenizerDocument(json)
        try document.checkNormaliser()
        let preTokenizers = try document.preTokenizers()
        let decodesBytes = try document.decodesBytes()
        let model = try document.model()
        let seesBytes = preTokenizers.contains { if case .byteLevel = $0 { true } else { false } }
        guard seesBytes == (model is BytePairModel) else {
            throw InterchangeError(
                place: "key \"pre_tokenizer\"",
                seesBytes
                    ? "ByteLevel goes with the model BPE only"
                    : "the model BPE is supported only with ByteLevel, in which no character is unknown")
        }
        let added = try document.addedTokens()
        self.init(
            json: json, configuration: configuration, added: added, preTokenizers: preTokenizers, model: model,
            template: try document.template(), decodesBytes: decodesBytes)
    }
}
