public import Foundation
public import Interchange

/// How far two files of tensors lie apart, name by name.
///
/// What counts as agreement, for a tolerance t and a tensor whose largest number in the first file is m:
/// - integers agree exactly;
/// - a gradient agrees within t · m, and within the rounding noise of the whole model, 10⁻⁷ of its largest gradient;
/// - everything else agrees within t · max(1, m).
///
/// NaN never agrees. Two things are not compared: of `logits`, `hidden/i` and `attention/i`, rows at padding, where both files have an
/// `attention_mask`; and of parameters after steps, elements whose gradient is rounding noise in either file, for AdamW divides by
/// its size, so that chance decides where they go. An element whose gradient is exactly 0 in both is compared.
public struct TensorComparison: Sendable, Encodable {
    public let tolerance: Double
    /// The names in both files, what differs most first.
    public let entries: [Entry]
    /// Names that the second file lacks.
    public let onlyInFirst: [String]
    public let onlyInSecond: [String]
    /// Elements of parameters after steps that are left to chance.
    public let noiseElements: Int

    public struct Entry: Sendable, Encodable {
        public let name: String
        /// Why the numbers cannot be compared; `nil` where they can.
        public let mismatch: String?
        /// The largest |a − b|; of integers, where they differ. `nil` for one that is infinite or not a number.
        public let absolute: Double?
        /// That, over the largest |a| of the tensor.
        public let relative: Double?
        /// Where it is, axis by axis; `nil` where nothing differs.
        public let index: [Int]?
        public let compared: Int
        public let agrees: Bool
        /// What the difference is as a multiple of what is allowed.
        let excess: Double

        enum CodingKeys: CodingKey { case name, mismatch, absolute, relative, index, compared, agrees }
    }

    /// Whether every name of the first file is in the second and agrees.
    public var agrees: Bool { onlyInFirst.isEmpty && entries.allSatisfy(\.agrees) }

    /// What the rounding of a gradient is at most, as a share of the model's largest.
    static let noiseShare = 1e-7

    /// Reads and compares two files.
    ///
    /// - Throws: An error that names the file which cannot be read.
    public init(_ first: URL, _ second: URL, tolerance: Double) throws(InterchangeError) {
        let (a, b) = (try SafetensorsFile(reading: first), try SafetensorsFile(reading: second))
        let names = Set(a.tensors.keys).intersection(b.tensors.keys)
        let rows = try TokenMask(a, b)
        let (largestA, largestB) = (try a.largestGradient(), try b.largestGradient())
        var entries: [Entry] = []
        var noise = 0
        for name in names.sorted() {
            let (left, right) = (try a.tensor(name), try b.tensor(name))
            guard left.shape == right.shape else {
                entries.append(Entry(name, mismatch: "shapes differ: \(left.shape) and \(right.shape)"))
                continue
            }
            guard left.elementType.isFloat == right.elementType.isFloat else {
                entries.append(
                    Entry(name, mismatch: "types differ: \(left.elementType.rawValue) and \(right.elementType.rawValue)"))
                continue
            }
            guard left.elementType.isFloat else {
                entries.append(Entry(name, integers: try left.wideIntegers(), try right.wideIntegers(), shape: left.shape))
                continue
            }
            let (x, y) = (try a.floats(name), try b.floats(name))
            var isCounted = rows?.counted(name, shape: left.shape)
            if let parameter = name.parameterAfterSteps, let g = a.tensors["gradient/\(parameter)"],
                let h = b.tensors["gradient/\(parameter)"], g.shape == left.shape, h.shape == left.shape,
                g.elementType.isFloat, h.elementType.isFloat
            {
                let (g, h) = (try a.floats("gradient/\(parameter)"), try b.floats("gradient/\(parameter)"))
                let counted = x.indices.map { index in
                    // A number that is none is never chance.
                    !x[index].isFinite || !y[index].isFinite || (g[index] == 0 && h[index] == 0)
                        || !(Double(abs(g[index])) < Self.noiseShare * largestA
                            || Double(abs(h[index])) < Self.noiseShare * largestB)
                }
                noise += counted.count { !$0 }
                isCounted = counted
            }
            let isGradient = name.hasPrefix("gradient/")
            entries.append(
                Entry(
                    name, x, y, shape: left.shape, isCounted: isCounted, tolerance: tolerance,
                    floor: isGradient ? 0 : 1, noise: isGradient ? Self.noiseShare * max(largestA, largestB) : 0))
        }
        self.tolerance = tolerance
        self.entries = entries.sorted { ($1.excess, $0.name) < ($0.excess, $1.name) }
        onlyInFirst = a.names.filter { !names.contains($0) }
        onlyInSecond = b.names.filter { !names.contains($0) }
        noiseElements = noise
    }
}

extension TensorComparison.Entry {
    fileprivate init(_ name: String, mismatch: String) {
        self.init(
            name: name, mismatch: mismatch, absolute: nil, relative: nil, index: nil, compared: 0, agrees: false,
            excess: .infinity)
    }

