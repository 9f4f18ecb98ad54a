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
    ///   - capacity: For how many there is room. At least two are shown, the first and the last.
    public init(count: Int, capacity: Int) {
        guard count > max(capacity, 2) else {
            (shown, gap, omitted) = (Array(0..<count), nil, 0)
            return
        }
        let kept = max(capacity, 2)
        let head = (kept + 1) / 2
        shown = Array(0..<head) + Array((count - (kept - head))..<count)
        gap = head
        omitted = count - kept
    }

    /// `… 12 more heads`, `……另有 12 个注意力头`; nil where nothing is left out.
    ///
    /// - Parameter noun: The plural in English, the measure word and noun in Chinese: `heads`, `个注意力头`.
    public func note(_ noun: Localised) -> Localised? {
        guard omitted > 0 else { return nil }
        let number = NumberFormat.whole(omitted)
        return Localised(en: "… \(number) more \(noun.en)", zhHans: "……另有 \(number) \(noun.zhHans)")
    }
}
