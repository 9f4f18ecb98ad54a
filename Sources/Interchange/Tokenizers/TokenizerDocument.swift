/// The components of a `tokenizer.json`, each read into what it stands for or refused by its name.
struct TokenizerDocument {
    private let json: JSONObject

    init(_ json: JSONObject) { self.json = json }

    /// A component that is there and not null, as its type and its settings; a sequence counts as its parts.
    private func components(_ key: String, parts: String) throws(InterchangeError) -> [(type: String, settings: JSONObject)] {
        guard let value = json[key], value != .null else { return [] }
        return try components(value, at: "key \(key.quoted)", parts: parts)
    }

    private func components(
        _ value: JSON, at place: String, parts: String
    ) throws(InterchangeError) -> [(type: String, settings: JSONObject)] {
        guard let settings = value.object, let type = settings["type"]?.string else {
            throw InterchangeError(place: place, "expected an object with a type, but found \(value.kind)")
        }
        guard type == "Sequence" else { return [(type, settings)] }
        guard let list = settings[parts]?.array else {
            throw InterchangeError(place: place, "expected a list \(parts.quoted) in the sequence")
        }
        var found: [(type: String, settings: JSONObject)] = []
        for part in list { found += try components(part, at: place, parts: parts) }
        return found
    }

    private func unsupported(_ type: String, _ key: String, _ known: [String]) -> InterchangeError {
        let names = known.map(\.quoted).joined(separator: ", ")
        return InterchangeError(
            place: "key \(key.quoted)",
            "the component \(type.quoted) is not supported; expected \(names.isEmpty ? "null" : names)")
    }

    func checkNormaliser() throws(InterchangeError) {
        if let first = try components("normalizer", parts: "normalizers").first {
            throw unsupported(first.type, "normalizer", [])
        }
    }

    func preTokenizers() throws(InterchangeError) -> [PreTokenizer] {
        let key = "pre_tokenizer"
        var steps: [PreTokenizer] = []
        for (type, object) in try components(key, parts: "pretokenizers") {
            let settings = JSONSettings(object)
            // Behind the bytes nothing is text any more.
            if case .byteLevel = steps.last { throw unsupported(type, key, ["ByteLevel"]) }
            do throws(InterchangeError) {
                switch type {
                case "Whitespace": steps.append(.whitespace)
                case "WhitespaceSplit": steps.append(.whitespaceSplit)
                case "Digits": steps.append(.digits(individually: try settings.flag("individual_digits", default: false)))
                case "ByteLevel":
                    steps.append(
                        .byteLevel(
                            addsPrefixSpace: try settings.flag("add_prefix_space", default: true),
                            cuts: try settings.flag("use_regex", default: true)))
                default: throw unsupported(type, key, ["Whitespace", "WhitespaceSplit", "Digits", "ByteLevel"])
                }
            } catch {
                throw error.at(place: "key \(key.quoted)")
            }
        }
        return steps
    }

    func decodesBytes() throws(InterchangeError) -> Bool {
        let parts = try components("decoder", parts: "decoders")
        if let other = parts.first(where: { $0.type != "ByteLevel" }) { throw unsupported(other.type, "decoder", ["ByteLevel"]) }
        return !parts.isEmpty
    }

    func model() throws(InterchangeError) -> any TokenModel {
        guard let value = json["model"], let object = value.object else {
            throw InterchangeError(place: "key \"model\"", "it is missing or not an object")
        }
        guard let members = object["vocab"]?.object else {
            throw InterchangeError(place: "key \"vocab\" of \"model\"", "expected an object from tokens to ids")
        }
        let settings = JSONSettings(object)
        let unknown = try settings.text("unk_token", default: "")
        let vocabulary = try TokenVocabulary(members.members.map { ($0.key, $0.value) })
        switch object["type"]?.string ?? (object["merges"] == nil ? "" : "BPE") {
        case "WordLevel":
            return WordLevelModel(vocabulary: vocabulary, unknown: unknown.isEmpty ? nil : unknown)
        case "BPE":
            try settings.require("dropout", 0.0)
            try settings.require("continuing_subword_prefix", "")
            try settings.require("end_of_word_suffix", "")
            try settings.require("byte_fallback", false)
            return try BytePairModel(
                vocabulary: vocabulary, merges: try merges(object["merges"]), unknown: unknown.isEmpty ? nil : unknown,
                fusesUnknown: try settings.flag("fuse_unk", default: false),
                ignoresMerges: try settings.flag("ignore_merges", default: false))
        case let other: throw unsupported(other, "model", ["WordLevel", "BPE"])
        }
    }

