import Foundation
import Testing

@testable import Interchange

@Suite("A JSON text")
struct JSONTests {
    static func parsed(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

    static let values: [(String, JSON)] = [
        ("null", nil), (" true ", true), ("-0", 0), ("12", 12), ("1.5", 1.5), ("1e2", 100.0), ("1E-2", 0.01),
        ("-1.5e+3", -1500.0),
        ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"), (#""\u00e9 \uD83D\uDE00 中""#, "é 😀 中"),
        ("[]", []), ("[1, [2,\n3]]", [1, [2, 3]]), ("{}", [:]), (#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": nil]]),
    ]

    @Test("gives its value", arguments: values)
    func value(text: String, expected: JSON) throws { #expect(try Self.parsed(text) == expected) }

    @Test(
        "that is not one is refused with line and column",
        arguments: [
            ("", "line 1, column 1: the text ends where a JSON value was expected."),
            ("{\n  \"é\": 01}", "line 2, column 8: a number begins with an unneeded zero."),
            ("[1 2]", "line 1, column 4: expected a comma or the end of the list."),
            ("[1,]", "line 1, column 4: expected a JSON value (an object, a list, a text, a number, true, false or null)."),
            (#"{"a" 1}"#, #"line 1, column 6: expected a colon behind the key "a"."#),
            ("{a:1}", "line 1, column 2: expected a key in quotation marks."),
            (#"{"a":1"#, "line 1, column 7: expected a comma or the end of the object."),
            (#"{"a":1,"a":1}"#, #"line 1, column 8: the key "a" stands twice in one object; keep one of them."#),
            ("1 1", "line 1, column 3: expected the end of the text behind the JSON value."),
            ("tru", "line 1, column 1: expected a JSON value (an object, a list, a text, a number, true, false or null)."),
            ("1.", "line 1, column 3: expected digits behind the decimal point."),
            ("1e", "line 1, column 3: expected digits in the exponent."),
            ("1e999", #"line 1, column 1: the number "1e999" does not fit float64."#),
            (#""a"#, "line 1, column 3: the text ends inside a JSON text in quotation marks."),
            ("\"a\nb\"", "line 1, column 3: a control character stands inside a text; write it as an escape."),
            (#""\x""#, #"line 1, column 3: an escape in a text is one of \" \\ \/ \b \f \n \r \t \uXXXX."#),
            (#""\u12"#, "line 1, column 3: the text ends inside an escape."),
            (#""\u12g4""#, #"line 1, column 3: expected four hexadecimal digits behind \u."#),
            (#""\uD800""#, "line 1, column 7: half of a surrogate pair stands alone in an escape."),
            (#""\uDC00""#, "line 1, column 7: half of a surrogate pair stands alone in an escape."),
        ])
    func refused(text: String, expected: String) { #expect(sentence { _ = try Self.parsed(text) } == expected) }

    @Test("must be UTF-8")
    func invalidUTF8() {
        let sentence = sentence { _ = try JSON(parsing: [0x22, 0x61, 0xC0, 0xAF, 0x22]) }
        #expect(sentence == "line 1, column 3: the text is not valid UTF-8 here; save the file as UTF-8.")
    }

    @Test("nested too deep is refused and not followed to the end of the stack")
    func deep() throws {
        #expect(throws: InterchangeError.self) { try Self.parsed(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: Never.self) { try Self.parsed(String(repeating: "[", count: 200) + String(repeating: "]", count: 200)) }
    }

    @Test("keeps keys apart that only look alike")
    func canonicalEquivalence() throws {
        let object = try #require(try Self.parsed("{\"\u{e9}\":1,\"e\u{301}\":2}").object)
        #expect(object["\u{e9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test("is written so that reading it gives the same value", arguments: [JSON.Layout.compact, .indented])
    func written(layout: JSON.Layout) throws {
        let value: JSON = ["z": [1, 2.5, 1e-05, true, nil, "\u{1}\"\\/\n中😀"], "a": [:], "e": [], "n": ["x": -3]]
        #expect(try Self.parsed(value.text(layout)) == value)
    }

    @Test("has the layout of Hugging Face's files")
    func indented() throws {
        let path = "models/gpt2/config.json"
        let text = String(decoding: try Fixture.data(path), as: UTF8.self)
        #expect(try JSON(reading: Fixture.url(path)).text() + "\n" == text)
        #expect(JSON.array([1, ["a": []]]).text() == "[\n  1,\n  {\n    \"a\": []\n  }\n]")
        #expect(JSON.array([1, ["a": 2]]).text(.compact) == #"[1,{"a":2}]"#)
    }

    @Test("with flipped bits or cut short is read or refused, but never ends the program")
    func damaged() throws {
        let whole = [UInt8](try Fixture.data("models/gpt2/config.json"))
        var scrambler = Scrambler(state: 2)
        for length in 0..<whole.count - 2 { #expect(throws: InterchangeError.self) { try JSON(parsing: whole.prefix(length)) } }
        for _ in 0..<5000 {
            var damaged = whole
            damaged[Int.random(in: 0..<whole.count, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
            _ = try? JSON(parsing: damaged)
        }
    }

    @Test("changes one member and leaves the others in their places")
    func member() {
        var object = JSONObject([("b", 1), ("a", 2)])
        object["b"] = 3
        object["c"] = 4
        object["a"] = nil
        #expect(object.keys == ["b", "c"] && object["b"] == 3 && object["a"] == nil)
        #expect(JSONObject([("b", 1), ("B", 2), ("é", 3), ("a", 4)]).sorted.keys == ["B", "a", "b", "é"])
    }
}
