/// One axis of a chart: the numbers it spans and where they are marked.
public struct Axis: Hashable, Sendable {
    public enum Scale: Hashable, Sendable { case linear, logarithmic }

    /// What is measured, with its unit.
    public var title: String
    public var range: ClosedRange<Double>
    public var scale: Scale
    public var ticks: Ticks

    /// - Parameter ticks: Round numbers where none are given.
    /// - Precondition: The range is finite, and positive for a logarithmic scale.
    public init(_ title: String, range: ClosedRange<Double>, scale: Scale = .linear, ticks: Ticks? = nil) {
        precondition(range.lowerBound.isFinite && range.upperBound.isFinite, "an axis needs a finite range")
        precondition(scale == .linear || range.lowerBound > 0, "a logarithmic axis has no zero")
        self.title = title
        // A range of one number still needs a length.
        self.range =
            range.lowerBound < range.upperBound
            ? range : range.lowerBound - abs(range.lowerBound) * 0.5...range.upperBound + max(abs(range.upperBound) * 0.5, 0.5)
        self.scale = scale
        self.ticks = ticks ?? (scale == .linear ? .linear(self.range) : .logarithmic(self.range))
    }

    /// An axis that shows all the numbers, its ends at round ones.
    ///
    /// - Parameter includesZero: Whether a linear axis reaches to zero.
    public static func covering(
        _ values: some Sequence<Double>, title: String, scale: Scale = .linear, includesZero: Bool = false
    ) -> Axis {
        let finite = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
        guard var low = finite.min(), var high = finite.max() else {
            return Axis(title, range: scale == .linear ? 0...1 : 1...10, scale: scale)
        }
        switch scale {
        case .linear:
            if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
            guard low < high else { return Axis(title, range: low...high) }
            let ticks = Ticks.linear(low...high).values
            guard ticks.count >= 2 else { return Axis(title, range: low...high) }
            let step = ticks[1] - ticks[0]
            // Ticks at and beyond the ends, from whole multiples of the step so that they stay round numbers.
            let (first, last) = ((low / step + 1e-9).rounded(.down) * step, (high / step - 1e-9).rounded(.up) * step)
            return Axis(title, range: first...last)
        case .logarithmic:
            var (first, last) = (-30, 30)
            while first < 30, Elementary.powerOfTen(first + 1) <= low * (1 + 1e-9) { first += 1 }
            while last > -30, Elementary.powerOfTen(last - 1) >= high * (1 - 1e-9) { last -= 1 }
            if first == last { last += 1 }
            return Axis(title, range: Elementary.powerOfTen(first)...Elementary.powerOfTen(last), scale: scale)
        }
    }

    /// Where a number lies between the ends, 0 to 1.
    public func share(of value: Double) -> Double {
        switch scale {
        case .linear: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            (Elementary.logarithm(max(value, .leastNormalMagnitude)) - Elementary.logarithm(range.lowerBound))
                / (Elementary.logarithm(range.upperBound) - Elementary.logarithm(range.lowerBound))
        }
    }
}
