import Foundation
import Interchange
import Testing
import Tuning

@testable import Experiments

@Suite struct DataReadingTests {
    static func read(
        _ text: String, _ name: String = "data.csv", virtualTokens: Int = 0, bytePairs: Bool = false,
        _ change: (inout DataReading) throws -> Void = { _ in }
    ) throws -> (data: ReadData, base: BaseModel) {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: bytePairs ? SmallModel.bytePairs(in: folder) : SmallModel.words(in: folder))
            var reading = DataReading()
            try change(&reading)
            let url = try SmallModel.write(text, name, in: folder)
            return (try reading.read(url, for: base, virtualTokens: virtualTokens), base)
        }
    }

    static func texts(_ data: ReadData, _ base: BaseModel) -> [[String]] {
        data.examples.indices.map { index in
            let (prompt, completion) = data.examples.parts(index)
            return [base.tokenizer.decode(prompt), base.tokenizer.decode(completion)]
        }
    }

    @Test("Labels are completions without an end, and found in their order; a template makes the prompt")
    func labels() throws {
        let (data, base) = try Self.read("text,label\nhot,cold\ngood,bad\nold,cold\n") {
            $0.prompt = try PromptTemplate("{text} =")
        }
        #expect(Self.texts(data, base) == [["hot =", "cold"], ["good =", "bad"], ["old =", "cold"]])
        #expect(data.labels.map(\.trimmed) == ["cold", "bad"])
        #expect(data.isClassification)
        #expect(data.completions(for: ["bad", "new"]).map(\.trimmed) == ["bad", "new"])
    }

    @Test("A completion that is no label ends with the model's end token, unless it is not to")
    func ends() throws {
        let text = #"{"prompt": "hot =", "completion": "cold"}"#
        for (wish, expected) in [(nil, "cold <end>"), (true, "cold <end>"), (false, "cold")] as [(Bool?, String)] {
            let (data, base) = try Self.read(text, "data.jsonl") { $0.endsCompletions = wish }
            #expect(Self.texts(data, base) == [["hot =", expected]])
        }
        let (labelled, base) = try Self.read("text,label\nhot =,cold\n") { $0.endsCompletions = true }
        #expect(Self.texts(labelled, base) == [["hot =", "cold <end>"]])
    }

    @Test("Byte-level BPE: every layout, in two scripts, comes back as it was")
    func bytePairs() throws {
        let rows: [(String, [String])] = [
            (#"{"text": "海 is the sea 🌊", "label": "好"}"#, ["海 is the sea 🌊", " 好"]),
            (#"{"instruction": "Say", "input": "sea", "output": "海"}"#, ["Say\nsea\n", "海"]),
            (
                #"{"messages": [{"role": "user", "content": "sea?"}, {"role": "assistant", "content": "海"}]}"#,
                ["user: sea?\nassistant:", " 海"]
            ),
        ]
        for (row, expected) in rows {
            let (data, base) = try Self.read(row, "data.jsonl", bytePairs: true) { $0.endsCompletions = false }
            #expect(Self.texts(data, base) == [expected])
        }
    }

    @Test("A row that is too long is an error, cut in its beginning, or left out and counted")
    func tooLong() throws {
        let long = Array(repeating: "the", count: 60).joined(separator: " ")
        let text = "text,label\nhot =,cold\ngood \(long) =,bad\n"
        let error = #expect(throws: InterchangeError.self) { try Self.read(text, virtualTokens: 8) }
        #expect(
            error?.description.contains("line 3: the row has 63 tokens, and there is room for 56 behind 8 virtual tokens") == true
        )
        let cut = try Self.read(text, virtualTokens: 8) { $0.tooLong = .truncate }.data
        #expect(cut.truncated == 1 && cut.skipped == 0 && cut.examples.longest == 56)
        #expect(cut.examples[1].tokens.suffix(2) == (try Self.read("text,label\ngood =,bad\n")).data.examples[0].tokens.suffix(2))
        let skipped = try Self.read(text, virtualTokens: 8) { $0.tooLong = .skip }.data
        #expect(skipped.skipped == 1 && skipped.examples.count == 1)
        let short = try Self.read(text) {
            $0.tooLong = .skip
            $0.longest = 10
        }.data
        #expect(short.skipped == 1)
        #expect(throws: InterchangeError.self, "nothing would be left") {
            try Self.read(text) {
                $0.tooLong = .skip
                $0.longest = 2
            }
        }
        let endless = #expect(throws: InterchangeError.self) {
            try Self.read("prompt,completion\nhot =,\(long)\n", virtualTokens: 8) { $0.tooLong = .truncate }
        }
        #expect(endless?.description.contains("the completion alone is too long") == true)
    }

    @Test("More different completions than classes can be are no labels")
    func freeText() throws {
        let words = try PretrainingTests.withFolder { try BaseModel(opening: SmallModel.words(in: $0)).vocabulary }
        let rows = words.dropFirst(2).prefix(DataReading.mostLabels + 1).map { "hot,\($0)\n" }.joined()
        #expect(try Self.read("text,label\n" + rows).data.labels.isEmpty)
    }

    @Test(
        "What is wrong with the data is said with file, line and place",
        arguments: [
            ("text,label\nhot,cold\nhot,zzz\n", #"data.csv, line 3, completion, word "zzz": it is not among the 304 words"#),
            ("text,label\nzzz,cold\n", #"data.csv, line 2, prompt, word "zzz""#),
            ("text,label\n\" \",cold\n", "data.csv, line 2: the prompt is empty"),
            ("text,label\nhot,\n", #"data.csv, line 2, column "label": it is empty"#),
        ])
    func wrong(text: String, piece: String) {
        let error = #expect(throws: InterchangeError.self) { try Self.read(text) }
        #expect(error?.description.contains(piece) == true, "\(error?.description ?? "")")
    }
}
