import Experiments
import Foundation
import Testing

@testable import Lessons

@Suite struct SweepReadingTests {
    static func read(_ text: String) throws -> Sweep {
        let url = FileManager.default.temporaryDirectory.appending(path: "sweep-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try Sweep(reading: url)
    }

    @Test("Lists are tried value by value, each with all values of the others; what stands above holds for all")
    func choices() throws {
        let sweep = try Self.read(
            """
            name: lengths
            models: [tiny-world-1x64, tiny-world-2x64]
            tasks: [opposite-en]
            seeds: [3, 4]
            steps: 50
            methods:
              - {method: prompt-tuning, virtual_tokens: [1, 8], learning_rate: [0.1, 0.02, 0.01]}
              - {method: lora, rank: 2, targets: [c_attn, c_proj], steps: 20, label: narrow}
            """)
        #expect(sweep.entries.count == 7 && sweep.models.count == 2 && sweep.seeds == [3, 4])
        #expect(sweep.entries[0].label == "prompt-tuning-learning-rate-0.1-virtual-tokens-1")
        #expect(Set(sweep.entries.map(\.label)).count == 7)
        #expect(sweep.entries.prefix(6).allSatisfy { $0.training.steps == 50 })
        let last = sweep.entries[6]
        #expect(last.label == "narrow" && last.training.steps == 20 && last.method.settings.targets == ["c_attn", "c_proj"])
    }

    static let wrong = [
        ("seeds: [1]\ntasks: [a]", "methods is missing"),
        ("seeds: [1]\ntasks: [a]\nmethods: [{method: prompt}]", "line 3: methods[0].method is \"prompt\", expected one of"),
        (
            "seeds: [1]\ntasks: [a]\nmethods: [{method: lora, virtual_tokens: 3}]",
            "virtual_tokens does not go with the method lora"
        ),
        ("seeds: [1]\ntasks: [a]\nmethods: [{method: lora, rank: []}]", "rank is an empty list"),
        ("seeds: [1]\ntasks: [a]\nmethods: [{method: lora, rank: [0]}]", "rank is \"0\", expected a whole number of at least 1"),
        ("seeds: [1]\ntasks: [a]\nmethods: [{method: lora}, {method: lora}]", "makes two entries called \"lora\""),
        ("seeds: [1]\ntask: [a]\nmethods: [{method: lora}]", "has no key \"task\""),
        ("seeds: []\ntasks: [a]\nmethods: [{method: lora}]", "seeds"),
    ]

    @Test("A mistake is named with the file, the line and the key", arguments: wrong)
    func mistakes(text: String, expected: String) throws {
        let error = #expect(throws: LessonError.self) { try Self.read(text) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }
}
