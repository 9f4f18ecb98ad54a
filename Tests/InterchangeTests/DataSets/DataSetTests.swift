import Foundation
import Testing

@testable import Interchange

@Suite("A data set")
struct DataSetTests {
    /// The prompts and completions of a text in a file of this name.
    static func examples(
        _ text: String, _ name: String, format: DataFormat? = nil, columns: [DataLayout.Role: String] = [:],
        prompt: String? = nil,
        completion: String? = nil
    ) throws -> [PromptCompletion] {
        let folder = try TemporaryFolder()
        let url = try folder.write(text, to: name)
        var found: [PromptCompletion] = []
        try DataSet(
            opening: url, format: format, columns: columns, prompt: prompt.map { try PromptTemplate($0) },
            completion: completion.map { try PromptTemplate($0) }
        ).forEachExample { found.append($0) }
        return found
    }

    /// The sentence of the error without the folder's path.
    static func problem(
        _ text: String, _ name: String = "a.csv", columns: [DataLayout.Role: String] = [:], prompt: String? = nil
    ) -> String? {
        sentence { _ = try examples(text, name, columns: columns, prompt: prompt) }.map { found in
            found.range(of: name).map { String(found[$0.lowerBound...]) } ?? found
        }
    }

    static let layouts: [(text: String, name: String, expected: [PromptCompletion])] = [
        (
            "text,label\ngood film,positive\n好看,好\n", "a.csv",
            [.init(prompt: "good film", completion: " positive", line: 2), .init(prompt: "好看", completion: " 好", line: 3)]
        ),
        ("label\ttext\n1\ta, b\n", "a.tsv", [.init(prompt: "a, b", completion: " 1", line: 2)]),
        ("prompt,completion,more\nsea =,海,x", "a.csv", [.init(prompt: "sea =", completion: "海", line: 2)]),
        (
            "instruction,input,output\nTranslate,sea,海\nSay hello,,你好\n", "a.CSV",
            [
                .init(prompt: "Translate\nsea\n", completion: "海", line: 2),
                .init(prompt: "Say hello\n", completion: "你好", line: 3),
            ]
        ),
        (
            #"{"text":"a","label":1}"# + "\n\n" + #"{"label":true,"text":"b"}"# + "\r\n  \n" + #"{"text":"c","label":0.5}"#,
            "a.jsonl",
            [
                .init(prompt: "a", completion: " 1", line: 1), .init(prompt: "b", completion: " true", line: 3),
                .init(prompt: "c", completion: " 0.5", line: 5),
            ]
        ),
        (
            #"{"instruction":"Say hello","output":"hello"}"#, "a.ndjson",
            [.init(prompt: "Say hello\n", completion: "hello", line: 1)]
        ),
        (
            #"{"messages":[{"role":"user","content":"sea?"},{"role":"assistant","content":"海"},{"role":"user","content":"sky?"},{"role":"assistant","content":"天空"},{"role":"user","content":"bye"}]}"#,
            "a.jsonl",
            [.init(prompt: "user: sea?\nassistant: 海\nuser: sky?\nassistant:", completion: " 天空", line: 1)]
        ),
    ]

    @Test("finds its layout by the names of its columns", arguments: layouts)
    func layout(text: String, name: String, expected: [PromptCompletion]) throws {
        #expect(try Self.examples(text, name) == expected)
    }

    @Test("takes columns under other names, and templates")
    func mapping() throws {
        let text = "review,stars,prompt,completion\nfine,5,p,c\n"
        #expect(try Self.examples(text, "a.csv") == [.init(prompt: "p", completion: "c", line: 2)])
        let columns: [DataLayout.Role: String] = [.text: "review", .label: "stars"]
        #expect(try Self.examples(text, "a.csv", columns: columns) == [.init(prompt: "fine", completion: " 5", line: 2)])
        let found = try Self.examples(
            text, "a.csv", columns: columns, prompt: "{{{review}}} {completion} =", completion: "{stars} of 5")
        #expect(found == [.init(prompt: "{fine} c =", completion: "5 of 5", line: 2)])
    }

