internal import CZlib
internal import Drawing

/// Writes pixels as a PNG file: the same pixels give the same bytes, and the resolution is in the file.
///
/// Source: PNG (Portable Network Graphics) Specification, third edition, W3C 2025, sections 5 (structure), 9 (filters), 11.3.4.3 (pHYs).
struct PNGEncoder {
    let width: Int
    let height: Int
    /// Pixels an inch.
    let resolution: Double
    let hasAlpha: Bool

    /// On figures a quarter of the bytes less than level 1 with the filter that takes differences of rows, in the same time. Level 6
    /// saves another tenth and takes more than twice as long.
    private static let level: Int32 = 3

    private var channels: Int { hasAlpha ? 4 : 3 }

    /// - Parameter pixels: Rows of red, green, blue and, where there is one, alpha, a byte each, row after row.
    func encode(_ pixels: [UInt8]) throws(RenderingError) -> [UInt8] {
        precondition(pixels.count == width * height * channels)
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        append("IHDR", bytes(width) + bytes(height) + [8, hasAlpha ? 6 : 2, 0, 0, 0], to: &file)
        append("sRGB", [0], to: &file)
        let perMetre = Int((resolution / 0.0254).rounded())
        append("pHYs", bytes(perMetre) + bytes(perMetre) + [1], to: &file)
        append("IDAT", try compressed(filtered(pixels)), to: &file)
        append("IEND", [], to: &file)
        return file
    }

    /// Each row as it is (filter 0): the same letters and the same cells come again and again in a figure, and differences between
    /// rows would make each of them another one wherever something else stands above it.
    private func filtered(_ pixels: [UInt8]) -> [UInt8] {
        let stride = width * channels
        var output: [UInt8] = []
        output.reserveCapacity((stride + 1) * height)
        for row in 0..<height {
            output.append(0)
            output += pixels[row * stride..<(row + 1) * stride]
        }
        return output
    }

    private func compressed(_ data: [UInt8]) throws(RenderingError) -> [UInt8] {
        var size = compressBound(UInt(data.count))
        var code = Z_OK
        let result = unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
            // Both buffers outlive the call; `size` is the capacity of the output and becomes what was written.
            code = unsafe data.withUnsafeBufferPointer { input in
                unsafe compress2(output.baseAddress, &size, input.baseAddress, UInt(input.count), Self.level)
            }
            count = code == Z_OK ? Int(size) : 0
        }
        guard code == Z_OK else { throw .compression(code: Int(code)) }
        return result
    }

    private func append(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
        let body = Array(type.utf8) + data
        // The buffer outlives the call, which only reads it.
        let sum = unsafe body.withUnsafeBufferPointer { unsafe crc32(0, $0.baseAddress, UInt32($0.count)) }
        file += bytes(data.count) + body + bytes(Int(sum))
    }

    /// Four bytes, the highest first.
    private func bytes(_ n: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: n >> $0) } }
}
