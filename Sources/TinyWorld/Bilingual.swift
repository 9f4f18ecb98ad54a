/// The same thing said in both languages: a word and its twin, or a name for a reader.
public struct Bilingual: Sendable, Hashable, Codable {
    public var english: String
    public var chinese: String

    public init(_ english: String, _ chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    public subscript(language: Language) -> String { language == .english ? english : chinese }
}
