/// Which of many things are shown where not all have room: the first and the last, and how many are left out between.
public struct Elision: Hashable, Sendable {
    /// The indices that are shown, in order.
    public let shown: [Int]
    /// After how many of the shown the gap comes; nil where nothing is left out.
    public let gap: Int?
    /// How many are left out.
    public let omitted: Int

    /// - Parameters:
    ///   - count: How many there are.
    ///   - capacity: For how many there is room. The first is always shown, and the last where two are.
    public init(count: Int, capacity: Int) {
        guard count > max(capacity, 2) else {
            (shown, gap, omitted) = (Array(0..<count), nil, 0)
            return
        }
        // To leave out a single one would take as much room as to show it.
        let kept = count - max(capacity, 2) == 1 ? count - 2 : max(capacity, 2)
        let head = (kept + 1) / 2
        shown = Array(0..<head) + Array((count - (kept - head))..<count)
        gap = head
        omitted = count - kept
    }

    /// `… 12 more heads`, `……另有 12 个注意力头`; nil where nothing is left out.
    ///
    /// - Parameter noun: The plural in English, the measure word and noun in Chinese: `heads`, `个注意力头`.
    public func note(_ noun: Localised) -> Localised? { omitted > 0 ? Self.note(omitted: omitted, noun) : nil }

    /// The same for a count that is known.
    public static func note(omitted: Int, _ noun: Localised) -> Localised {
        let number = NumberFormat.whole(omitted)
        return Localised(en: "… \(number) more \(noun.en)", zhHans: "……另有 \(number) \(noun.zhHans)")
    }
}
