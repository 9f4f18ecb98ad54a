internal import CCairo
public import Drawing

/// Makes files of scenes. The same scene gives the same bytes every time, in every process.
public struct Rendering: Sendable {
    public let fonts: FontLibrary

    public init(fonts: FontLibrary) { self.fonts = fonts }

    /// A PNG file.
    ///
    /// - Parameter scale: Pixels for a px of the scene; 2 gives 192 pixels an inch, which is written into the file.
    /// - Throws: ``RenderingError``: a character without a glyph, an impossible size, or no memory.
    public func png(_ scene: Scene, theme: Theme, scale: Double = 2) throws(RenderingError) -> [UInt8] {
        let bitmap = try bitmap(scene, theme: theme, scale: scale)
        // Of the picture as it became: its width is a whole number of pixels, and its width in mm is the scene's all the same.
        let resolution = 96 * Double(bitmap.width) / scene.drawnSize.width
        return try PNGEncoder(
            width: bitmap.width, height: bitmap.height, resolution: resolution, hasAlpha: bitmap.hasAlpha
        ).encode(bitmap.pixels)
    }

    /// The pixels that ``png(_:theme:scale:)`` writes, for whoever compares pictures.
    public func bitmap(_ scene: Scene, theme: Theme, scale: Double = 2) throws(RenderingError) -> Bitmap {
        let size = try checkedSize(scene, scale: scale)
        let width = size.width.rounded()
        let factor = width / scene.size.width
        let height = Int(max(1, (scene.size.height * factor).rounded()))
        let hasAlpha = scene.background == nil
        // SAFETY: the canvas takes over the only reference to the surface.
        let canvas = unsafe Canvas(
            surface: cairo_image_surface_create(hasAlpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, Int32(width), Int32(height)))
        try canvas.check("make a picture of \(Int(width)) × \(height) pixels")
        canvas.scale(by: factor)
        let painter = Painter(canvas, theme: theme, fonts: fonts, pixels: factor)
        try painter.draw(scene)
        try painter.canvas.check("draw the picture")
        return try Bitmap(painter.canvas, width: Int(width), height: height, hasAlpha: hasAlpha)
    }

    /// An SVG file whose text is outlines: it looks the same in every program.
    ///
    /// - Parameter unit: What the file gives its size in.
    public func svg(_ scene: Scene, theme: Theme, unit: LengthUnit = .pixels) throws(RenderingError) -> [UInt8] {
        _ = try checkedSize(scene, scale: 1)
        return Array(try OutlinedSVG(theme: theme, fonts: fonts).write(scene, unit: unit).utf8)
    }

    /// An SVG file whose text is text, with the address of every mark and the colours of both themes: see ``LiveSVG``.
    ///
    /// - Parameters:
    ///   - unit: What the file gives its size in.
    ///   - prefix: Put before the identifiers in the file; different for each of several drawings on one page.
    public func liveSVG(_ scene: Scene, unit: LengthUnit = .pixels, prefix: String) throws(RenderingError) -> [UInt8] {
        _ = try checkedSize(scene, scale: 1)
        do {
            let svg = try LiveSVG(measurer: fonts).write(scene, unit: unit, prefix: prefix, chinese: fonts.chineseName)
            return Array(svg.utf8)
        } catch { throw .undrawable(error) }
    }

    /// A PDF file of one page, in vectors, its text as outlines.
    public func pdf(_ scene: Scene, theme: Theme) throws(RenderingError) -> [UInt8] {
        let size = try checkedSize(scene, scale: 1)
        // A px is 1/96 and a point 1/72 of an inch.
        let unit = 72.0 / 96
        return unsafe try vector(scene, theme: theme, unit: unit) { write, sink in
            let surface = unsafe cairo_pdf_surface_create_for_stream(write, sink, size.width * unit, size.height * unit)
            unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, scene.title)
            unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, scene.description)
            // Otherwise Cairo writes the time of day, and no two files are the same.
            unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
            return unsafe surface
        }
    }

    private func vector(
        _ scene: Scene, theme: Theme, unit: Double,
        surface: (@escaping cairo_write_func_t, UnsafeMutableRawPointer) -> OpaquePointer?
    ) throws(RenderingError) -> [UInt8] {
        let sink = ByteSink()
        // SAFETY: the sink is alive until after `finish`, the last time that Cairo writes, by the use of it below; Cairo
        // returns an object for every surface, one that remembers the error where it failed.
        let canvas = unsafe Canvas(surface: surface(ByteSink.write, Unmanaged.passUnretained(sink).toOpaque())!)
        try canvas.check("make a page")
        canvas.scale(by: scene.magnification * unit)
        let painter = Painter(canvas, theme: theme, fonts: fonts)
        do throws(RenderingError) {
            try painter.draw(scene)
            try painter.canvas.check("draw the page")
        } catch {
            // Finished here, while the sink is alive, and not by the canvas's end after it.
            try? painter.canvas.finish("end the page")
            throw error
        }
        try painter.canvas.finish("write the page")
        return withExtendedLifetime(sink) { sink.bytes }
    }

    private func checkedSize(_ scene: Scene, scale: Double) throws(RenderingError) -> Size {
        let size = Size(width: scene.drawnSize.width * scale, height: scene.drawnSize.height * scale)
        // The most that an image surface of Cairo can have on a side.
        let possible = 1.0...32_767.0
        guard possible.contains(size.width), possible.contains(size.height) else {
            throw .impossibleSize(width: size.width, height: size.height)
        }
        return size
    }
}
