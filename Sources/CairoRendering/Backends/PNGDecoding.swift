internal import CCairo

extension Bitmap {
    /// The pixels of a PNG file.
    ///
    /// - Throws: ``RenderingError/drawing(status:while:)`` if the bytes are not a PNG file, or not a whole one.
    public init(png file: [UInt8]) throws(RenderingError) {
        let source = ByteSource(file)
        // SAFETY: Cairo reads during the call alone, and `source` is alive until after it by the use below; the canvas takes over
        // the only reference to the surface, which is an object even where the reading failed.
        let surface = unsafe cairo_image_surface_create_from_png_stream(
            ByteSource.read, Unmanaged.passUnretained(source).toOpaque())!
        let canvas = unsafe Canvas(surface: surface)
        let size = withExtendedLifetime(source) {
            unsafe (Int(cairo_image_surface_get_width(surface)), Int(cairo_image_surface_get_height(surface)))
        }
        try canvas.check("read a PNG file")
        let hasAlpha = unsafe cairo_image_surface_get_format(surface) == CAIRO_FORMAT_ARGB32
        try self.init(canvas, width: size.0, height: size.1, hasAlpha: hasAlpha)
    }
}

/// Gives Cairo what it reads.
private final class ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Cairo's callback. `closure` is the source, unretained: whoever reads with it keeps the source alive during the call.
    static let read: cairo_read_func_t = { closure, data, length in
        guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_READ_ERROR }
        let source = unsafe Unmanaged<ByteSource>.fromOpaque(closure).takeUnretainedValue()
        let count = Int(length)
        guard source.position + count <= source.bytes.count else { return CAIRO_STATUS_READ_ERROR }
        for index in 0..<count { unsafe data[index] = source.bytes[source.position + index] }
        source.position += count
        return CAIRO_STATUS_SUCCESS
    }
}
