import Foundation
import Recordings
import Testing

@testable import Experiments

/// Sessions on recordings of small runs.
@Suite struct SteppingSessionTests {
    typealias Told = ReplayedRunTests.Told

    static func withSession(_ told: Told = Told("prompt-tuning"), _ body: (SteppingSession) throws -> Void) throws {
        try ReplayedRunTests.withRecording(told) { model, folder in
            try body(SteppingSession(try Recording(opening: folder), base: try BaseModel(opening: model)))
        }
    }

    @Test("Back undoes into, over and out, however many there were")
    func back() throws {
        try Self.withSession { session in
            var way = [session.cursor]
            let moves: [SteppingSession.Move] = [
                .into, .into, .over, .into, .into, .over, .out, .previous, .out, .out, .out, .out,
            ]
            for move in moves where try session.move(move) { way.append(session.cursor) }
            #expect(way.count == moves.count + 1)
            try session.jump(toStep: 4)
            try session.jump(toValue: "loss")
            try session.jump(toStep: 2)
            #expect(session.cursor == StepCursor(step: 2, .operation("loss")))
            for _ in 0..<3 { #expect(session.back()) }
            for place in way.dropLast().reversed() {
                #expect(session.back())
                #expect(session.cursor == place)
            }
            #expect(!session.back())
        }
    }

    @Test(
        "Every value of every phase can be gone to and read, in order of computation",
        arguments: [
            Told("prompt-tuning"), Told("p-tuning"), Told("prefix-tuning"), Told("adalora", clipping: 0.3) { $0.rank = 4 },
            Told("full-fine-tuning"), Told("prompt-tuning+lora"),
        ])
    func everyValue(_ told: Told) throws {
        try Self.withSession(told) { session in
            for step in [1, 6] {
                let values = try session.reader.values(atStep: step)
                session.go(to: StepCursor(step: step, .phase(.forward)))
                #expect(try session.move(.into) && session.move(.into))
                var seen: Set<ValueName> = []
                repeat {
                    let name = try #require(session.cursor.value)
                    #expect(seen.insert(name).inserted)
                    #expect(try #require(session.outline.node(name)).operands.allSatisfy(seen.contains), "\(name)")
                    #expect(try session.reader.value(name, atStep: step) == values.value(name))
                } while try session.move(.over) && session.cursor.step == step
                #expect(seen == Set(values.names))
            }
        }
    }

    @Test("What is watched are the journal's own numbers")
    func watches() throws {
        try Self.withSession { session in
            let journal = session.reader.replayed.run.journal
            func series(_ text: String) throws -> [Double] {
                try session.reader.series(of: try session.watch(text), over: session.outline.steps, points: 100).map(\.number)
            }
            #expect(try series("loss").prefix(6) == journal.losses.map(Double.init)[...])
            #expect(try series("learning-rate") == journal.learningRates.map(Double.init))
            #expect(try series("gradient.norm") == journal.gradientNorms.map(Double.init))
            let elements = try (0...6).map { try #require(try journal.parameter("prompt.embeddings", atStep: $0))[1, 2] }
            #expect(try series("prompt.embeddings[1,2]") == elements.map(Double.init))
            // The norm of all gradients is that of the only one.
            for (norm, noted) in zip(try series("gradient/prompt.embeddings"), journal.gradientNorms) {
                #expect(abs(norm - Double(noted)) <= 1e-6 * norm)
            }
            #expect(session.watches.count == 5)
            // Fewer points are steps of the same series, equally far apart.
            let few = try session.reader.series(of: StepQuantity(.number(.learningRate)), over: 0...6, points: 3)
            #expect(few.map(\.step) == [0, 3])
            // What is in no journal is not made again for all steps.
            #expect(try series("norm(logits)").isEmpty)
            try session.unwatch("loss")
            #expect(session.watches.count == 5)
            try session.unwatch()
            #expect(session.watches.isEmpty)
        }
    }

    @Test("A breakpoint stops where the journal says, forward and back, also on what has to be computed")
    func breakpoints() throws {
        try Self.withSession { session in
            let journal = session.reader.replayed.run.journal
            let lowest = try #require(journal.losses.min())
            let step = try #require(journal.losses.firstIndex(of: lowest))
            let breakpoint = try session.setBreakpoint("loss <= \(lowest)")
            session.go(to: StepCursor(step: 0, .run))
            if step > 0 {
                #expect(try session.run() == .breakpoint(breakpoint))
                #expect(session.cursor == StepCursor(step: step))
            }
            try session.jump(toStep: 6)
            #expect(try session.run(backwards: true) == .breakpoint(breakpoint))
            #expect(session.cursor == StepCursor(step: step))
            try session.removeBreakpoint(breakpoint.number)
            #expect(throws: SteppingError.unknownBreakpoint(1, known: [])) { try session.removeBreakpoint(1) }

            let norms = try (0..<6).map {
                try #require(try session.reader.number(StepQuantity(.reduction(.norm, "logits")), atStep: $0))
            }
            let largest = try #require(norms.max())
            let second = try session.setBreakpoint("norm(logits) >= \(largest) and step < 6")
            #expect(second.number == 2)
            try session.jump(toStep: 6)
            #expect(try session.run(backwards: true) == .breakpoint(second))
            #expect(session.cursor.step == norms.lastIndex(of: largest))
        }
    }

    @Test("An element is explained by its own number, whichever value one stands at")
    func explanation() throws {
        try Self.withSession { session in
            #expect(try session.explanation() == nil)
            for name in [ValueName.attentionWeights(layer: 0), .logits, ValueName.softPrompt.gradient, .softPrompt] {
                session.go(to: try StepCursor(step: 1).jump(toValue: name, in: session.outline))
                #expect(try session.explanation() == nil, "of a value one element has to be chosen")
                let value = try session.reader.value(name, atStep: 1)
                let index = value.index(ofOffset: value.numbers.count - 1)
                #expect(value.offset(of: index) == value.numbers.count - 1)
                try session.jump(toElement: index)
                let explanation = try #require(try session.explanation())
                #expect(explanation.number == Double(try #require(value.numbers.last)))
                #expect(explanation.agrees != false && explanation.arithmetic != nil)
            }
        }
    }

    @Test("What changed between two stops is what the journal and the values differ by")
    func changes() throws {
        try Self.withSession { session in
            #expect(try session.changes() == nil)
            try session.jump(toValue: .logits)
            _ = try session.reader.value(.logits, atStep: 0)
            #expect(try session.changes()?.computed == (session.outline.outline(atStep: 0).place(of: .logits) ?? 0) + 1)
            try session.jump(toStep: 2)
            _ = try session.reader.value(.logits, atStep: 2)
            let changes = try #require(try session.changes())
            let journal = session.reader.replayed.run.journal
            #expect(changes.computed == nil)
            let loss = try #require(changes.numbers.first { $0.quantity.value == .loss })
            #expect(loss.before == Double(journal.losses[0]) && loss.after == Double(journal.losses[2]))
            let move = try #require(changes.moves.first { $0.name == .softPrompt })
            let (old, new) = (
                try #require(try journal.parameter(.softPrompt, atStep: 0)),
                try #require(try journal.parameter(.softPrompt, atStep: 2))
            )
            let differences = zip(new.numbers, old.numbers).map { Double($0) - Double($1) }
            #expect(abs(move.norm - differences.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-9)
            #expect(abs(move.largest) == differences.map(abs).max())
            #expect(differences[new.offset(of: move.index)] == move.largest)
            // Batches of the same size: the value one stands at is compared too.
            let sizes = try [0, 2].map { try session.reader.value(.logits, atStep: $0).numbers.count }
            #expect(changes.moves.contains { $0.name == .logits } == (sizes[0] == sizes[1]))
        }
    }

    @Test("Without the base model, kept frames open, and what cannot be had is said")
    func withoutModel() throws {
        try ReplayedRunTests.withRecording(Told("prompt-tuning")) { model, folder in
            try FileManager.default.moveItem(at: model, to: model.deletingLastPathComponent().appending(path: "moved"))
            let session = try SteppingSession(try Recording(opening: folder))
            #expect(session.reader.replayed.obstacle != nil)
            #expect(session.outline.steps == 0...6)
            #expect(try !session.reader.value(.logits, atStep: 3).numbers.isEmpty)
            #expect(try session.reader.number(StepQuantity(.number(.loss)), atStep: 4) != nil)
            #expect(throws: ReplayError.self) { try session.reader.value(.logits, atStep: 4) }
            try session.jump(toStep: 4)
            try session.jump(toValue: .logits)
            #expect(try session.extents().count == 2)
        }
    }

    @Test("Statistics and histogram count every number once")
    func statistics() {
        let numbers: [Float] = [1, -2, 4, .nan, 1, .infinity]
        let statistics = ValueStatistics(numbers)
        #expect(statistics.count == 6 && statistics.strangeCount == 2)
        #expect(statistics.minimum == -2 && statistics.maximum == 4 && statistics.mean == 1)
        #expect(statistics.norm == Double(22).squareRoot())
        #expect(statistics.histogram(numbers, bins: 3) == [1, 2, 1])
        #expect(ValueStatistics([5, 5] as [Float]).histogram([5, 5], bins: 2) == [2, 0])
        #expect(ValueStatistics([]).mean == 0)
    }
}
