internal import RandomStreams

/// Items divided into parts that share no key.
public struct Split: Sendable {
    /// What tuning sees: a third of the keys.
    public let train: [Item]
    /// What choices are made by.
    public let validation: [Item]
    /// What is reported.
    public let test: [Item]

    /// The same items in every part, for what has no rule by which one could tell the held-out from the seen.
    init(repeating items: [Item]) { (train, validation, test) = (items, items, items) }

    /// Shuffles the keys and gives each part a third of them. An item is in a part when all its keys are; one whose keys lie in
    /// different parts is in none.
    ///
    /// - Parameters:
    ///   - largest: The most items of a part, drawn from all of the part.
    init(of items: [Item], largest: Int, by stream: inout RandomStream) {
        var seen: Set<String> = []
        let keys = stream.shuffled(items.flatMap(\.keys).filter { seen.insert($0).inserted })
        let part = Dictionary(
            uniqueKeysWithValues: keys.enumerated().map { index, key in (key, index * 3 / keys.count) })
        var parts: [[Item]] = [[], [], []]
        for item in stream.shuffled(items) {
            let places = Set(item.keys.map { part[$0, default: 0] })
            guard let place = places.first, places.count == 1, parts[place].count < largest else { continue }
            parts[place].append(item)
        }
        (train, validation, test) = (parts[0], parts[1], parts[2])
    }
}
