/// A language of the world.
public enum Language: String, Sendable, Hashable, CaseIterable, Codable {
    case english = "en"
    case chinese = "zh"

    /// The other language.
    public var twin: Language { self == .english ? .chinese : .english }
}
