/// What the numbers of a value are like, in double precision.
public struct ValueStatistics: Hashable, Sendable {
    public let count: Int
    /// Over the numbers that are numbers; 0 if there are none.
    public let minimum: Double
    public let mean: Double
    public let maximum: Double
    /// √Σx².
    public let norm: Double
    /// How many are NaN or infinite; all else leaves them out.
    public let strangeCount: Int

    public init(_ numbers: some Sequence<Float>) {
        var (count, strange, sum, squares) = (0, 0, 0.0, 0.0)
        var (low, high) = (Double.infinity, -Double.infinity)
        for number in numbers {
            count += 1
            guard number.isFinite else {
                strange += 1
                continue
            }
            let x = Double(number)
            sum += x
            squares += x * x
            low = min(low, x)
            high = max(high, x)
        }
        let finite = count - strange
        self.count = count
        minimum = finite > 0 ? low : 0
        maximum = finite > 0 ? high : 0
        mean = finite > 0 ? sum / Double(finite) : 0
        norm = squares.squareRoot()
        strangeCount = strange
    }

    /// How many of the numbers fall into each of equally wide bins from the minimum to the maximum, which is in the last.
    public func histogram(_ numbers: some Sequence<Float>, bins: Int) -> [Int] {
        var result = [Int](repeating: 0, count: max(1, bins))
        let range = maximum - minimum
        for number in numbers where number.isFinite {
            let share = range > 0 ? (Double(number) - minimum) / range : 0
            result[min(result.count - 1, Int(share * Double(result.count)))] += 1
        }
        return result
    }
}
