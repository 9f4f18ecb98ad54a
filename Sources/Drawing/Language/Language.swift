/// The languages that everything is written in.
public enum Language: String, CaseIterable, Hashable, Sendable {
    case en
    case zhHans = "zh-Hans"
}

/// A text in every language: none can be left out.
public struct Localised: Hashable, Sendable {
    public var en: String
    public var zhHans: String

    public init(en: String, zhHans: String) {
        self.en = en
        self.zhHans = zhHans
    }

    /// The same in every language, as a number or a formula is.
    public init(same text: String) { self.init(en: text, zhHans: text) }

    public subscript(language: Language) -> String {
        switch language {
        case .en: en
        case .zhHans: zhHans
        }
    }
}
