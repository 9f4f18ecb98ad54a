public import Drawing

/// Where two pictures differ.
public struct BitmapDifference: Sendable {
    /// The size of what is compared: as much as the larger of the two has.
    public let width: Int
    public let height: Int
    /// How many pixels differ.
    public let count: Int
    /// The smallest rectangle that holds them, in pixels; nil where nothing differs.
    public let bounds: Rectangle?
    /// Row after row, whether a pixel differs.
    private let mask: [Bool]
    private let ground: Bitmap

    /// What only one of the two has room for differs.
    public init(_ old: Bitmap, _ new: Bitmap) {
        let (width, height) = (max(old.width, new.width), max(old.height, new.height))
        var mask = [Bool](repeating: false, count: width * height)
        var count = 0
        var (left, top, right, bottom) = (width, height, 0, 0)
        for y in 0..<height {
            for x in 0..<width where old.pixel(x, y) != new.pixel(x, y) {
                mask[y * width + x] = true
                count += 1
                (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x + 1), max(bottom, y + 1))
            }
        }
        (self.width, self.height, self.count, self.mask, ground) = (width, height, count, mask, new)
        bounds =
            count > 0
            ? Rectangle(x: Double(left), y: Double(top), width: Double(right - left), height: Double(bottom - top)) : nil
    }

    /// Whether a pixel of a rectangle differs.
    public func touches(_ r: Rectangle) -> Bool {
        guard let bounds, bounds.overlaps(r) else { return false }
        let columns = max(0, Int(r.x.rounded(.down)))..<max(0, min(width, Int(r.right.rounded(.up))))
        for y in max(0, Int(r.y.rounded(.down)))..<max(0, min(height, Int(r.bottom.rounded(.up)))) {
            for x in columns where mask[y * width + x] { return true }
        }
        return false
    }

    /// The new picture, pale, with what differs in full red, as a PNG file.
    public func picture(scale: Double) throws(RenderingError) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                if mask[y * width + x] {
                    pixels += [0xD0, 0x10, 0x10]
                } else {
                    let word = ground.pixel(x, y) ?? 0
                    for shift in [24, 16, 8] as [UInt32] { pixels.append(0xC0 + UInt8(truncatingIfNeeded: word >> shift) / 4) }
                }
            }
        }
        return try PNGEncoder(width: width, height: height, resolution: 96 * scale, hasAlpha: false).encode(pixels)
    }
}

extension Bitmap {
    /// Red, green, blue and alpha, from the highest byte on; nil outside.
    fileprivate func pixel(_ x: Int, _ y: Int) -> UInt32? {
        guard x < width, y < height else { return nil }
        let start = (y * width + x) * (hasAlpha ? 4 : 3)
        let colour = UInt32(pixels[start]) << 24 | UInt32(pixels[start + 1]) << 16 | UInt32(pixels[start + 2]) << 8
        return colour | (hasAlpha ? UInt32(pixels[start + 3]) : 255)
    }
}