    static let csv: [(text: String, rows: [[String]], lines: [Int])] = [
        ("a,b\n1,2\n", [["1", "2"]], [2]),
        ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]], [2, 3]),
        ("a,b\r1,2\r", [["1", "2"]], [2]),
        ("\u{feff}a,b\n1,2\n", [["1", "2"]], [2]),
        ("a,b\n\n\n1,2\n\n3,4\n\n", [["1", "2"], ["3", "4"]], [4, 6]),
        ("a,b\n\"x\ny\r\nz\",\"he said \"\"no\"\"\"\n3,4\n", [["x\ny\r\nz", "he said \"no\""], ["3", "4"]], [2, 5]),
        ("a,b\n\"\",\n", [["", ""]], [2]),
        ("a,b\n  1 , 2 \n", [["  1 ", " 2 "]], [2]),
        ("a,b\n5\" x,6\"\"\n", [["5\" x", "6\"\""]], [2]),
        ("a,b\nx,\u{301}y\n", [["x", "\u{301}y"]], [2]),
        ("a,b\n,", [["", ""]], [2]),
        ("\"a\",\"b\"\n中文，一,😀\n", [["中文，一", "😀"]], [2]),
    ]

    @Test("reads comma-separated text by RFC 4180, with any line break", arguments: csv)
    func separated(text: String, expected: [[String]], lines: [Int]) throws {
        let folder = try TemporaryFolder()
        var rows = try DataRows(opening: folder.write(text, to: "a.csv"), format: .csv)
        var (found, foundLines): ([[String]], [Int]) = ([], [])
        while let row = try rows.next() {
            found.append(try ["a", "b"].map { try row.text($0) })
            foundLines.append(row.line)
        }
        #expect(found == expected && foundLines == lines)
    }

    @Test("may have quotation marks that are plain characters")
    func noQuotes() throws {
        let text = "text\tlabel\n\"yes\" she said\t1\n"
        let found = try Self.examples(text, "a.tsv", format: .separated(by: .tab, hasQuotes: false))
        #expect(found == [.init(prompt: "\"yes\" she said", completion: " 1", line: 2)])
        #expect(
            Self.problem(text, "a.tsv")?.hasPrefix(
                "a.tsv, line 2, column 1: expected a tab or the end of the row behind the closing quotation mark;") == true)
    }

    static let problems: [(text: String, name: String, expected: String)] = [
        ("", "a.csv", "a.csv, line 1: the file is empty; expected the names of the columns here."),
        ("text,label\n", "a.csv", "a.csv: the file holds no rows of data."),
        ("", "a.jsonl", "a.jsonl: the file holds no rows of data."),
        ("text,label\na,b\nc\n", "a.csv", "a.csv, line 3: the row has 1 fields, but the first row names 2 columns."),
        ("text,label\na,b,c\n", "a.csv", "a.csv, line 2: the row has 3 fields, but the first row names 2 columns."),
        ("text,text\na,b\n", "a.csv", #"a.csv, line 1, column 2: another column is named "text" too."#),
        ("text,\na,b\n", "a.csv", "a.csv, line 1, column 2: the column has no name."),
        (
            "text,label\n\"a\nb\",c\n\"d,e\n", "a.csv",
            "a.csv, line 4, column 1: the quotation mark that opens this field is never closed."
        ),
        (
            "text,label\nx,\"a\" b\n", "a.csv",
            "a.csv, line 2, column 2: expected a comma or the end of the row behind the closing quotation mark; write quotation marks inside a quoted field as two."
        ),
        (
            "text,label\na,b\nc, \n", "a.csv",
            #"a.csv, line 3, column "label": it is empty, so there is nothing to learn from this row; fill or remove it."#
        ),
        (
            "a,b\n1,2\n", "a.csv",
            #"a.csv, line 1: the columns are "a", "b"; expected text and label, prompt and completion, instruction and output, or messages, or to be told which columns these are."#
        ),
        ("a", "a.txt", "a.txt: the format of the data is not clear from the name; expected one ending in .csv, .tsv or .jsonl."),
        (#"{"text":"a","label":"b"}"# + "\n[1]\n", "a.jsonl", "a.jsonl, line 2: expected an object, but found a list."),
        (
            #"{"text":"a","label":"b"}"# + "\n\n{\"text\":}\n", "a.jsonl",
            "a.jsonl, line 3, column 9: expected a JSON value (an object, a list, a text, a number, true, false or null)."
        ),
        (
            #"{"text":"a","label":"b"}"# + "\n" + #"{"text":"a"}"#, "a.jsonl",
            #"a.jsonl, line 2, column "label": it is missing in this row."#
        ),
        (#"{"text":"a","label":null}"#, "a.jsonl", #"a.jsonl, line 1, column "label": it is missing in this row."#),
        (#"{"text":["a"],"label":"b"}"#, "a.jsonl", #"a.jsonl, line 1, column "text": expected a text, but found a list."#),
        (
            #"{"messages":"hello"}"#, "a.jsonl",
            #"a.jsonl, line 1, column "messages": expected a list of messages, but found the text "hello"."#
        ),
        (
            #"{"messages":[{"role":"user"}]}"#, "a.jsonl",
            #"a.jsonl, line 1, column "messages": message 1 is not an object with the texts role and content."#
        ),
        (
            #"{"messages":[{"role":"user","content":"a"}]}"#, "a.jsonl",
            #"a.jsonl, line 1, column "messages": no message is the assistant's."#
        ),
        (
            #"{"messages":[{"role":"assistant","content":" "}]}"#, "a.jsonl",
            #"a.jsonl, line 1, column "messages": it is empty, so there is nothing to learn from this row; fill or remove it."#
        ),
    ]

    @Test("that is wrong is refused with file, line and column", arguments: problems)
    func refused(text: String, name: String, expected: String) { #expect(Self.problem(text, name) == expected) }

    @Test("says which given column is not there")
    func wrongMapping() {
        #expect(
            Self.problem("a,b\n1,2\n", columns: [.text: "a", .label: "c"])
                == #"a.csv, line 1: there is no column "c", which was given as label; the columns are "a", "b"."#)
        #expect(
            Self.problem("text,label\n1,2\n", prompt: "{txt}")
                == #"a.csv, line 1: the template asks for the column "txt", but the columns are "text", "label"."#)
    }

    @Test(
        "must be UTF-8",
        arguments: [
            ([0x61, 0xFF], "a.csv, line 3, column 2: the text is not valid UTF-8; save the file as UTF-8."),
            ([0xC0, 0xAF], "a.csv, line 3, column 2: the text is not valid UTF-8; save the file as UTF-8."),
        ] as [([UInt8], String)])
    func invalidUTF8(bytes: [UInt8], expected: String) throws {
        let folder = try TemporaryFolder()
        try (Data("text,label\na,b\nc,".utf8) + bytes).write(to: folder["a.csv"])
        #expect(sentence { try DataSet(opening: folder["a.csv"]).forEachExample { _ in } }?.hasSuffix(expected) == true)
        try (Data("{\"text\":\"".utf8) + bytes).write(to: folder["a.jsonl"])
        #expect(sentence { _ = try DataSet(opening: folder["a.jsonl"]) }?.contains("a.jsonl, line 1, column ") == true)
        try "text,label\n".data(using: .utf16)!.write(to: folder["b.csv"])
        #expect(
            sentence { _ = try DataSet(opening: folder["b.csv"]) }?.hasSuffix(
                "b.csv, line 1: the text is UTF-16; save the file as UTF-8.") == true)
    }

    @Test("that is not there is named")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(sentence { _ = try DataSet(opening: folder["a.csv"]) }?.hasSuffix("a.csv: there is no such file.") == true)
        #expect(
            sentence { _ = try DataSet(opening: folder.url, format: .csv) }?.hasSuffix("expected a file, but this is a folder.")
                == true)
    }

    @Test("gives its rows again each time, whole across the pieces in which the file is read")
    func longFile() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<30_000).map { "\"row \($0),\n中\",\($0 % 7)\r\n" }
        let url = try folder.write("text,label\r\n" + rows.joined(), to: "a.csv")
        let dataSet = try DataSet(opening: url)
        for _ in 0..<2 {
            var count = 0
            var isWhole = true
            try dataSet.forEachExample { example in
                isWhole =
                    isWhole
                    && example
                        == PromptCompletion(
                            prompt: "row \(count),\n中", completion: " \(count % 7)", line: 2 + 2 * count)
                count += 1
            }
            #expect(count == 30_000 && isWhole)
        }
    }

    @Test("with a mark that is never closed is refused before it fills the memory")
    func endlessRow() throws {
        let folder = try TemporaryFolder()
        let url = try folder.write("text,label\n\"" + String(repeating: "no end ", count: 3 << 20), to: "a.csv")
        #expect(
            sentence { _ = try DataSet(opening: url) }?.hasSuffix(
                "line 2: the row is longer than 16 MiB; a closing quotation mark or a line break may be missing.") == true)
    }

    @Test("with flipped bits is read or refused, but never ends the program")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let texts = [
            ("a.csv", "text,label\n\"a \"\"b\"\"\nc\",1\r\n中文,2\n"),
            ("a.jsonl", #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"# + "\n"),
        ]
        var scrambler = Scrambler(state: 7)
        for (name, text) in texts {
            for _ in 0..<500 {
                var damaged = Data(text.utf8)
                damaged[Int.random(in: 0..<damaged.count, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
                try damaged.write(to: folder[name])
                try? DataSet(opening: folder[name]).forEachExample { _ in }
            }
        }
    }

    @Test(
        "has templates that say what is wrong with them",
        arguments: [
            ("{text", "a brace is opened and not closed; write {{ for a brace."),
            ("text}", "a brace is closed that was not opened; write }} for a brace."),
            ("{}", "expected the name of a column between the braces."),
            ("{a{b}", "expected the name of a column between the braces."),
        ])
    func wrongTemplate(template: String, expected: String) {
        #expect(sentence { _ = try PromptTemplate(template) } == "template \"\(template)\": \(expected)")
    }
}
