/// Numbers as a line of blocks, the lowest for the smallest.
enum Sparkline {
    static let blocks = Array("▁▂▃▄▅▆▇█")

    /// One block a number. What is not finite is a gap.
    static func text(_ numbers: some Collection<Double>) -> String {
        let finite = numbers.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return "" }
        return String(
            numbers.map { number in
                guard number.isFinite else { return " " }
                let share = high > low ? (number - low) / (high - low) : 0
                return blocks[min(blocks.count - 1, Int(share * Double(blocks.count)))]
            })
    }
}
