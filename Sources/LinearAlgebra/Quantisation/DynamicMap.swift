/// The 256 numbers of −1…1 that an 8-bit code stands for, dense near 0: the signed dynamic map of bitsandbytes (Dettmers 2016).
///
/// For each power of ten from 10⁻⁶ to 1 the interval from a tenth of it to itself is cut into equal pieces, 1 for the smallest and
/// twice as many for each next one, and the middle of every piece is in the map, with both signs; then 0, and 1.
enum DynamicMap {
    /// Ascending.
    static let numbers: [Float] = {
        var numbers: [Float] = [0, 1]
        for (exponent, power) in ([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1] as [Float]).enumerated() {
            let pieces = 1 << exponent
            let edges = (0...pieces).map { 0.1 + 0.9 * Double($0) / Double(pieces) }.map(Float.init)
            for (low, high) in zip(edges, edges.dropFirst()) {
                let middle = power * ((low + high) / 2)
                numbers += [middle, -middle]
            }
        }
        return numbers.sorted()
    }()

    /// The code of the number nearest to one of −1…1; of two that are equally near, the lower.
    static func code(of number: Float) -> UInt8 {
        var (low, high) = (0, 255)
        while high - low > 1 {
            let middle = (low + high) / 2
            if numbers[middle] <= number { low = middle } else { high = middle }
        }
        return UInt8(abs(number - numbers[high]) < abs(number - numbers[low]) ? high : low)
    }
}
