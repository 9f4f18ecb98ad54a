internal import CCairo

/// A picture as bytes: red, green, blue and, where the ground is transparent, alpha, row after row from the top.
public struct Bitmap: Hashable, Sendable {
    public let width: Int
    public let height: Int
    public let hasAlpha: Bool
    public let pixels: [UInt8]

    init(_ canvas: borrowing Canvas, width: Int, height: Int, hasAlpha: Bool) throws(RenderingError) {
        let channels = hasAlpha ? 4 : 3
        // SAFETY: after a flush the data of an image surface may be read until it is drawn on again. It has `height` rows of
        // `stride` bytes, each beginning with `width` words of 32 bits, as Cairo lays out both formats.
        unsafe cairo_surface_flush(canvas.surface)
        guard let data = unsafe cairo_image_surface_get_data(canvas.surface) else {
            throw .drawing(status: "the picture has no data", while: "read the picture")
        }
        let stride = unsafe Int(cairo_image_surface_get_stride(canvas.surface))
        pixels = unsafe [UInt8](unsafeUninitializedCapacity: width * height * channels) { output, count in
            var to = 0
            for y in 0..<height {
                let row = unsafe UnsafeRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
                for x in 0..<width {
                    let word = unsafe row[x]
                    let alpha = word >> 24
                    for shift in [16, 8, 0] as [UInt32] {
                        let channel = word >> shift & 0xff
                        // Cairo keeps colours multiplied by alpha; a PNG does not.
                        let plain = !hasAlpha || alpha == 255 ? channel : alpha == 0 ? 0 : (channel * 255 + alpha / 2) / alpha
                        unsafe output[to] = UInt8(truncatingIfNeeded: min(plain, 255))
                        to += 1
                    }
                    if hasAlpha {
                        unsafe output[to] = UInt8(truncatingIfNeeded: alpha)
                        to += 1
                    }
                }
            }
            count = to
        }
        self.width = width
        self.height = height
        self.hasAlpha = hasAlpha
    }
}
