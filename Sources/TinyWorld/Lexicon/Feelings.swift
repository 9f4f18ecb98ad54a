/// Feelings, in pairs of opposites, the pleasant one first.
enum Feelings {
    static let pairs = [
        OppositePair("joy", "喜悦", against: "sorrow", "悲伤"),
        OppositePair("hope", "希望", against: "despair", "绝望"),
        OppositePair("love", "爱", against: "hate", "恨"),
        OppositePair("calm", "平静", against: "worry", "担忧"),
    ]

    /// What kind of thing a feeling is.
    static let kind = Bilingual("feeling", "感受")
}
