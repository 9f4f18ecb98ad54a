public import Drawing
internal import Synchronization

/// The faces that figures are set in, and what text set in them measures.
///
/// Latin text is DejaVu Sans or Sans Mono, Chinese text WenQuanYi Micro Hei or, when asked for, Noto Sans CJK SC. A text is
/// cut where the script changes (see ``Itemisation``); within it nothing falls back to any other face, so that a figure looks
/// the same everywhere or is refused. Outlines come from the font files alone: neither FreeType's hinting nor the system's
/// font settings have a say.
///
/// Micro Hei has no bold face. Its bold is the regular outline with a line of 1/24 em drawn around it, which neither changes
/// the advance nor closes the counters of dense characters at label size. Noto's bold is a face of its own.
public final class FontLibrary: TextMeasurer {
    /// Which family draws Chinese.
    public enum Chinese: String, CaseIterable, Sendable {
        case microHei = "wenquanyi-micro-hei"
        case noto = "noto-sans-cjk-sc"
    }

    /// The files of all faces in use, for whoever states or checks their hashes.
    public var files: [FontFile] { Array(Set(faces.values.map(\.file))).sorted { ($0.path, $0.index) < ($1.path, $1.index) } }

    public let chinese: Chinese
    private let faces: [Slot: Face]
    private let cache = Mutex(Cache())

    /// What a face is for.
    private struct Slot: Hashable {
        let family: Font.Family
        let weight: Font.Weight
        let isChinese: Bool
    }

    private struct Cache {
        var lines: [LineKey: ShapedLine] = [:]
        var outlines: [GlyphKey: Path] = [:]
    }

    private struct LineKey: Hashable {
        let text: String
        let family: Font.Family
        let weight: Font.Weight
    }

    private struct GlyphKey: Hashable {
        let face: ObjectIdentifier
        let glyph: UInt32
    }

    /// Opens all faces.
    ///
    /// - Throws: ``RenderingError/missingFont(name:package:path:)`` with the package to install.
    public init(chinese: Chinese = .microHei) throws(RenderingError) {
        self.chinese = chinese
        var opened: [FontFile: Face] = [:]
        var faces: [Slot: Face] = [:]
        for (slot, file) in Self.table(chinese) {
            let face: Face
            if let known = opened[file] { face = known } else { face = try Face(file) }
            opened[file] = face
            faces[slot] = face
        }
        self.faces = faces
    }

    private static func table(_ chinese: Chinese) -> [(Slot, FontFile)] {
        let sans: FontFile
        let mono: FontFile
        let boldSans: FontFile
        let boldMono: FontFile
        switch chinese {
        case .microHei:
            sans = .microHei("WenQuanYi Micro Hei", index: 0)
            mono = .microHei("WenQuanYi Micro Hei Mono", index: 1)
            (boldSans, boldMono) = (sans, mono)
        case .noto:
            sans = .noto("Noto Sans CJK SC", file: "NotoSansCJK-Regular", index: 2)
            mono = .noto("Noto Sans Mono CJK SC", file: "NotoSansCJK-Regular", index: 7)
            boldSans = .noto("Noto Sans CJK SC Bold", file: "NotoSansCJK-Bold", index: 2)
            boldMono = .noto("Noto Sans Mono CJK SC Bold", file: "NotoSansCJK-Bold", index: 7)
        }
        return [
            (Slot(family: .sans, weight: .regular, isChinese: false), .dejaVu("DejaVu Sans", file: "DejaVuSans")),
            (Slot(family: .sans, weight: .bold, isChinese: false), .dejaVu("DejaVu Sans Bold", file: "DejaVuSans-Bold")),
            (Slot(family: .mono, weight: .regular, isChinese: false), .dejaVu("DejaVu Sans Mono", file: "DejaVuSansMono")),
            (Slot(family: .mono, weight: .bold, isChinese: false), .dejaVu("DejaVu Sans Mono Bold", file: "DejaVuSansMono-Bold")),
            (Slot(family: .sans, weight: .regular, isChinese: true), sans),
            (Slot(family: .sans, weight: .bold, isChinese: true), boldSans),
            (Slot(family: .mono, weight: .regular, isChinese: true), mono),
            (Slot(family: .mono, weight: .bold, isChinese: true), boldMono),
        ]
    }

