internal import Foundation

extension RandomStream {
    /// A number drawn uniformly from [0, 1), a multiple of 2⁻²⁴.
    public mutating func uniform() -> Float {
        Float(next32() >> 8) * 0x1p-24
    }

    /// A whole number drawn uniformly from `0..<bound`, without bias (Lemire 2019, with rejection).
    ///
    /// - Precondition: `bound > 0`.
    public mutating func integer(below bound: Int) -> Int {
        let range = UInt64(bound)
        var (high, low) = range.multipliedFullWidth(by: next())
        if low < range {
            let threshold = (0 &- range) % range
            while low < threshold { (high, low) = range.multipliedFullWidth(by: next()) }
        }
        return Int(high)
    }

    /// A number drawn from the normal distribution with mean 0 and deviation 1 (Box and Muller 1958, the cosine branch).
    ///
    /// Computed in float64 and rounded once.
    public mutating func normal() -> Float {
        let radius = (-2 * log((Double(next32()) + 0.5) * 0x1p-32)).squareRoot()
        return Float(radius * cos(2 * .pi * (Double(next32()) + 0.5) * 0x1p-32))
    }

    /// One element, each as likely as another; `nil` of an empty collection.
    public mutating func element<C: RandomAccessCollection>(of choices: C) -> C.Element? {
        guard !choices.isEmpty else { return nil }
        return choices[choices.index(choices.startIndex, offsetBy: integer(below: choices.count))]
    }

    /// The elements in a random order (Fisher and Yates).
    public mutating func shuffled<S: Sequence>(_ elements: S) -> [S.Element] {
        var result = Array(elements)
        for last in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(last, integer(below: last + 1))
        }
        return result
    }
}
