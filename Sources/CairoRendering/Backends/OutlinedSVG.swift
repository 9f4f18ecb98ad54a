internal import Drawing

/// Writes a scene as SVG for every program: text is outlines, colours are those of one theme.
///
/// Not Cairo's SVG surface, which writes the outline of a letter again wherever it stands, numbers its identifiers from
/// counters of the process and changes its text between versions. Here each glyph's outline is defined once, in the whole units
/// of its font, and used wherever it stands: a figure has a fifth of the bytes, and the same ones everywhere.
struct OutlinedSVG {
    let theme: Theme
    let fonts: FontLibrary

    /// - Throws: ``RenderingError/undrawable(_:)``.
    func write(_ scene: Scene, unit: LengthUnit) throws(RenderingError) -> String {
        var writer = Writer(theme: theme, fonts: fonts)
        if let background = scene.background {
            writer.body += "<path\(writer.fill(background)) d=\"\(SVGPath.pixels.data(Path(Rectangle(size: scene.size))))\"/>\n"
        }
        try writer.write(scene.elements, at: .zero)
        let drawn = scene.drawnSize
        var svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        // The older name of `href` is the one that all programs know. Corners are as pointed as Cairo draws them.
        svg += "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\""
        svg += " stroke-miterlimit=\"10\""
        svg +=
            " xml:lang=\"\(scene.language.rawValue)\" width=\"\(unit.text(drawn.width))\" height=\"\(unit.text(drawn.height))\""
        svg += " viewBox=\"0 0 \(Coordinate.text(scene.size.width)) \(Coordinate.text(scene.size.height))\">\n"
        svg += "<title>\(XML.escaped(scene.title))</title>\n<desc>\(XML.escaped(scene.description))</desc>\n"
        if !writer.definitions.isEmpty { svg += "<defs>\n\(writer.definitions)</defs>\n" }
        return svg + writer.body + "</svg>\n"
    }

    private struct Writer {
        let theme: Theme
        let fonts: FontLibrary
        var body = ""
        var definitions = ""
        private var glyphs: [ShapedLine.GlyphName: String] = [:]
        private var clips: [String: String] = [:]

        init(theme: Theme, fonts: FontLibrary) {
            self.theme = theme
            self.fonts = fonts
        }

        mutating func write(_ elements: [Element], at offset: Point) throws(RenderingError) {
            for element in elements {
                switch element {
                case .group(let group): try write(group.elements, at: offset + group.offset)
                case .shape(let shape): write(shape, at: offset)
                case .text(let run): try write(run, at: offset)
                case .cells(let grid): write(grid, at: offset)
                }
            }
        }

        // MARK: Paint

        func fill(_ paint: Paint) -> String { " fill=\"\(theme.colour(of: paint).hexadecimal)\"" }

        private func attributes(_ stroke: Stroke) -> String {
            var text = " stroke=\"\(theme.colour(of: stroke.paint).hexadecimal)\""
            if stroke.width != 1 { text += " stroke-width=\"\(Coordinate.text(stroke.width))\"" }
            if !stroke.dash.isEmpty {
                text += " stroke-dasharray=\"\(stroke.dash.map { Coordinate.text($0) }.joined(separator: " "))\""
            }
            switch stroke.cap {
            case .butt: break
            case .round: text += " stroke-linecap=\"round\" stroke-linejoin=\"round\""
            case .square: text += " stroke-linecap=\"square\""
            }
            return text
        }

        // MARK: Shapes

        private mutating func write(_ shape: Shape, at offset: Point) {
            let path = shape.path.moved(by: offset)
            let data = SVGPath.pixels.data(path)
            guard !data.isEmpty else { return }
            // Where nothing comes between fill and line, one element has both.
            let isOne = shape.hatch == nil || shape.stroke == nil
            let line = shape.stroke.map { attributes($0) } ?? ""
            if let fill = shape.fill { body += "<path\(self.fill(fill))\(isOne ? line : "") d=\"\(data)\"/>\n" }
            if let hatch = shape.hatch, let bounds = shape.path.bounds {
                let lines = SVGPath.pixels.data(hatch.lines(over: bounds).moved(by: offset))
                body +=
                    "<path clip-path=\"url(#\(clip(data)))\" fill=\"none\"\(attributes(Stroke(hatch.paint, width: hatch.width)))"
                body += " d=\"\(lines)\"/>\n"
            }
            if shape.stroke != nil, !isOne || shape.fill == nil { body += "<path fill=\"none\"\(line) d=\"\(data)\"/>\n" }
        }

