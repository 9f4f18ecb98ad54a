import Foundation
import Interchange
import Recordings
import Testing
import TinyWorld
import Tuning

@testable import Experiments

/// Numbers of small recordings, explained by their addresses.
@Suite struct ExplainerTests {
    typealias Told = ReplayedRunTests.Told

    static func withExplainer(_ told: Told, _ body: (Explainer, ReplayedRun) throws -> Void) throws {
        try ReplayedRunTests.withRecording(told) { model, folder in
            let recording = try Recording(opening: folder)
            let base = try BaseModel(opening: model)
            try body(Explainer(recording, base: base), try ReplayedRun(of: recording, base: base))
        }
    }

    /// The address of an element of a value.
    static func address(_ step: Int, _ value: RecordedValue, _ offset: Int) -> String {
        var index: [Int?] = []
        var rest = offset
        for extent in value.shape.inner.reversed() {
            index.insert(rest % extent, at: 0)
            rest /= extent
        }
        return Address(step: step, value.name, element: [rest] + index).description
    }

    @Test(
        "Elements of every value, kept or computed again, are what their arithmetic gives, and their operands are found by address",
        arguments: [
            Told("prompt-tuning"), Told("prefix-tuning", clipping: 0.1), Told("adalora", clipping: 0.3) { $0.rank = 4 },
            Told("qlora"), Told("full-fine-tuning", checkpoints: .every(2)),
            Told("prompt-tuning", "class head", task: "tone-en") { $0.hasClassHead = true },
        ])
    func everyValue(_ told: Told) throws {
        try Self.withExplainer(told) { explainer, run in
            var origins: Set<NumberExplanation.Origin> = []
            // Step 0 and the state behind the last update are kept, step 4 is not.
            for step in [0, 4, 6] {
                let values = try run.values(atStep: step)
                #expect(values.names.count > 20)
                for name in values.names {
                    let value = try values.value(name)
                    for offset in Set([value.numbers.count * 2 / 3, value.numbers.count - 1]) where value.numbers.count > 0 {
                        let explanation = try explainer.explain(Self.address(step, value, offset))
                        let place = "\(explanation.address)"
                        #expect(explanation.number == Double(value.numbers[offset]), "\(place)")
                        #expect(explanation.agrees ?? true, "\(place): \(explanation)")
                        origins.insert(explanation.origin)
                        if explanation.origin == .operation {
                            #expect(explanation.recomputed != nil && explanation.formula != nil, "\(place)")
                            #expect(OperationTerms.isKnown(explanation.operation ?? ""), "\(explanation.operation ?? "")")
                        }
                        for operand in explanation.operands.filter(\.isShown).suffix(1) {
                            let found = try explainer.explain(operand.address)
                            #expect(found.number == operand.number && found.address == operand.address, "\(place)")
                        }
                    }
                }
            }
            #expect(origins.isSuperset(of: [.operation, .start, .update, .startOfMemory, .schedule]), "\(origins)")
            #expect(origins.contains(.frozenWeight) == (told.kind != "full-fine-tuning"))
            #expect(origins.contains(.changedAfterUpdate) == (told.kind == "adalora"))
        }
    }

    @Test("Deep enough, an explanation ends at parameters and at what the batch chose")
    func depth() throws {
        try Self.withExplainer(Told("prompt-tuning")) { explainer, _ in
            func leaves(_ explanation: NumberExplanation, _ depth: Int) -> [(NumberExplanation, Int)] {
                let below = explanation.operands.compactMap(\.explanation)
                return below.isEmpty ? [(explanation, depth)] : below.flatMap { leaves($0, depth + 1) }
            }
            let shallow = try explainer.explain("s2/loss")
            #expect(shallow.operands.allSatisfy { $0.explanation == nil })
            let token = try explainer.explain("s2/embeddings[0,3]", depth: 64)
            let ends = leaves(token, 1)
            #expect(ends.map(\.0.origin) == [.frozenWeight, .frozenWeight])
            #expect(token.operands[0].explanation?.choices.first?.list == "tokens")
            #expect(token.operands[0].explanation?.choices.first?.word != nil)
            let deep = try explainer.explain("s2/loss", depth: 64)
            #expect(leaves(deep, 1).map(\.1).max() ?? 0 > 8)
            #expect(leaves(deep, 1).count < Explainer.mostExplained)
            // The trained number itself is what the last update made of the one before.
            let trained = try explainer.explain("s2/prompt.embeddings[1,3]", depth: 3)
            #expect(trained.operands.map(\.address) == ["s1/updated/prompt.embeddings[1,3]"])
            #expect(trained.agrees == true && trained.operands[0].number == trained.number)
        }
    }

