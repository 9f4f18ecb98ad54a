extension TokenizerPipeline {
    /// Words that have a meaning of their own to a model.
    public struct SpecialWords: Hashable, Sendable {
        /// What stands for words that are not in the vocabulary.
        public var unknown: String?
        /// What fills a batch.
        public var padding: String?
        /// What a text begins with.
        public var begin: String?
        /// What a text ends with.
        public var end: String?

        public init(unknown: String? = nil, padding: String? = nil, begin: String? = nil, end: String? = nil) {
            self.unknown = unknown
            self.padding = padding
            self.begin = begin
            self.end = end
        }

        /// The keys by which `tokenizer_config.json` knows them.
        var roles: [(key: String, word: String)] {
            [("bos_token", begin), ("eos_token", end), ("pad_token", padding), ("unk_token", unknown)]
                .compactMap { key, word in word.map { (key, $0) } }
        }
    }

    /// A tokenizer of whole words with white space between them.
    ///
    /// - Parameters:
    ///   - words: The vocabulary; a word's id is its place. Special words are among them.
    ///   - special: Which of them have a meaning of their own.
    ///   - context: The most tokens that the model reads, noted for Transformers.
    /// - Throws: An error that names the word that is empty, holds white space, or stands there twice, or the special word that is
    ///   missing.
    public static func wordLevel(
        _ words: [String], special: SpecialWords = SpecialWords(), context: Int? = nil
    ) throws(InterchangeError) -> TokenizerPipeline {
        var ids: [ExactText: Int] = [:]
        for (id, word) in words.enumerated() {
            guard !word.isEmpty, !word.unicodeScalars.contains(where: \.isSpace) else {
                throw InterchangeError(
                    place: "word \(word.quoted)", "a word of the vocabulary cannot be empty or hold white space")
            }
            guard ids.updateValue(id, forKey: ExactText(word)) == nil else {
                throw InterchangeError(place: "word \(word.quoted)", "it stands in the vocabulary twice")
            }
        }
        var added: [Int: String] = [:]
        for (_, word) in special.roles {
            guard let id = ids[ExactText(word)] else {
                throw InterchangeError(place: "word \(word.quoted)", "a special word must be in the vocabulary")
            }
            added[id] = word
        }
        var model = JSONObject([
            ("type", "WordLevel"), ("vocab", .object(JSONObject(words.enumerated().map { ($1, .integer($0)) }))),
        ])
        // The library asks for the key; a token that is not in the vocabulary stands for none.
        model["unk_token"] = .string(special.unknown ?? "")
        let document = TokenizerDocument.whole(
            added: added.sorted { $0.key < $1.key }.map { TokenizerDocument.addedToken($0.value, id: .integer($0.key)) },
            preTokenizer: ["type": "WhitespaceSplit"], decoder: .null, model: .object(model))
        var configuration = JSONObject(special.roles.map { ($0.key, .string($0.word)) })
        configuration["clean_up_tokenization_spaces"] = false
        configuration["tokenizer_class"] = "PreTrainedTokenizerFast"
        if let context { configuration["model_max_length"] = .integer(context) }
        return try TokenizerPipeline(document, configuration: configuration.sorted)
    }
}