    fileprivate init(_ name: String, integers a: [Int], _ b: [Int], shape: [Int]) {
        var (worst, place): (UInt, Int?) = (0, nil)
        for index in a.indices {
            // Exact even between the ends of 64 bits.
            let distance = UInt(bitPattern: max(a[index], b[index])) &- UInt(bitPattern: min(a[index], b[index]))
            if distance > worst { (worst, place) = (distance, index) }
        }
        let largest = a.reduce(UInt(0)) { max($0, $1.magnitude) }
        self.init(
            name: name, mismatch: nil, absolute: Double(worst), relative: Double(worst) / Double(max(1, largest)),
            index: place.map { shape.position(of: $0) }, compared: a.count, agrees: worst == 0,
            excess: worst == 0 ? 0 : .infinity)
    }

    /// - Parameters:
    ///   - floor: The least that the tolerance is a share of.
    ///   - noise: A difference that is allowed whatever the tolerance.
    fileprivate init(
        _ name: String, _ a: [Float], _ b: [Float], shape: [Int], isCounted: [Bool]?, tolerance: Double, floor: Double,
        noise: Double
    ) {
        var (worst, place, largest, compared) = (0.0, Int?.none, 0.0, 0)
        for index in a.indices where isCounted?[index] ?? true {
            compared += 1
            let (x, y) = (Double(a[index]), Double(b[index]))
            if x.isFinite { largest = max(largest, abs(x)) }
            // Two infinities of one sign are the same; a number that is none is the same as nothing.
            let distance = x == y ? 0 : x.isFinite && y.isFinite ? abs(x - y) : .infinity
            if distance > worst { (worst, place) = (distance, index) }
        }
        let allowed = max(tolerance * max(floor, largest), noise)
        self.init(
            name: name, mismatch: nil, absolute: worst.isFinite ? worst : nil,
            relative: !worst.isFinite ? nil : worst == 0 ? 0 : largest > 0 ? worst / largest : nil,
            index: place.map { shape.position(of: $0) }, compared: compared, agrees: worst <= allowed,
            excess: worst == 0 ? 0 : allowed > 0 ? worst / allowed : .infinity)
    }
}

/// Which rows of padded tensors stand for tokens in both files.
private struct TokenMask {
    let isToken: [Bool]
    let rowCount: Int
    let columnCount: Int

    /// `nil` where one of the files has no mask, or the masks are of different shapes.
    init?(_ a: SafetensorsFile, _ b: SafetensorsFile) throws(InterchangeError) {
        let name = "attention_mask"
        guard let mask = a.tensors[name], mask.shape.count == 2, b.tensors[name]?.shape == mask.shape,
            mask.elementType.isFloat == false, b.tensors[name]?.elementType.isFloat == false
        else { return nil }
        let (x, y) = (try a.integers(name), try b.integers(name))
        isToken = zip(x, y).map { $0 != 0 && $1 != 0 }
        (rowCount, columnCount) = (mask.shape[0], mask.shape[1])
    }

    /// Which elements count of `logits` and `hidden/i` `[B, R, …]` and of `attention/i` `[B, H, R, K]`: those in rows of tokens, and in
    /// the R − T rows of virtual tokens. `nil` for all of any other tensor.
    func counted(_ name: String, shape: [Int]) -> [Bool]? {
        let rowAxis: Int
        switch (name.split(separator: "/").first, shape.count) {
        case ("logits", 3), ("hidden", 3): rowAxis = 1
        case ("attention", 4): rowAxis = 2
        default: return nil
        }
        let rows = shape[rowAxis]
        let front = rows - columnCount
        guard shape[0] == rowCount, front >= 0 else { return nil }
        let (inner, outer) = (shape[(rowAxis + 1)...].reduce(1, *), shape[1..<rowAxis].reduce(1, *))
        var counted: [Bool] = []
        for sequence in 0..<rowCount {
            for _ in 0..<outer {
                for row in 0..<rows {
                    let isCounted = row < front || isToken[sequence * columnCount + row - front]
                    counted.append(contentsOf: repeatElement(isCounted, count: inner))
                }
            }
        }
        return counted
    }
}

extension SafetensorsFile {
    /// The largest finite |gradient| of all parameters, 0 without gradients.
    fileprivate func largestGradient() throws(InterchangeError) -> Double {
        var largest: Float = 0
        for name in names where name.hasPrefix("gradient/") && tensors[name]?.elementType.isFloat == true {
            for number in try floats(name) where number.isFinite { largest = max(largest, abs(number)) }
        }
        return Double(largest)
    }
}

extension Tensor {
    /// The numbers of a tensor of integers of any width.
    fileprivate func wideIntegers() throws(InterchangeError) -> [Int] {
        guard elementType == .int64 else { return try integers().map(Int.init) }
        let bytes = [UInt8](bytes)
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            Int(bitPattern: UInt((0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[start + $1]) }))
        }
    }
}

extension String {
    /// The parameter in `after-N/parameter` or `step-N/parameter`.
    fileprivate var parameterAfterSteps: Substring? { wholeMatch(of: /(?:after|step)-[0-9]+\/(.+)/)?.1 }
}

extension [Int] {
    /// Axis by axis, where an element of a tensor of this shape lies.
    fileprivate func position(of index: Int) -> [Int] {
        var rest = index
        return reversed().map { length in
            defer { rest /= length }
            return rest % length
        }.reversed()
    }
}
