import Foundation
import Testing

@testable import Interchange

/// What the tokenizers library made of a text.
struct TokenizerCase {
    let text: String
    let ids: [Int32]
    /// With the template's special tokens.
    let whole: [Int32]
    let decoded: String
    let decodedWithoutSpecial: String

    init(_ json: JSON) throws {
        let object = try #require(json.object)
        func numbers(_ key: String) throws -> [Int32]? {
            try object[key]?.array.map { try $0.map { Int32(try #require($0.integer)) } }
        }
        text = try #require(object["text"]?.string)
        ids = try #require(try numbers("ids"))
        whole = try numbers("whole") ?? ids
        decoded = try #require(object["decoded"]?.string)
        decodedWithoutSpecial = try #require(object["plain"]?.string)
    }

    /// Compares scalar by scalar: `==` would take a decomposed character for the composed one.
    func check(_ tokenizer: TokenizerPipeline) throws {
        #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        #expect(try tokenizer.encode(text, addingSpecialTokens: true) == whole, "\(text.debugDescription)")
        #expect(ExactText(tokenizer.decode(ids)) == ExactText(decoded), "\(text.debugDescription)")
        let plain = tokenizer.decode(ids, skippingSpecialTokens: true)
        #expect(ExactText(plain) == ExactText(decodedWithoutSpecial), "\(text.debugDescription)")
    }
}

@Suite("A tokenizer")
struct TokenizerPipelineTests {
    static func list(_ path: String) throws -> [JSON] { try #require(JSON(reading: Fixture.url("tokenizers/\(path)")).array) }

    static func base() throws -> JSONObject { try #require(JSON(reading: Fixture.url("tokenizers/bpe/tokenizer.json")).object) }

    @Test("of byte pairs gives the ids of the tokenizers library, with every pre-tokenizer and template")
    func bytePairs() throws {
        var count = 0
        for variant in try Self.list("bpe/cases.json") {
            var json = try Self.base()
            for member in try #require(variant.object?["changes"]?.object).members { json[member.key] = member.value }
            let tokenizer = try TokenizerPipeline(json, configuration: JSONObject())
            #expect(tokenizer.vocabularySize == 1260)
            for row in try #require(variant.object?["cases"]?.array) {
                try TokenizerCase(row).check(tokenizer)
                count += 1
            }
        }
        #expect(count > 300)
    }

    @Test("of GPT-2's pair of files gives the same ids")
    func pairOfFiles() throws {
        let tokenizer = try TokenizerPipeline(opening: Fixture.url("tokenizers/pair"))
        #expect(tokenizer.specialTokens == [SpecialToken(text: "<|endoftext|>", id: 0)])
        for row in try Self.list("pair/cases.json") { try TokenizerCase(row).check(tokenizer) }
    }

    @Test("of words gives the ids of the tokenizers library")
    func words() throws {
        for variant in try Self.list("words/cases.json") {
            let tokenizer = try TokenizerPipeline(try #require(variant.object?["tokenizer"]?.object), configuration: JSONObject())
            for row in try #require(variant.object?["cases"]?.array) { try TokenizerCase(row).check(tokenizer) }
        }
    }

    @Test("reads merges in the older form and in the newer")
    func olderMerges() throws {
        var json = try Self.base()
        let model = try #require(json["model"]?.object)
        let merges = try #require(model["merges"]?.array)
        var older = model
        older["merges"] = .array(merges.map { .string($0.array?.compactMap(\.string).joined(separator: " ") ?? "") })
        json["model"] = .object(older)
        let tokenizer = try TokenizerPipeline(json, configuration: JSONObject())
        let text = "The prompt comes first, and the model reads it. 软提示不是词。"
        #expect(try tokenizer.encode(text) == TokenizerPipeline(Self.base(), configuration: JSONObject()).encode(text))
    }

    @Test("shows tokens with their spaces, and parts of characters as bytes")
    func display() throws {
        let tokenizer = try TokenizerPipeline(Self.base(), configuration: JSONObject())
        let the = try #require(tokenizer.id(of: "Ġthe"))
        #expect(tokenizer.displayText(of: the) == " the" && tokenizer.token(of: the) == "Ġthe")
        let ids = try tokenizer.encode("𠀀")
        #expect(ids.map(tokenizer.displayText(of:)).joined().contains("<"))
        #expect(tokenizer.displayText(of: 1257) == "<mask>")
        #expect(tokenizer.displayText(of: 5000) == "#5000" && tokenizer.token(of: 5000) == nil && tokenizer.decode([5000]) == "")
        #expect(tokenizer.specialTokens.map(\.text) == ["<|endoftext|>", "<mask>"])
    }

    @Test("merges a very long word in time that grows with its length, not its square")
    func longWord() throws {
        let tokenizer = try TokenizerPipeline(Self.base(), configuration: JSONObject())
        let ids = try tokenizer.encode(String(repeating: "themodel", count: 20_000))
        #expect(tokenizer.decode(ids) == String(repeating: "themodel", count: 20_000))
    }

    @Test("names the word it has no id for")
    func unknownWord() throws {
        let tokenizer = try TokenizerPipeline.wordLevel(["sea", "海"])
        #expect(
            sentence { _ = try tokenizer.encode("sea sky") }
                == #"word "sky": it is not among the 2 words of the vocabulary, which has no token for unknown words either."#)
    }

    @Test("keeps words apart that only look alike")
    func exactWords() throws {
        let tokenizer = try TokenizerPipeline.wordLevel(["\u{e9}", "e\u{301}", "\u{f9dc}", "\u{9686}"])
        #expect(try tokenizer.encode("\u{9686} \u{f9dc} e\u{301} \u{e9}") == [3, 2, 1, 0])
    }

    @Test("of words is written so that it opens with the same ids and the same bytes")
    func written() throws {
        let folder = try TemporaryFolder()
        let words = ["<unk>", "<end>", "the", "海", "=", "don't", "\"", "\\"]
        let special = TokenizerPipeline.SpecialWords(unknown: "<unk>", padding: "<end>", end: "<end>")
        let tokenizer = try TokenizerPipeline.wordLevel(words, special: special, context: 64)
        try tokenizer.write(into: folder.url)
        let copy = try TokenizerPipeline(opening: folder.url)
        #expect(try copy.encode("the 海 = x don't <end> \" \\") == [2, 3, 4, 0, 5, 1, 6, 7])
        #expect(copy.json == tokenizer.json && copy.configuration == tokenizer.configuration)
        #expect(copy.configuration["eos_token"] == "<end>" && copy.configuration["model_max_length"] == 64)
        #expect(copy.specialTokens == [SpecialToken(text: "<unk>", id: 0), SpecialToken(text: "<end>", id: 1)])
        #expect(copy.vocabularySize == 8 && copy.decode([2, 3, 1]) == "the 海 <end>" && copy.displayText(of: 3) == "海")
        #expect(copy.decode([2, 3, 1], skippingSpecialTokens: true) == "the 海")
    }

    @Test(
        "of words refuses a vocabulary that is none",
        arguments: [
            (["a", ""], nil, #"word "": a word of the vocabulary cannot be empty or hold white space."#),
            (["a b"], nil, #"word "a b": a word of the vocabulary cannot be empty or hold white space."#),
            (["a", "a"], nil, #"word "a": it stands in the vocabulary twice."#),
            (["a"], "<unk>", #"word "<unk>": a special word must be in the vocabulary."#),
        ] as [([String], String?, String)])
    func wrongWords(words: [String], unknown: String?, expected: String) {
        let special = TokenizerPipeline.SpecialWords(unknown: unknown)
        #expect(sentence { _ = try TokenizerPipeline.wordLevel(words, special: special) } == expected)
    }

    static let refusals: [(key: String, value: JSON, expected: String)] = [
        ("normalizer", ["type": "NFC"], #"key "normalizer": the component "NFC" is not supported; expected null."#),
        (
            "normalizer", ["type": "Sequence", "normalizers": [["type": "Lowercase"]]],
            #"key "normalizer": the component "Lowercase" is not supported; expected null."#
        ),
        (
            "pre_tokenizer", ["type": "Metaspace"],
            #"key "pre_tokenizer": the component "Metaspace" is not supported; expected "Whitespace", "WhitespaceSplit", "Digits", "ByteLevel"."#
        ),
        (
            "pre_tokenizer", ["type": "Whitespace"],
            #"key "pre_tokenizer": the model BPE is supported only with ByteLevel, in which no character is unknown."#
        ),
        (
            "pre_tokenizer", ["type": "ByteLevel", "use_regex": 1],
            #"key "use_regex": expected true or false, but found the number 1."#
        ),
        ("pre_tokenizer", 3, #"key "pre_tokenizer": expected an object with a type, but found the number 3."#),
        ("decoder", ["type": "WordPiece"], #"key "decoder": the component "WordPiece" is not supported; expected "ByteLevel"."#),
        (
            "post_processor", ["type": "BertProcessing"],
            #"key "post_processor": the component "BertProcessing" is not supported; expected "ByteLevel", "TemplateProcessing"."#
        ),
        (
            "post_processor", ["type": "TemplateProcessing", "single": [["SpecialToken": ["id": "x"]]]],
            #"key "post_processor": expected texts and special tokens with their ids in the template."#
        ),
        (
            "model", ["type": "Unigram", "vocab": [:]],
            #"key "model": the component "Unigram" is not supported; expected "WordLevel", "BPE"."#
        ),
        ("model", ["type": "BPE"], #"key "vocab" of "model": expected an object from tokens to ids."#),
        (
            "model", ["type": "BPE", "vocab": ["a": 0], "merges": [["a", "b"]]],
            #"merge 1: the token "b" is not in the vocabulary."#
        ),
        (
            "model", ["type": "BPE", "vocab": ["a": 0, "b": 1], "merges": ["a b"]],
            #"merge 1: the token "ab" is not in the vocabulary."#
        ),
        (
            "model", ["type": "BPE", "vocab": ["a": 0], "merges": ["a"]],
            #"merge 1: expected two tokens, but found the text "a"."#
        ),
        (
            "model", ["type": "BPE", "vocab": ["a": -1], "merges": []],
            #"token "a": expected a whole number from 0 as its id, but found the number -1."#
        ),
        ("model", ["type": "BPE", "vocab": ["a": 1, "b": 1], "merges": []], #"token "b": its id 1 is also that of "a"."#),
        (
            "model", ["type": "BPE", "vocab": [:], "merges": [], "dropout": 0.1],
            #"key "dropout": the number 0.1 is not supported; expected the number 0.0."#
        ),
        (
            "model", ["type": "BPE", "vocab": [:], "merges": [], "byte_fallback": true],
            #"key "byte_fallback": true is not supported; expected false."#
        ),
        (
            "model", ["type": "BPE", "vocab": [:], "merges": [], "end_of_word_suffix": "</w>"],
            #"key "end_of_word_suffix": the text "</w>" is not supported; expected the text ""."#
        ),
        (
            "model", ["type": "BPE", "vocab": [:], "merges": [], "unk_token": "u"],
            #"key "unk_token": the token "u" is not in the vocabulary."#
        ),
        ("added_tokens", [["id": 1]], #"added token 1: expected an object with a content and an id from 0."#),
        (
            "added_tokens", [["id": 1, "content": "x", "lstrip": "yes"]],
            #"added token 1, key "lstrip": expected true or false, but found the text "yes"."#
        ),
    ]

    @Test("refuses by its name what it does not support", arguments: refusals)
    func refused(key: String, value: JSON, expected: String) throws {
        var json = try Self.base()
        json[key] = value
        #expect(sentence { _ = try TokenizerPipeline(json, configuration: JSONObject()) } == expected)
    }

    @Test("names the file that is missing or damaged")
    func files() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.displayPath
        #expect(
            sentence { _ = try TokenizerPipeline(opening: folder.url) }
                == "\(path): the folder holds neither tokenizer.json nor vocab.json and merges.txt.")
        try folder.write(#"{"a":0}"#, to: "vocab.json")
        #expect(sentence { _ = try TokenizerPipeline(opening: folder.url) } == "\(path)/merges.txt: there is no such file.")
        try folder.write("#version: 0.2\na b c\n", to: "merges.txt")
        #expect(
            sentence { _ = try TokenizerPipeline(opening: folder.url) }
                == "\(path)/merges.txt, line 2: expected two tokens with one space between them.")
        try folder.write("{", to: "tokenizer.json")
        #expect(
            sentence { _ = try TokenizerPipeline(opening: folder.url) }
                == "\(path)/tokenizer.json, line 1, column 2: expected a key in quotation marks.")
    }

    @Test("with flipped bits is read or refused, but never ends the program")
    func damaged() throws {
        let words: JSON = try #require(Self.list("words/cases.json")[0].object?["tokenizer"])
        let whole = Array(words.text(.compact).utf8)
        var scrambler = Scrambler(state: 4)
        for _ in 0..<2000 {
            var damaged = whole
            damaged[Int.random(in: 0..<whole.count, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
            guard let object = try? JSON(parsing: damaged).object,
                let tokenizer = try? TokenizerPipeline(object, configuration: JSONObject())
            else { continue }
            _ = (try? tokenizer.encode("the sea is blue <end>")).map { tokenizer.decode($0) }
        }
    }
}
