internal import Drawing

/// A line of text as glyphs, in em, so that one shaping serves every size.
struct ShapedLine: Sendable {
    struct Glyph: Sendable {
        /// Which glyph of which face it is.
        let name: GlyphName
        /// The outline in em from the glyph's own origin, y downwards.
        let outline: Path
        /// The place of the glyph's origin from the start of the baseline, em, y downwards.
        let origin: Point
        /// Whether its outline is thickened because its family has no bold face.
        let isEmboldened: Bool
    }

    /// A glyph of a face.
    struct GlyphName: Hashable, Sendable {
        let face: FontFile
        let glyph: UInt32
        /// Units of the face in one em: its outlines have whole ones.
        let unitsPerEm: Double
    }

    let glyphs: [Glyph]
    let width: Double
    let ascent: Double
    let descent: Double
    let ink: Rectangle
    /// The first character without a picture.
    let undrawable: UndrawableCharacter?

    /// The width of the line drawn around an emboldened outline, em.
    static let emboldening = 1.0 / 24

    init(
        items: [Itemisation.Item], latin: Face, chinese: Face, emboldensChinese: Bool, undrawable: UndrawableCharacter?,
        outline: (UInt32, Face) -> Path
    ) {
        self.undrawable = undrawable
        var glyphs: [Glyph] = []
        var x = 0.0
        var ink: Rectangle?
        for item in items {
            let face = item.isChinese ? chinese : latin
            let scale = 1 / face.unitsPerEm
            let isEmboldened = item.isChinese && emboldensChinese
            for placed in face.shape(item.text, isChinese: item.isChinese) {
                let origin = Point(x: x + placed.offset.x * scale, y: -placed.offset.y * scale)
                let shape = outline(placed.glyph, face)
                // A space has an advance and nothing to draw.
                if !shape.segments.isEmpty {
                    let name = GlyphName(face: face.file, glyph: placed.glyph, unitsPerEm: face.unitsPerEm)
                    glyphs.append(Glyph(name: name, outline: shape, origin: origin, isEmboldened: isEmboldened))
                }
                if let box = face.ink(of: placed.glyph) {
                    let here = Rectangle(
                        x: origin.x + box.x * scale, y: origin.y - box.bottom * scale, width: box.width * scale,
                        height: box.height * scale
                    ).grown(by: isEmboldened ? Self.emboldening / 2 : 0)
                    ink = ink?.union(here) ?? here
                }
                x += placed.advance * scale
            }
        }
        self.glyphs = glyphs
        width = x
        let faces = items.isEmpty ? [latin] : items.map { $0.isChinese ? chinese : latin }
        ascent = faces.map(\.ascent).max() ?? 0
        descent = faces.map(\.descent).max() ?? 0
        self.ink = ink ?? Rectangle(x: 0, y: 0, width: 0, height: 0)
    }
}
