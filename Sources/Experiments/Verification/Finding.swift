public import Recordings

/// What a check found out so far.
public struct Finding: Sendable {
    /// The deviation that is largest by what rounding allows there.
    public struct Deviation: Codable, Sendable, Hashable {
        /// How far a number is from what it should be.
        public let deviation: Double
        /// How far rounding may bring it.
        public let bound: Double
        /// Where: an address.
        public let address: String
    }

    /// How many things were compared.
    public private(set) var compared = 0
    public private(set) var worst: Deviation?
    /// The first thing that does not hold.
    public private(set) var failure: String?
    /// Why something could not be looked at.
    public private(set) var obstacle: String?

    public init() {}

    /// Compares a number with what it should be.
    ///
    /// - Parameters:
    ///   - deviation: The distance between both.
    ///   - bound: How far rounding may bring it.
    ///   - address: Where.
    public mutating func compare(_ deviation: Double, bound: Double, at address: @autoclosure () -> Address) {
        compared += 1
        let isWorst = worst.map { deviation * $0.bound > $0.deviation * bound || !deviation.isFinite } ?? true
        if isWorst { worst = Deviation(deviation: deviation, bound: bound, address: address().description) }
        // Not a number is never within bounds.
        if !(deviation <= bound), failure == nil {
            failure = "\(address()) deviates by \(deviation), and rounding explains no more than \(bound)"
        }
    }

    /// Compares numbers bit for bit.
    public mutating func compareBits(_ a: [Float], _ b: [Float], _ what: String, at address: @autoclosure () -> Address) {
        compared += 1
        guard let difference = NumberDifference(a, b), failure == nil else { return }
        failure =
            "\(address()) is \(difference.a) at element \(difference.element) where \(what) \(difference.b); "
            + "\(difference.count) of \(a.count) numbers differ"
    }

    /// Requires something.
    public mutating func require(_ holds: Bool, _ problem: @autoclosure () -> String) {
        compared += 1
        if !holds, failure == nil { failure = problem() }
    }

    /// Notes that something could not be looked at.
    public mutating func skip(_ reason: String) { obstacle = obstacle ?? reason }

    mutating func fail(_ problem: String) { failure = failure ?? problem }
}

/// Where two lists of numbers first differ, bit for bit, and by how much.
public struct NumberDifference: Codable, Sendable, Hashable {
    /// The first element that differs, counted through rows and columns.
    public let element: Int
    /// Its two values, as they are written: JSON has no infinity.
    public let a: String
    public let b: String
    /// How many elements differ.
    public let count: Int
    /// The largest distance between two elements; `nil` if one of them is not a number.
    public let largest: Double?

    /// `nil` if they are equal bit for bit.
    init?(_ a: [Float], _ b: [Float]) {
        guard a.count == b.count else {
            (element, self.a, self.b) = (min(a.count, b.count), "\(a.count) numbers", "\(b.count) numbers")
            (count, largest) = (max(a.count, b.count), nil)
            return
        }
        var (first, count, largest) = (-1, 0, 0.0)
        for index in a.indices where a[index].bitPattern != b[index].bitPattern {
            if first < 0 { first = index }
            count += 1
            let distance = abs(Double(a[index]) - Double(b[index]))
            largest = distance.isNaN ? .nan : max(distance, largest)
        }
        guard first >= 0 else { return nil }
        (element, self.a, self.b, self.count) = (first, "\(a[first])", "\(b[first])", count)
        self.largest = largest.isFinite ? largest : nil
    }
}