    @Test("Short forms and derivations lead to the same numbers as figures show")
    func derivations() throws {
        try Self.withExplainer(Told("prompt-tuning")) { explainer, run in
            func value(_ text: String) throws -> Double { try explainer.explain(text).number }
            func numbers(_ step: Int, _ name: ValueName, _ rows: Range<Int>) throws -> [Double] {
                try rows.flatMap { row in try run.values(atStep: step).value(name).row(row).map(Double.init) }
            }
            func expect(_ text: String, _ expected: Double) throws {
                #expect(abs(try value(text) - expected) <= 1e-6 * max(abs(expected), 1e-3), "\(text)")
            }
            #expect(try explainer.explain("s0/L0/H1/attn[2,0]").address == "s0/block.0.attention.weights[2,1,0]")
            let (a, b) = (try numbers(0, .softPrompt, 1..<2), try numbers(3, .softPrompt, 1..<2))
            let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
            func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            let pair = "s0/prompt.embeddings[1], s3/prompt.embeddings[1]"
            try expect("dot(\(pair))", dot)
            try expect("cosine(\(pair))", dot / (norm(a) * norm(b)))
            try expect("norm(s0/prompt.embeddings[1])", norm(a))
            try expect("norm(\(pair))", norm(a + b))
            try expect("norm-of-difference(\(pair))", norm(zip(a, b).map { $0 - $1 }))
            try expect("difference(\(pair))[4]", a[4] - b[4])
            try expect("difference(s0/prompt.embeddings, s3/prompt.embeddings)[1,4]", a[4] - b[4])
            try expect("mean(\(pair))[4]", (a[4] + b[4]) / 2)
            try expect("mean-difference(\(pair))[4]", a[4] - b[4])
            try expect("mean-difference(\(pair), \(pair))[4]", 0)
            try expect("share(s0/prompt.embeddings[1,2], s3/prompt.embeddings[1,2])", a[2] / b[2])
            try expect("mean(s0/prompt.embeddings[1])", a.reduce(0, +) / Double(a.count))
            try expect("exp(s0/prompt.embeddings[1,2])", exp(a[2]))
            try expect("product(s0/prompt.embeddings[1,2], s3/prompt.embeddings[1])[5]", a[2] * b[5])
            try expect("norm(model/transformer.wte.weight[2])", value("norm(s0/transformer.wte.weight[2])"))

            // AdamW by hand: an update is decay and push together.
            let moments = ["first", "second"].map { "s3/optimizer/prompt.embeddings.\($0)-moment[1,2]" }
            try expect("corrected(\(moments[0]))", value(moments[0]) / (1 - pow(0.9, 4)))
            try expect("corrected(\(moments[1]))", value(moments[1]) / (1 - pow(0.999, 4)))
            let before = "s3/prompt.embeddings[1,2]"
            let change = try value("decay(\(before))") + value("push(\(moments.joined(separator: ", ")))")
            try expect("s4/prompt.embeddings[1,2]", value(before) - change)

            // What attention mixes is the part of the prompt and the part of the text.
            let arguments = "s0/L0/H1/attn[2], s0/block.0.attention.value, s0/prompt.block.0.attention.value"
            let share = try (0..<3).reduce(0) { sum, key in sum + (try value("s0/L0/H1/attn[2,\(key)]")) }
            try expect("prompt-share(s0/L0/H1/attn[2])", share)
            try expect("text-share(s0/L0/H1/attn[2])", 1 - share)
            try expect(
                "s0/block.0.attention.mix[2,1,3]", value("text-part(\(arguments))[3]") + value("prompt-part(\(arguments))[3]"))
            try expect("mean-over-prompt(\(arguments))[3]", value("prompt-part(\(arguments))[3]") / share)
            try expect("share-within-text(s0/L0/H1/attn[2])[1]", value("s0/L0/H1/attn[2,4]") / (1 - share))
            try expect(
                "mean-difference(s0/loss, s1/loss, s2/loss, s3/loss)",
                (value("s0/loss") + value("s1/loss") - value("s2/loss") - value("s3/loss")) / 2)
            try expect("mean-over-text(\(arguments))[3]", value("text-part(\(arguments))[3]") / (1 - share))
        }
    }

    @Test("Every function has a Chinese name, and none is tried without its arguments")
    func functions() throws {
        #expect(Explainer.functions.count == Set(Explainer.functions).count)
        #expect(Explainer.functions.allSatisfy(OperationTerms.isKnown))
    }

    /// What is asked, and a piece of the answer's only sentence.
    static let mistakes = [
        ("s0/prompt.embedings[0,0]", "near it: prompt.embeddings"), ("s0/prompt.embeddings[0", "column 23"),
        ("s0/prompt.embeddings[0]", "s0/prompt.embeddings[0,0]"), ("s0/prompt.embeddings[3,0]", "shape [3, 16]"),
        ("s0/prompt.embeddings[0,16]", "shape [3, 16]"), ("s99/loss", "0 to 6"), ("loss", "needs a step"), ("", "s120/loss"),
        ("nobody/s0/loss", "nobody"), ("s6/gradient/prompt.embeddings[0,0]", "6"), ("cosin(s0/loss, s1/loss)", "near it: cosine"),
        ("cosine(s0/loss)", "two vectors"), ("cosine(s0/loss, s0/prompt.embeddings)", "1 and 48"),
        ("difference(s0/prompt.embeddings[0], s1/prompt.embeddings[0])", "from [0] to [15]"),
        ("difference(s0/prompt.embeddings[0], s1/prompt.embeddings[0])[16]", "from [0] to [15]"),
        ("norm(s0/loss)[0]", "single number"), ("difference(s0/prompt.embeddings, s1/prompt.embeddings)[3]", "to [2, 15]"),
        ("place(s0/prompt.embeddings[0])", "algorithm"), ("corrected(s0/loss)", "moment"), ("prompt-share(s0/loss)", "attn"),
        ("push(s0/loss, s0/loss)", "moment"), ("text-share(s0/loss)", "attn"), ("share-within-text(s0/loss)", "attn"),
        ("mean-difference(s0/loss, s1/loss, s2/loss)", "as many numbers"),
        ("cosine(s0/loss, s0/", "parentheses"), ("norm()", "address"),
        ("text-part(s0/L0/H1/attn, s0/loss, s0/loss)", "one row and head"),
    ]

