import Recordings
import Testing

@testable import Experiments

@Suite struct StepConditionTests {
    let run: RunOutline

    init() throws { run = try #require(SmallOutline.run()) }

    /// Numbers of a step by the text of their quantity.
    static let numbers: [String: Double] = [
        "step": 120, "loss": 0.5, "gradient.norm": 2, "learning-rate": 0.01, "norm(gradient/prompt.embeddings)": 1.5,
        "mean(prompt.embeddings)": -0.25, "min(prompt.embeddings)": -2, "max(prompt.embeddings)": 3, "prompt.embeddings[1,2]": 7,
        "block.0.attention.weights[9,1,4]": 0.125,
    ]

    static let conditions: [(String, Bool)] = [
        ("loss < 0.5", false), ("loss <= 0.5", true), ("loss<=.5", true), ("loss > 0.5", false), ("loss >= 0.5", true),
        ("loss == 5e-1", true),
        ("loss != 0.5", false), ("step == 120", true), ("120 == step", true), ("step > 1e2 and loss < 1", true),
        ("step > 100 && loss > 1", false), ("step > 100 or loss > 1", true), ("step < 100 || loss > 1", false),
        ("norm(gradient/prompt.embeddings) > 1", true), ("norm( gradient/prompt.embeddings ) > gradient.norm", false),
        ("mean(prompt.embeddings) < 0", true), ("mean(prompt.embeddings) < -0.3", false),
        ("mean(prompt.embeddings) > −0.3", true),
        ("min(prompt.embeddings) == -2 and max(prompt.embeddings) == 3", true), ("prompt.embeddings[1,2] > 6", true),
        ("prompt.embeddings[ 1 , 2 ] > 7", false), ("block.0.attention.weights[9,1,4] == 0.125", true),
        ("learning-rate < 0.1", true),
        // and binds closer than or.
        ("loss > 1 and loss > 1 or step == 120", true), ("loss > 1 and (loss > 1 or step == 120)", false),
        // What a step does not have, holds nothing of it.
        ("norm(updated/prompt.embeddings) > 0", false), ("norm(updated/prompt.embeddings) <= 0", false),
        ("norm(updated/prompt.embeddings) != 0", false),
    ]

    @Test("A condition holds when its arithmetic does", arguments: conditions)
    func holds(text: String, expected: Bool) throws {
        let condition = try StepCondition(parsing: text, in: run)
        #expect(condition.value == nil && condition.text == text)
        #expect(condition.holds { Self.numbers[$0.description] } == expected)
    }

    @Test("A value's name alone stops there, with if only where something holds")
    func values() throws {
        let alone = try StepCondition(parsing: "block.0.attention.weights", in: run)
        #expect(alone.value == "block.0.attention.weights" && alone.test == nil)
        let sometimes = try StepCondition(parsing: "loss if step > 100 and loss < 1", in: run)
        #expect(sometimes.value == "loss")
        #expect(sometimes.holds { Self.numbers[$0.description] })
        #expect(!sometimes.holds { $0.source == .step ? 99 : 0 })
    }

    /// A text, the column that the error points at, and a piece of what it says.
    static let errors: [(String, Int, String)] = [
        ("", 1, "the end"), ("loss <", 7, "the end"), ("loss < < 1", 8, "\"<\""), ("los < 1", 1, "near it: loss"),
        ("loss = 1", 6, "=="),
        ("loss < 1 and", 13, "the end"), ("loss < 1 loss", 10, "and, or, or the end"), ("(loss < 1", 10, "\")\""),
        ("loss < 1)", 9, "\")\""),
        ("nrom(prompt.embeddings) > 1", 1, "near it: norm"), ("norm(prompt.embedings) > 1", 6, "near it: prompt.embeddings"),
        ("norm(prompt.embeddings > 1", 24, "\")\""), ("norm() > 1", 6, "a value's name"), ("prompt.embeddings > 1", 1, "norm()"),
        ("step > 1 and prompt.embeddings > 1", 14, "norm()"), ("prompt.embeddings[0] > 1", 18, "2 axes"),
        ("prompt.embeddings[0,3] > 1", 21, "0 to 2"), ("prompt.embeddings[2,0] > 1", 19, "0 to 1"),
        ("prompt.embeddings[0,x] > 1", 21, "index"),
        ("prompt.embeddings[0,-1] > 1", 21, "index"), ("prompt.embeddings[0,1 > 1", 23, "\"]\""), ("loss ! 1", 6, "!"),
        ("loss § 1", 6, "§"),
        ("loss & step", 6, "&"), ("step", 5, "the end"), ("1 < ", 5, "the end"), ("loss if", 8, "the end"),
        ("and < 1", 1, "a quantity"),
        ("损失 < 1", 1, "损失"),
    ]

    @Test("An error points at its column and says what to write", arguments: errors)
    func points(text: String, column: Int, piece: String) throws {
        do {
            _ = try StepCondition(parsing: text, in: run)
            Issue.record("\(text) was read")
        } catch {
            guard case .malformed(text, let found, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == column, "\(error)")
            #expect(error.description.contains(piece), "\(error)")
            #expect(error.caret() == "  \(text)\n  \(String(repeating: " ", count: column - 1))^")
        }
    }

    @Test("A quantity alone is read as it is written, and a value of many numbers as its norm")
    func quantities() throws {
        #expect(try StepQuantity(parsing: "prompt.embeddings", in: run) == StepQuantity(.reduction(.norm, "prompt.embeddings")))
        for text in ["step", "loss", "mean(logits)", "prompt.embeddings[1,2]"] {
            #expect(try StepQuantity(parsing: text, in: run).description == text)
        }
        #expect(throws: SteppingError.self) { try StepQuantity(parsing: "loss < 1", in: run) }
    }

    // MARK: Stopping

    /// Conditions of which one breakpoint is made, with the loss of the steps 0 to 3 as 4, 2, 1, 1.
    static let stops: [(String, [StepCursor])] = [
        ("loss < 3", [StepCursor(step: 1), StepCursor(step: 2), StepCursor(step: 3)]), ("step == 2", [StepCursor(step: 2)]),
        ("loss > 3", [StepCursor(step: 0)]), ("loss > 9", []),
        ("logits", (0...3).map { StepCursor(step: $0, .operation("logits")) }),
        ("logits if loss == 2", [StepCursor(step: 1, .operation("logits"))]),
        ("gradient.norm", (0...2).map { StepCursor(step: $0, .operation("gradient.norm")) }),
    ]

    @Test("Going on and going back stop at the same places, and nowhere else", arguments: stops)
    func sameStops(text: String, places: [StepCursor]) throws {
        let losses = [4.0, 2, 1, 1]
        let breakpoint = StepBreakpoint(number: 1, condition: try StepCondition(parsing: text, in: run))
        func go(from start: StepCursor, backwards: Bool) throws -> [StepCursor] {
            var (cursor, found) = (start, [StepCursor]())
            while true {
                let (place, reason) = try run.stop(from: cursor, backwards: backwards, at: [breakpoint]) { quantity, step in
                    quantity.source == .step ? Double(step) : losses[step]
                }
                guard reason == .breakpoint(breakpoint) else {
                    #expect(reason == (backwards ? .start : .end))
                    #expect(place == StepCursor(step: backwards ? 0 : 3))
                    return found
                }
                found.append(place)
                cursor = place
            }
        }
        // From before the first step to be found, and from behind the last.
        let first = places.first == StepCursor(step: 0) ? Array(places.dropFirst()) : places
        #expect(try go(from: StepCursor(step: 0), backwards: false) == first)
        #expect(try go(from: StepCursor(step: 3, .operation("loss")), backwards: true) == places.reversed())
    }

    @Test("Of two breakpoints the nearer one stops, and a reader who does not want to wait is heard")
    func nearest() throws {
        let breakpoints = try ["step == 2", "loss", "logits"].enumerated().map {
            StepBreakpoint(number: $0 + 1, condition: try StepCondition(parsing: $1, in: run))
        }
        let read = { (_: StepQuantity, step: Int) -> Double? in Double(step) }
        let on = try run.stop(from: StepCursor(step: 1), backwards: false, at: breakpoints, reading: read)
        #expect(on.reason == .breakpoint(breakpoints[2]))
        let back = try run.stop(from: StepCursor(step: 2, .operation("logits")), backwards: true, at: breakpoints, reading: read)
        #expect(back.reason == .breakpoint(breakpoints[0]))
        let heard = try run.stop(from: StepCursor(step: 1), backwards: false, at: [], reading: read, isCancelled: { true })
        #expect(heard.reason == .interrupted(atStep: 1))
    }
}
