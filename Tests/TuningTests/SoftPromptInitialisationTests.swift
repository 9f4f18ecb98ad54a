import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct SoftPromptInitialisationTests {
    private static func prompt(_ count: Int, _ initialisation: SoftPromptInitialisation) throws -> [[Float]] {
        let method = PromptTuning(virtualTokens: count, initialisation: initialisation)
        let store = try TinyModel.gpt2.parameters(for: method)
        let values = store[PromptTuning.parameter]?.values ?? []
        return (0..<count).map { Array(values[$0 * 12..<($0 + 1) * 12]) }
    }

    private static func embedding(_ token: Int) throws -> [Float] {
        let values = try TinyModel.gpt2.parameters(for: FullFineTuning())["transformer.wte.weight"]?.values ?? []
        return Array(values[token * 12..<(token + 1) * 12])
    }

    @Test("Text is repeated to fill the prompt, or cut")
    func text() throws {
        let long = try Self.prompt(5, .text([3, 8]))
        #expect(try long == [3, 8, 3, 8, 3].map(Self.embedding))
        #expect(try Self.prompt(1, .text([3, 8])) == [Self.embedding(3)])
    }

    @Test("Sampled rows are rows of the embedding, and differ with the seed's stream")
    func sampled() throws {
        let rows = try Self.prompt(6, .sampledVocabulary)
        let table = try (0..<23).map(Self.embedding)
        #expect(rows.allSatisfy(table.contains))
        #expect(Set(rows).count > 1)
    }

    @Test("A label of several tokens starts as their mean; what labels do not fill is sampled")
    func labels() throws {
        let rows = try Self.prompt(3, .classLabels([[4], [5, 6]]))
        #expect(try rows[0] == Self.embedding(4))
        let mean = try zip(Self.embedding(5), Self.embedding(6)).map { ($0 + $1) / 2 }
        #expect(difference(rows[1], mean).absolute < 1e-6)
        #expect(try (0..<23).map(Self.embedding).contains(rows[2]))
    }

    @Test("Random rows have the asked-for deviation")
    func random() throws {
        let numbers = try Self.prompt(20, .normal(deviation: 0.5)).flatMap(\.self)
        let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / Float(numbers.count)).squareRoot()
        #expect(abs(deviation - 0.5) < 0.08)
    }

    @Test("What cannot be started from is refused")
    func refused() {
        #expect(throws: TuningError.emptyInitialisation("an empty text")) { try Self.prompt(2, .text([])) }
        #expect(throws: TuningError.tokenOutsideVocabulary(23, vocabulary: 23)) { try Self.prompt(2, .text([23])) }
        #expect(throws: TuningError.promptTooLong(virtualTokens: 32, context: 32)) { try Self.prompt(32, .sampledVocabulary) }
    }
}
