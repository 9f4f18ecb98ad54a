internal import CHarfBuzz
internal import Drawing

/// A face, opened: what HarfBuzz knows of it.
///
/// The object is made immutable before anyone else sees it, and HarfBuzz allows immutable fonts to be used by several
/// threads at a time ("Object lifecycle" of its manual): hence `@unchecked Sendable`.
@safe final class Face: @unchecked Sendable {
    let file: FontFile
    /// Units of the font in one em.
    let unitsPerEm: Double
    /// How far the face reaches above and below the baseline, em.
    let ascent: Double
    let descent: Double
    private let font: OpaquePointer

    init(_ file: FontFile) throws(RenderingError) {
        // SAFETY of this file: `font` is created here, owned by this object alone and destroyed in deinit; the blob and the
        // face are kept alive by the references that HarfBuzz itself holds from the font to them. Every pointer handed to
        // HarfBuzz points at a local variable and is not kept beyond the call.
        guard let blob = unsafe hb_blob_create_from_file_or_fail(file.path) else {
            throw .missingFont(name: file.name, package: file.package, path: file.path)
        }
        defer { unsafe hb_blob_destroy(blob) }
        let face = unsafe hb_face_create(blob, UInt32(file.index))
        defer { unsafe hb_face_destroy(face) }
        guard unsafe hb_face_get_glyph_count(face) > 0 else { throw .unreadableFont(name: file.name, path: file.path) }
        guard let made = unsafe hb_font_create(face) else { throw .unreadableFont(name: file.name, path: file.path) }
        let units = unsafe Double(hb_face_get_upem(face))
        var extents = hb_font_extents_t()
        unsafe hb_font_get_h_extents(made, &extents)
        unsafe hb_font_make_immutable(made)
        self.file = file
        unsafe font = made
        unitsPerEm = units
        ascent = Double(extents.ascender) / units
        descent = -Double(extents.descender) / units
    }

    deinit { unsafe hb_font_destroy(font) }

    func hasGlyph(for scalar: Unicode.Scalar) -> Bool {
        var glyph: hb_codepoint_t = 0
        return unsafe hb_font_get_nominal_glyph(font, scalar.value, &glyph) != 0 && glyph != 0
    }

    /// One glyph of a shaped line, in units of the font.
    struct Placed {
        let glyph: UInt32
        let offset: Point
        let advance: Double
    }

    /// The glyphs of a text of one face and one script, from left to right.
    func shape(_ text: String, isChinese: Bool) -> [Placed] {
        let buffer = unsafe hb_buffer_create()
        defer { unsafe hb_buffer_destroy(buffer) }
        var text = text
        text.withUTF8 { bytes in
            // The bytes outlive the call, and HarfBuzz copies them.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe hb_buffer_add_utf8(buffer, characters.baseAddress, Int32(characters.count), 0, Int32(characters.count))
            }
        }
        unsafe hb_buffer_set_direction(buffer, HB_DIRECTION_LTR)
        unsafe hb_buffer_set_language(buffer, hb_language_from_string(isChinese ? "zh-hans" : "en", -1))
        // Guesses the script, which alone is not yet set, from the characters.
        unsafe hb_buffer_guess_segment_properties(buffer)
        unsafe hb_shape(font, buffer, nil, 0)
        var count: UInt32 = 0
        guard let infos = unsafe hb_buffer_get_glyph_infos(buffer, &count),
            let positions = unsafe hb_buffer_get_glyph_positions(buffer, &count)
        else { return [] }
        // Both arrays have `count` entries and live until the buffer is changed or destroyed, after this map.
        return (0..<Int(count)).map { index in
            let position = unsafe positions[index]
            return Placed(
                glyph: unsafe infos[index].codepoint, offset: Point(x: Double(position.x_offset), y: Double(position.y_offset)),
                advance: Double(position.x_advance))
        }
    }

    /// The outline of a glyph in units of the font, y upwards.
    func outline(of glyph: UInt32) -> Path {
        var path = Path()
        // The functions keep no pointer: `path` is lent for the duration of this one call.
        unsafe withUnsafeMutablePointer(to: &path) { pointer in
            unsafe hb_font_get_glyph_shape(font, glyph, OutlineFunctions.shared.functions, pointer)
        }
        return path
    }

    /// The room the ink of a glyph takes in units of the font, y upwards; nil for a space.
    func ink(of glyph: UInt32) -> Rectangle? {
        var extents = hb_glyph_extents_t()
        guard unsafe hb_font_get_glyph_extents(font, glyph, &extents) != 0, extents.width != 0, extents.height != 0 else {
            return nil
        }
        // HarfBuzz gives the upper left corner and a height that is negative.
        return Rectangle(
            x: Double(extents.x_bearing), y: Double(extents.y_bearing + extents.height), width: Double(extents.width),
            height: -Double(extents.height))
    }
}

/// The callbacks by which HarfBuzz draws an outline into a ``Path``. Without one for quadratic curves it makes cubic ones of
/// them, without loss.
@safe private final class OutlineFunctions: Sendable {
    static let shared = OutlineFunctions()
    // Immutable after init, and lives as long as the process: safe to share.
    nonisolated(unsafe) let functions: OpaquePointer

    private init() {
        let made = unsafe hb_draw_funcs_create()!
        // In each callback `data` is the pointer to a Path that `outline(of:)` passes in, valid for the length of that call.
        unsafe hb_draw_funcs_set_move_to_func(
            made,
            { _, data, _, x, y, _ in
                unsafe data?.assumingMemoryBound(to: Path.self).pointee.move(to: Point(x: Double(x), y: Double(y)))
            }, nil, nil)
        unsafe hb_draw_funcs_set_line_to_func(
            made,
            { _, data, _, x, y, _ in
                unsafe data?.assumingMemoryBound(to: Path.self).pointee.line(to: Point(x: Double(x), y: Double(y)))
            }, nil, nil)
        unsafe hb_draw_funcs_set_cubic_to_func(
            made,
            { _, data, _, x1, y1, x2, y2, x3, y3, _ in
                unsafe data?.assumingMemoryBound(to: Path.self).pointee.cubic(
                    Point(x: Double(x1), y: Double(y1)), Point(x: Double(x2), y: Double(y2)),
                    to: Point(x: Double(x3), y: Double(y3)))
            }, nil, nil)
        unsafe hb_draw_funcs_set_close_path_func(
            made, { _, data, _, _ in unsafe data?.assumingMemoryBound(to: Path.self).pointee.close() }, nil, nil)
        unsafe hb_draw_funcs_make_immutable(made)
        unsafe functions = made
    }
}