    /// Pairs, written as lists of two (since version 0.20 of the library) or as texts with a space between (before).
    private func merges(_ value: JSON?) throws(InterchangeError) -> [(String, String)] {
        guard let list = value?.array else { throw InterchangeError(place: "key \"merges\" of \"model\"", "expected a list") }
        var pairs: [(String, String)] = []
        for (index, element) in list.enumerated() {
            let parts =
                element.array.map { $0.compactMap(\.string) }
                ?? element.string.map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }
            guard let parts, parts.count == 2 else {
                throw InterchangeError(place: "merge \(index + 1)", "expected two tokens, but found \(element.kind)")
            }
            pairs.append((parts[0], parts[1]))
        }
        return pairs
    }

    func addedTokens() throws(InterchangeError) -> AddedTokens {
        var entries: [AddedTokens.Entry] = []
        for (index, value) in (json["added_tokens"]?.array ?? []).enumerated() {
            let place = "added token \(index + 1)"
            guard let object = value.object, let text = object["content"]?.string,
                let id = object["id"]?.integer.flatMap(Int32.init(exactly:)), id >= 0
            else { throw InterchangeError(place: place, "expected an object with a content and an id from 0") }
            let settings = JSONSettings(object)
            do throws(InterchangeError) {
                entries.append(
                    AddedTokens.Entry(
                        id: id, text: text, isSpecial: try settings.flag("special", default: false),
                        isSingleWord: try settings.flag("single_word", default: false),
                        stripsLeft: try settings.flag("lstrip", default: false),
                        stripsRight: try settings.flag("rstrip", default: false),
                        isNormalised: try settings.flag("normalized", default: false)))
            } catch {
                throw InterchangeError(place: "\(place), \(error.place ?? "")", error.problem)
            }
        }
        return AddedTokens(entries)
    }

    /// The special tokens around a single text.
    func template() throws(InterchangeError) -> (before: [Int32], after: [Int32]) {
        let key = "post_processor"
        let place = "key \(key.quoted)"
        var template: (before: [Int32], after: [Int32]) = ([], [])
        for (type, settings) in try components(key, parts: "processors") {
            switch type {
            // It moves the borders of tokens in the text, and no ids.
            case "ByteLevel": continue
            case "TemplateProcessing": break
            default: throw unsupported(type, key, ["ByteLevel", "TemplateProcessing"])
            }
            var isBehind = false
            for piece in settings["single"]?.array ?? [] {
                if piece.object?["Sequence"] != nil {
                    isBehind = true
                    continue
                }
                guard let name = piece.object?["SpecialToken"]?.object?["id"]?.string,
                    let ids = settings["special_tokens"]?.object?[name]?.object?["ids"]?.array
                else { throw InterchangeError(place: place, "expected texts and special tokens with their ids in the template") }
                for id in ids {
                    guard let id = id.integer.flatMap(Int32.init(exactly:)), id >= 0 else {
                        throw InterchangeError(place: place, "expected an id from 0 for \(name.quoted), but found \(id.kind)")
                    }
                    if isBehind { template.after.append(id) } else { template.before.append(id) }
                }
            }
        }
        return template
    }

    /// A whole document of components.
    static func whole(added: [JSON], preTokenizer: JSON, decoder: JSON, model: JSON) -> JSONObject {
        JSONObject([
            ("version", "1.0"), ("truncation", .null), ("padding", .null), ("added_tokens", .array(added)), ("normalizer", .null),
            ("pre_tokenizer", preTokenizer), ("post_processor", .null), ("decoder", decoder), ("model", model),
        ])
    }

    /// The entry of a special token.
    static func addedToken(_ text: String, id: JSON) -> JSON {
        [
            "id": id, "content": .string(text), "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
            "special": true,
        ]
    }
}
