/// A tokenizer as a `tokenizer.json` describes it: added tokens are found, the rest is cut into pieces, a model gives ids to each.
///
/// Ids are those of Hugging Face's tokenizers library for the components that are read; others are refused by name.
public struct TokenizerPipeline: Tokenizer {
    /// The whole `tokenizer.json`, from which the tokenizer was made and as which it is written.
    public let json: JSONObject
    /// The `tokenizer_config.json` beside it: what Transformers needs to know to open it.
    public var configuration: JSONObject

    let added: AddedTokens
    let preTokenizers: [PreTokenizer]
    let model: any TokenModel
    /// Ids put before and behind a text where special tokens are asked for.
    let template: (before: [Int32], after: [Int32])
    let decodesBytes: Bool

    private let addedByID: [Int32: AddedTokens.Entry]

    init(
        json: JSONObject, configuration: JSONObject, added: AddedTokens, preTokenizers: [PreTokenizer], model: any TokenModel,
        template: (before: [Int32], after: [Int32]), decodesBytes: Bool
    ) {
        self.json = json
        self.configuration = configuration
        self.added = added
        self.preTokenizers = preTokenizers
        self.model = model
        self.template = template
        self.decodesBytes = decodesBytes
        addedByID = Dictionary(added.entries.map { ($0.id, $0) }) { _, last in last }
    }

    public var vocabularySize: Int {
        Int(added.entries.reduce(model.vocabulary.largest) { max($0, $1.id) }) + 1
    }

    public var specialTokens: [SpecialToken] {
        added.entries.filter(\.isSpecial).map { SpecialToken(text: $0.text, id: $0.id) }.sorted { $0.id < $1.id }
    }

    public func encode(_ text: String, addingSpecialTokens: Bool) throws(InterchangeError) -> [Int32] {
        var ids = addingSpecialTokens ? template.before : []
        for part in added.parts(of: Array(text.unicodeScalars)) {
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text):
                for piece in preTokenizers.reduce([text], { $1.cut($0) }) where !piece.isEmpty {
                    try model.encode(piece, into: &ids)
                }
            }
        }
        return addingSpecialTokens ? ids + template.after : ids
    }

    public func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        let tokens = ids.compactMap { id in
            skippingSpecialTokens && addedByID[id]?.isSpecial == true ? nil : token(of: id)
        }
        guard decodesBytes else { return tokens.joined(separator: " ") }
        return String(decoding: tokens.flatMap { ByteAlphabet.bytes(of: $0) ?? Array($0.utf8) }, as: UTF8.self)
    }

    public func token(of id: Int32) -> String? { addedByID[id]?.text ?? model.vocabulary.token(of: id) }

    public func id(of token: String) -> Int32? {
        added.entries.first { ExactText($0.text) == ExactText(token) }?.id ?? model.vocabulary.id(of: token)
    }

    public func displayText(of id: Int32) -> String {
        guard let token = token(of: id) else { return "#\(id)" }
        guard decodesBytes, addedByID[id] == nil, let bytes = ByteAlphabet.bytes(of: token) else { return token }
        if UTF8Check.firstInvalid(in: bytes) == nil { return String(decoding: bytes, as: UTF8.self) }
        return bytes.map { "<" + (($0 < 16 ? "0" : "") + String($0, radix: 16)).uppercased() + ">" }.joined()
    }
}
