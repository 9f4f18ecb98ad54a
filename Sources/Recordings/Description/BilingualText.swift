/// The same text in English and in simplified Chinese.
public struct BilingualText: Codable, Hashable, Sendable {
    public var english: String
    public var chinese: String

    public init(english: String, chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    private enum CodingKeys: String, CodingKey {
        case english = "en"
        case chinese = "zh"
    }
}