        private mutating func clip(_ data: String) -> String {
            if let known = clips[data] { return known }
            let name = "c\(clips.count)"
            clips[data] = name
            definitions += "<clipPath id=\"\(name)\"><path d=\"\(data)\"/></clipPath>\n"
            return name
        }

        /// Cells of one colour are one path. Their edges are not smoothed, so that neighbours meet without a seam, as in a PNG.
        private mutating func write(_ grid: CellGrid, at offset: Point) {
            var cells: [Colour: Path] = [:]
            var order: [Colour] = []
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    guard let paint = grid.paint(row: row, column: column) else { continue }
                    let colour = theme.colour(of: paint)
                    if cells[colour] == nil { order.append(colour) }
                    cells[colour, default: Path()].append(Path(grid.rectangle(row: row, column: column).moved(by: offset)))
                }
            }
            guard !order.isEmpty else { return }
            body += "<g shape-rendering=\"crispEdges\">\n"
            for colour in order {
                body += "<path fill=\"\(colour.hexadecimal)\" d=\"\(SVGPath.pixels.data(cells[colour, default: Path()]))\"/>\n"
            }
            body += "</g>\n"
        }

        // MARK: Text

        private mutating func write(_ run: TextRun, at offset: Point) throws(RenderingError) {
            let line = fonts.line(run.text, run.font)
            if let character = line.undrawable { throw .undrawable(character) }
            let size = run.font.size
            let origin = run.origin + offset
            let shift = -run.anchorShare * line.width * size
            // The start of the baseline, in the direction of reading.
            let start =
                run.turn == .none ? Point(x: origin.x + shift, y: origin.y) : Point(x: origin.x, y: origin.y - shift)
            let turn = run.turn == .none ? "" : "rotate(-90)"
            var rest = line.glyphs[...]
            while let first = rest.first {
                // Glyphs of one scale and weight are a group.
                let units = first.name.unitsPerEm
                let part = rest.prefix { $0.name.unitsPerEm == units && $0.isEmboldened == first.isEmboldened }
                rest = rest[part.endIndex...]
                body += "<g\(fill(run.paint))"
                if first.isEmboldened {
                    let width = Coordinate.text(units * ShapedLine.emboldening)
                    body +=
                        " stroke=\"\(theme.colour(of: run.paint).hexadecimal)\" stroke-width=\"\(width)\" stroke-linejoin=\"round\""
                }
                body += " transform=\"translate(\(Coordinate.text(start.x)) \(Coordinate.text(start.y)))\(turn)"
                body += "scale(\(Self.factor(size / units)))\">"
                for glyph in part {
                    let (x, y) = (Int((glyph.origin.x * units).rounded()), Int((glyph.origin.y * units).rounded()))
                    body +=
                        "<use xlink:href=\"#\(name(of: glyph))\"\(x == 0 ? "" : " x=\"\(x)\"")\(y == 0 ? "" : " y=\"\(y)\"")/>"
                }
                body += "</g>\n"
            }
        }

        private mutating func name(of glyph: ShapedLine.Glyph) -> String {
            if let known = glyphs[glyph.name] { return known }
            let name = "g" + String(glyphs.count, radix: 36)
            glyphs[glyph.name] = name
            let units = glyph.name.unitsPerEm
            let outline = Path(
                glyph.outline.segments.map { segment in
                    switch segment {
                    case .move(let p): .move(p * units)
                    case .line(let p): .line(p * units)
                    case .cubic(let a, let b, let c): .cubic(a * units, b * units, c * units)
                    case .close: .close
                    }
                })
            definitions += "<path id=\"\(name)\" d=\"\(SVGPath.fontUnits.data(outline))\"/>\n"
            return name
        }

        /// Px in a unit of a font, to nine decimals: a line a metre long is then right to a thousandth of a px.
        private static func factor(_ x: Double) -> String {
            let digits = String(Int((x * 1e9).rounded()))
            var text = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
            text.insert(".", at: text.index(text.endIndex, offsetBy: -9))
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
            return text.hasPrefix("0.") ? String(text.dropFirst()) : text
        }
    }
}
