internal import CCairo
internal import Drawing

/// A surface and the pen that draws on it: the safe face of Cairo's context.
///
/// SAFETY of this file: `surface` and `context` are created by ``init(surface:)``'s callers and this type owns one reference
/// of each, released in deinit. Cairo never returns nil but an object that remembers an error, so every pointer is valid; the
/// error is read by ``check(_:)``.
@safe struct Canvas: ~Copyable {
    let surface: OpaquePointer
    let context: OpaquePointer

    /// Takes over the caller's reference to the surface.
    init(surface: OpaquePointer) {
        unsafe self.surface = surface
        unsafe context = cairo_create(surface)
    }

    deinit {
        unsafe cairo_destroy(context)
        unsafe cairo_surface_destroy(surface)
    }

    /// Throws the first error that happened since the canvas was made.
    func check(_ task: String) throws(RenderingError) {
        for status in unsafe [cairo_status(context), cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
            throw .drawing(status: Self.text(of: status), while: task)
        }
    }

    static func text(of status: cairo_status_t) -> String {
        // Cairo returns a constant string for every status.
        unsafe String(cString: cairo_status_to_string(status))
    }

    /// Ends the drawing and writes what is still held back.
    func finish(_ task: String) throws(RenderingError) {
        unsafe cairo_surface_finish(surface)
        let status = unsafe cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else { throw .drawing(status: Self.text(of: status), while: task) }
    }

    func scale(by factor: Double) { unsafe cairo_scale(context, factor, factor) }

    func setColour(_ colour: Colour) {
        unsafe cairo_set_source_rgb(context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
    }

    /// Adds a path to the one being built.
    func add(_ path: Path, at offset: Point) {
        for segment in path.segments {
            switch segment {
            case .move(let p): unsafe cairo_move_to(context, p.x + offset.x, p.y + offset.y)
            case .line(let p): unsafe cairo_line_to(context, p.x + offset.x, p.y + offset.y)
            case .cubic(let a, let b, let c):
                unsafe cairo_curve_to(
                    context, a.x + offset.x, a.y + offset.y, b.x + offset.x, b.y + offset.y, c.x + offset.x, c.y + offset.y)
            case .close: unsafe cairo_close_path(context)
            }
        }
    }

    /// Adds the outline of a glyph to the path being built.
    ///
    /// - Parameters:
    ///   - start: Where the glyph stands on its line, em.
    ///   - size: Px in an em.
    ///   - origin: Where the line begins.
    ///   - slant: How far it leans to the right for each em above the baseline.
    func add(_ outline: Path, from start: Point, size: Double, at origin: Point, turn: TextRun.Turn, slant: Double = 0) {
        func place(_ p: Point) -> (Double, Double) {
            let (x, y) = ((start.x + p.x - slant * (start.y + p.y)) * size, (start.y + p.y) * size)
            switch turn {
            case .none: return (origin.x + x, origin.y + y)
            case .upwards: return (origin.x + y, origin.y - x)
            }
        }
        for segment in outline.segments {
            switch segment {
            case .move(let p):
                let (x, y) = place(p)
                unsafe cairo_move_to(context, x, y)
            case .line(let p):
                let (x, y) = place(p)
                unsafe cairo_line_to(context, x, y)
            case .cubic(let a, let b, let c):
                let ((ax, ay), (bx, by), (cx, cy)) = (place(a), place(b), place(c))
                unsafe cairo_curve_to(context, ax, ay, bx, by, cx, cy)
            case .close: unsafe cairo_close_path(context)
            }
        }
    }

    func add(_ r: Rectangle) { unsafe cairo_rectangle(context, r.x, r.y, r.width, r.height) }

    func beginPath() { unsafe cairo_new_path(context) }
    func fill() { unsafe cairo_fill(context) }
    func fillKeepingPath() { unsafe cairo_fill_preserve(context) }
    func paint() { unsafe cairo_paint(context) }

    func stroke(_ stroke: Stroke) {
        unsafe cairo_set_line_width(context, stroke.width)
        switch stroke.cap {
        case .butt: unsafe cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
        case .round: unsafe cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        case .square: unsafe cairo_set_line_cap(context, CAIRO_LINE_CAP_SQUARE)
        }
        // A mitre at a sharp turn of a curve would point far out of the line; a round join never does.
        unsafe cairo_set_line_join(context, stroke.cap == .round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
        // Cairo copies the dashes; the array outlives the call.
        unsafe stroke.dash.withUnsafeBufferPointer { dashes in
            unsafe cairo_set_dash(context, dashes.baseAddress, Int32(dashes.count), 0)
        }
        unsafe cairo_stroke(context)
    }

    /// Draws with everything outside the path that was built left untouched.
    func clipped(_ draw: () -> Void) {
        unsafe cairo_save(context)
        unsafe cairo_clip(context)
        draw()
        unsafe cairo_restore(context)
    }
}
