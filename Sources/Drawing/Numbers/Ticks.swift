/// The numbers an axis is marked at.
public struct Ticks: Hashable, Sendable {
    public var values: [Double]
    public var labels: [String]

    public init(values: [Double], labels: [String]) {
        precondition(values.count == labels.count)
        self.values = values
        self.labels = labels
    }

    /// Round numbers inside a range: steps of 1, 2 or 5 times a power of ten, about `count` of them.
    public static func linear(_ range: ClosedRange<Double>, count: Int = 5) -> Ticks {
        let width = range.upperBound - range.lowerBound
        guard width > 0, width.isFinite, count > 0 else {
            return Ticks(values: [range.lowerBound], labels: [NumberFormat.significant(range.lowerBound, digits: 3)])
        }
        var (decade, rough) = (0, width / Double(count))
        while rough >= 10 {
            rough /= 10
            decade += 1
        }
        while rough < 1 {
            rough *= 10
            decade -= 1
        }
        let factor = rough < 1.5 ? 1.0 : rough < 3.5 ? 2.0 : rough < 7.5 ? 5.0 : 10.0
        if factor == 10 { decade += 1 }
        let digit = factor == 10 ? 1.0 : factor
        // The step as a fraction of whole numbers, so that 3 × 0.1 is the number nearest to 0.3.
        func value(_ n: Double) -> Double {
            decade < 0 ? n * digit / Elementary.powerOfTen(-decade) : n * digit * Elementary.powerOfTen(decade)
        }
        let slack = 1e-9
        let first = (range.lowerBound / value(1) - slack).rounded(.up)
        let last = (range.upperBound / value(1) + slack).rounded(.down)
        let values = stride(from: first, through: last, by: 1).map(value)
        let isPlain = values.allSatisfy { abs($0) < 1e6 } && decade >= -4
        return Ticks(
            values: values,
            labels: values.map { v in
                if v == 0 { return "0" }
                return isPlain
                    ? (decade >= 0 ? NumberFormat.whole(Int(v.rounded())) : NumberFormat.fixed(v, decimals: -decade))
                    : NumberFormat.scientific(v, digits: 2)
            })
    }

    /// Powers of ten inside a range of positive numbers, with 2 and 5 times them where they are few.
    public static func logarithmic(_ range: ClosedRange<Double>) -> Ticks {
        precondition(range.lowerBound > 0, "a logarithmic axis has no zero")
        func values(_ digits: [Double]) -> [Double] {
            var (power, result) = (-30, [Double]())
            while power <= 30 {
                result += digits.map { $0 * Elementary.powerOfTen(power) }
                power += 1
            }
            let slack = 1 + 1e-9
            return result.filter { $0 * slack >= range.lowerBound && $0 <= range.upperBound * slack }
        }
        var chosen = values([1])
        if chosen.count < 3 { chosen = values([1, 2, 5]) }
        if chosen.count > 7 {
            let every = (chosen.count + 6) / 7
            chosen = chosen.enumerated().filter { $0.offset % every == 0 }.map(\.element)
        }
        return Ticks(
            values: chosen,
            labels: chosen.map { v in
                v >= 1 && v < 1e7
                    ? NumberFormat.whole(Int(v.rounded()))
                    : v >= 1e-4 && v < 1 ? NumberFormat.significant(v, digits: 1) : NumberFormat.scientific(v, digits: 1)
            })
    }
}
