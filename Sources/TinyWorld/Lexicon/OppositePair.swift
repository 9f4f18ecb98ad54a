/// Two words of opposite meaning, each with its twin.
public struct OppositePair: Sendable, Hashable {
    public let first: Bilingual
    public let second: Bilingual

    init(_ english: String, _ chinese: String, against opposite: String, _ chineseOpposite: String) {
        first = Bilingual(english, chinese)
        second = Bilingual(opposite, chineseOpposite)
    }

    public var words: [Bilingual] { [first, second] }
}
