/// What someone knows who knows the form of a skill's answers and nothing else.
public enum AnswerForm: Sendable, Hashable {
    /// One of a few label words: a class.
    case label
    /// A word of its own for nearly every prompt.
    case word
    /// The words of the prompt in some order.
    case order

    /// How often such a person is right: by always giving the most frequent answer, or by ordering the prompt's words at random.
    func chance(of items: [Item]) -> Double {
        guard !items.isEmpty else { return 0 }
        switch self {
        case .label, .word:
            let counts = Dictionary(grouping: items, by: \.answer).values.map(\.count)
            return Double(counts.max() ?? 0) / Double(items.count)
        case .order:
            let perItem = items.map { 1 / Double((1...max($0.prompt.count, 1)).reduce(1, *)) }
            return perItem.reduce(0, +) / Double(items.count)
        }
    }
}
