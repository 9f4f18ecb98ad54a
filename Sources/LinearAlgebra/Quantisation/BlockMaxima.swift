/// The largest absolute value of each block of 4-bit weights: as they are, or quantised themselves, "double quantisation" (Dettmers et
/// al. 2023, §3) as bitsandbytes does it.
enum BlockMaxima: Sendable, Hashable {
    case plain([Float])
    /// Each is `scale · map[code] + mean`, with one scale for 256 of them.
    case quantised(codes: [UInt8], scales: [Float], mean: Float)

    /// Maxima that share a scale.
    static let blockSize = 256

    /// Quantises maxima in 8 bits, around their mean.
    init(quantising maxima: [Float]) {
        let mean = maxima.isEmpty ? 0 : Float(maxima.reduce(0.0) { $0 + Double($1) } / Double(maxima.count))
        let centred = maxima.map { $0 - mean }
        var codes: [UInt8] = []
        var scales: [Float] = []
        codes.reserveCapacity(maxima.count)
        for start in stride(from: 0, to: centred.count, by: Self.blockSize) {
            let block = centred[start..<min(start + Self.blockSize, centred.count)]
            let largest = block.reduce(0) { max($0, abs($1)) }
            scales.append(largest)
            for number in block { codes.append(DynamicMap.code(of: largest > 0 ? number / largest : 0)) }
        }
        self = .quantised(codes: codes, scales: scales, mean: mean)
    }

    /// The maxima that weights are multiplied with.
    var numbers: [Float] {
        switch self {
        case .plain(let maxima): return maxima
        case .quantised(let codes, _, _): return codes.indices.map { self[$0] }
        }
    }

    /// The maximum that the weights of a block are multiplied with.
    subscript(block: Int) -> Float {
        switch self {
        case .plain(let maxima): return maxima[block]
        case .quantised(let codes, let scales, let mean):
            return DynamicMap.numbers[Int(codes[block])] * scales[block / Self.blockSize] + mean
        }
    }

    /// How many bytes they take.
    var byteCount: Int {
        switch self {
        case .plain(let maxima): maxima.count * MemoryLayout<Float>.size
        case .quantised(let codes, let scales, _): codes.count + (scales.count + 1) * MemoryLayout<Float>.size
        }
    }
}