    @Test("What cannot be explained gets one sentence that says why")
    func badAddresses() throws {
        try Self.withExplainer(Told("prompt-tuning")) { explainer, _ in
            for (text, piece) in Self.mistakes {
                do {
                    _ = try explainer.explain(text)
                    Issue.record("\(text) was explained")
                } catch {
                    let sentence = "\(error)"
                    #expect(sentence.contains(piece), "\(text): \(sentence)")
                    #expect(sentence.hasSuffix(".") && !sentence.contains("\n") && !sentence.contains("Error("), "\(sentence)")
                }
            }
            #expect(throws: ExplanationError.depthOutOfRange(0, 1...64)) { try explainer.explain("s0/loss", depth: 0) }
        }
    }

    @Test("A recorded number that is not what its operands give is said to differ, and so is what is made of it")
    func spoiled() throws {
        try ReplayedRunTests.withRecording(Told("prompt-tuning")) { model, folder in
            let frame = "runs/prompt-tuning/frames/step-000003.safetensors"
            try Spoiling.number(5, of: "block.0.attention.mix", in: frame, of: folder)
            try Spoiling.reseal(folder)
            let explainer = Explainer(try Recording(opening: folder), base: try BaseModel(opening: model))
            let wrong = try explainer.explain("s3/block.0.attention.mix[0,0,5]")
            #expect(wrong.agrees == false && wrong.isKept)
            #expect(abs((wrong.recomputed ?? .nan) - wrong.number) > 0.1)
            #expect(try explainer.explain("s3/block.0.attention.mix[0,0,4]").agrees == true)
            #expect(ExplanationText(.english)(wrong).contains("differ by more than rounding"))
        }
    }

    @Test("Without the base model the reason is given")
    func withoutModel() throws {
        try ReplayedRunTests.withRecording(Told("prompt-tuning")) { model, folder in
            try FileManager.default.removeItem(at: model)
            let explainer = Explainer(try Recording(opening: folder))
            #expect(throws: ReplayError.self) { try explainer.explain("s0/block.0.output[0,0]") }
            #expect(try explainer.explain("norm(s0/block.0.output[0])").number > 0, "what was kept is there")
        }
    }

    @Test(
        "Texts fit into 100 columns, in both languages, and say what does not agree", arguments: ExplanationText.Language.allCases
    )
    func text(_ language: ExplanationText.Language) throws {
        try Self.withExplainer(Told("prompt-tuning")) { explainer, run in
            let write = ExplanationText(language)
            for name in try run.values(atStep: 2).names {
                let value = try run.values(atStep: 2).value(name)
                guard !value.numbers.isEmpty else { continue }
                let text = write(try explainer.explain(Self.address(2, value, value.numbers.count / 2), depth: 3))
                for line in text.split(separator: "\n") {
                    #expect(TerminalText.width(String(line)) <= 100, "\(line)")
                    #expect(!line.hasSuffix(" "))
                }
            }
            let masked = write(try explainer.explain("s2/block.0.attention.weights[0,0,4]"))
            #expect(masked.contains(language == .english ? "masked" : "屏蔽") && !masked.contains("±"))
            let token = write(try explainer.explain("s2/tokens.embeddings[0,4]"))
            #expect(token.contains("tokens[0] = ") && !token.contains("±"))
            var wrong = try explainer.explain("s2/loss")
            #expect(!write(wrong).contains(language == .english ? "differ" : "超出"))
            wrong.agrees = false
            #expect(write(wrong).contains(language == .english ? "recorded" : "记录为"))
            #expect(write(wrong).contains(language == .english ? "differ by more than rounding" : "超出舍入误差"))
        }
    }

    @Test("As JSON, an explanation has its operands with their addresses and numbers")
    func json() throws {
        try Self.withExplainer(Told("prompt-tuning")) { explainer, _ in
            let explanation = try explainer.explain("s0/block.0.attention.scores[1,1,0]", depth: 2)
            let json = try JSON(parsing: explanation.json.text().utf8)
            let object = try #require(json.object)
            #expect(object["address"]?.string == explanation.address && object["agrees"]?.bool == true)
            #expect(object["number"]?.number == explanation.number)
            let operands = try #require(object["operands"]?.array)
            #expect(operands.count == explanation.operands.count && operands.count == 16)
            #expect(operands[0].object?["explanation"]?.object?["operation"]?.string != nil)
        }
    }
}