    private func face(_ family: Font.Family, _ weight: Font.Weight, isChinese: Bool) -> Face {
        // `init` fills every slot, so the subscript finds one.
        faces[Slot(family: family, weight: weight, isChinese: isChinese)]!
    }

    /// The name of the face that sets Chinese text.
    var chineseName: String { face(.sans, .regular, isChinese: true).file.name }

    // MARK: Measuring

    public func metrics(of text: String, in font: Font) -> TextMetrics {
        let line = line(text, font)
        let s = font.size
        // What is above the baseline leans to the right, what is below to the left.
        let right = font.isSlanted ? max(0, -line.ink.y) * Font.slant : 0
        let left = font.isSlanted ? max(0, line.ink.bottom) * Font.slant : 0
        return TextMetrics(
            width: line.width * s, ascent: line.ascent * s, descent: line.descent * s,
            ink: Rectangle(
                x: (line.ink.x - left) * s, y: line.ink.y * s, width: (line.ink.width + left + right) * s,
                height: line.ink.height * s))
    }

    public func undrawable(in text: String, font: Font) -> UndrawableCharacter? { line(text, font).undrawable }

    private static func undrawable(
        in text: String, items: [Itemisation.Item], latin: Face, chinese: Face
    ) -> UndrawableCharacter? {
        for scalar in text.unicodeScalars {
            if TextSafety.isInvisible(scalar) { return UndrawableCharacter(scalar, in: text, reason: .control) }
            if TextSafety.isRightToLeft(scalar) { return UndrawableCharacter(scalar, in: text, reason: .rightToLeft) }
        }
        for item in items {
            let face = item.isChinese ? chinese : latin
            for scalar in item.text.unicodeScalars where !face.hasGlyph(for: scalar) {
                // A character of neither face is reported for both, which is what a reader needs to know.
                let names =
                    item.isChinese && Script.isChinese(scalar) ? chinese.file.name : "\(latin.file.name) or \(chinese.file.name)"
                let package =
                    item.isChinese && Script.isChinese(scalar)
                    ? chinese.file.package : "\(latin.file.package) or \(chinese.file.package)"
                return UndrawableCharacter(scalar, in: text, reason: .missingGlyph(font: names, package: package))
            }
        }
        return nil
    }

    // MARK: Drawing

    /// The glyphs of a line, shaped once and kept.
    func line(_ text: String, _ font: Font) -> ShapedLine {
        let key = LineKey(text: text, family: font.family, weight: font.weight)
        if let known = cache.withLock({ $0.lines[key] }) { return known }
        let latin = face(font.family, font.weight, isChinese: false)
        let chinese = face(font.family, font.weight, isChinese: true)
        let items = Itemisation.items(of: text, latin: latin, chinese: chinese)
        let line = ShapedLine(
            items: items, latin: latin, chinese: chinese, emboldensChinese: font.weight == .bold && self.chinese == .microHei,
            undrawable: Self.undrawable(in: text, items: items, latin: latin, chinese: chinese),
            outline: { self.outline(of: $0, in: $1) })
        cache.withLock { cache in
            // Numbers in cells make many lines; beyond this many the memory would cost more than shaping them again.
            if cache.lines.count > 20_000 { cache.lines.removeAll(keepingCapacity: true) }
            cache.lines[key] = line
        }
        return line
    }

    /// The outline of a glyph in em, y downwards, drawn once and kept.
    private func outline(of glyph: UInt32, in face: Face) -> Path {
        let key = GlyphKey(face: ObjectIdentifier(face), glyph: glyph)
        if let known = cache.withLock({ $0.outlines[key] }) { return known }
        let scale = 1 / face.unitsPerEm
        func em(_ p: Point) -> Point { Point(x: p.x * scale, y: -p.y * scale) }
        let path = Path(
            face.outline(of: glyph).segments.map { segment in
                switch segment {
                case .move(let p): .move(em(p))
                case .line(let p): .line(em(p))
                case .cubic(let a, let b, let c): .cubic(em(a), em(b), em(c))
                case .close: .close
                }
            })
        cache.withLock { $0.outlines[key] = path }
        return path
    }
}
