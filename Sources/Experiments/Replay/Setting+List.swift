internal import Interchange
internal import Recordings

extension Setting {
    /// Several texts, written as a JSON array, so that they can be told apart whatever is in them.
    static func list(_ texts: [String]) -> Setting { .text(JSON.array(texts.map { .string($0) }).text(.compact)) }

    /// The texts of a list; recordings of before lists were written as arrays have their words behind each other.
    var list: [String]? {
        guard case .text(let text) = self else { return nil }
        if let array = try? JSON(parsing: text.utf8).array { return array.compactMap(\.string) }
        return text.split(separator: " ").map(String.init)
    }
}

extension MethodDescription {
    /// The setting that lists the completions that stand for classes.
    static let classes = "classes"
    /// The setting that lists the labels a soft prompt started from.
    static let labels = "labels"
}
