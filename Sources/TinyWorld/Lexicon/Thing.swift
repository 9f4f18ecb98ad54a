/// Something that has a kind and, where one comes to mind at once, a colour.
public struct Thing: Sendable, Hashable {
    public let word: Bilingual
    public let kind: Bilingual
    public let colour: Bilingual?

    init(_ english: String, _ chinese: String, _ kind: Bilingual, _ colour: Bilingual? = nil) {
        word = Bilingual(english, chinese)
        self.kind = kind
        self.colour = colour
    }
}
