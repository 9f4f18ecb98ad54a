/// Writes a scene as SVG for pages: text stays text, every mark keeps its address, and colours are CSS variables.
///
/// The file holds the light and the dark colours. It follows the reader's system, and a page may decide for it by
/// `data-theme="light"` or `"dark"` on any element around it. Each mark also has its light colour as an attribute, for
/// programs that know no CSS variables.
public struct LiveSVG: Sendable {
    public let measurer: any TextMeasurer

    public init(measurer: any TextMeasurer) { self.measurer = measurer }

    /// - Parameters:
    ///   - unit: What the file gives its size in.
    ///   - prefix: Put before the identifiers in the file; different for each of several drawings on one page.
    ///   - chinese: The name of the Chinese face; the page's own fonts stand in where a reader has not got it.
    /// - Throws: The first character that the figure's faces cannot draw. A browser would take any other face for it, and the
    ///   text would no longer have the room it was given.
    public func write(
        _ scene: Scene, unit: LengthUnit = .pixels, prefix: String = "figure", chinese: String = "WenQuanYi Micro Hei"
    ) throws(UndrawableCharacter) -> String {
        var writer = Writer(measurer: measurer, prefix: prefix)
        try writer.write(scene.elements, at: .zero)
        let width = unit.text(scene.drawnSize.width)
        let height = unit.text(scene.drawnSize.height)
        let title = prefix + "-title"
        let description = prefix + "-desc"
        var svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"foreword-figure\" role=\"img\""
        // Corners are as pointed as in the other formats.
        svg += " stroke-miterlimit=\"10\""
        svg += " aria-labelledby=\"\(XML.escaped(title))\" aria-describedby=\"\(XML.escaped(description))\""
        svg +=
            " xml:lang=\"\(scene.language.rawValue)\" lang=\"\(scene.language.rawValue)\" width=\"\(width)\" height=\"\(height)\""
        svg += " viewBox=\"0 0 \(Coordinate.text(scene.size.width)) \(Coordinate.text(scene.size.height))\">\n"
        svg += "<title id=\"\(XML.escaped(title))\">\(XML.escaped(scene.title))</title>\n"
        svg += "<desc id=\"\(XML.escaped(description))\">\(XML.escaped(scene.description))</desc>\n"
        let ground = scene.background.map { writer.attributes(fill: $0) }
        svg += "<style>\n\(writer.styleSheet(chinese: chinese))</style>\n"
        if !writer.definitions.isEmpty { svg += "<defs>\n\(writer.definitions)</defs>\n" }
        if let ground {
            svg +=
                "<rect width=\"\(Coordinate.text(scene.size.width))\" height=\"\(Coordinate.text(scene.size.height))\"\(ground)/>\n"
        }
        return svg + writer.body + "</svg>\n"
    }

    private struct Writer {
        let measurer: any TextMeasurer
        let prefix: String
        var body = ""
        var definitions = ""
        private var paints: [Paint] = []
        private var known: Set<Paint> = []
        private var hatches: [Hatch: String] = [:]

        init(measurer: any TextMeasurer, prefix: String) {
            self.measurer = measurer
            self.prefix = prefix
        }

        mutating func write(_ elements: [Element], at offset: Point) throws(UndrawableCharacter) {
            for element in elements {
                switch element {
                case .group(let group):
                    if let address = group.address { body += "<g data-address=\"\(XML.escaped(address))\">\n" }
                    try write(group.elements, at: offset + group.offset)
                    if group.address != nil { body += "</g>\n" }
                case .shape(let shape): write(shape, at: offset)
                case .text(let run): try write(run, at: offset)
                case .cells(let grid): write(grid, at: offset)
                }
            }
        }

        private mutating func write(_ shape: Shape, at offset: Point) {
            let data = SVGPath.pixels.data(shape.path.moved(by: offset))
            guard !data.isEmpty else { return }
            if let hatch = shape.hatch {
                // The ground below the lines is a path of its own: a path has only one fill.
                if let fill = shape.fill { body += "<path d=\"\(data)\"\(attributes(fill: fill))/>\n" }
                body += "<path d=\"\(data)\" fill=\"url(#\(XML.escaped(pattern(hatch))))\"/>\n"
                guard let stroke = shape.stroke else { return }
                body += "<path d=\"\(data)\" fill=\"none\"\(attributes(stroke: stroke))/>\n"
                return
            }
            body += "<path d=\"\(data)\"\(shape.fill == nil ? " fill=\"none\"" : "")"
            body += "\(attributes(fill: shape.fill, stroke: shape.stroke))/>\n"
        }

        private mutating func write(_ run: TextRun, at offset: Point) throws(UndrawableCharacter) {
            if let character = measurer.undrawable(in: run.text, font: run.font) { throw character }
            let width = measurer.metrics(of: run.text, in: run.font).width
            let origin = run.origin + offset
            let place = "x=\"\(Coordinate.text(origin.x))\" y=\"\(Coordinate.text(origin.y))\""
            let turn =
                run.turn == .upwards
                ? " transform=\"rotate(-90 \(Coordinate.text(origin.x)) \(Coordinate.text(origin.y)))\"" : ""
            let weight = run.font.weight == .bold ? " font-weight=\"bold\"" : ""
            let style = run.font.isSlanted ? " font-style=\"oblique\"" : ""
            let anchor = run.anchor == .start ? "" : " text-anchor=\"\(run.anchor.rawValue)\""
            body +=
                "<text class=\"\(run.font.family.rawValue)\" \(place)\(turn) font-size=\"\(Coordinate.text(run.font.size))\"\(weight)\(style)\(anchor)"
            // The room it was given, whatever face the reader's machine has.
            body += " textLength=\"\(Coordinate.text(width))\" lengthAdjust=\"spacingAndGlyphs\""
            body += "\(attributes(fill: run.paint))>\(XML.escaped(run.text))</text>\n"
        }

        private mutating func write(_ grid: CellGrid, at offset: Point) {
            let width = Coordinate.text(grid.cell.width)
            let height = Coordinate.text(grid.cell.height)
            body += "<g shape-rendering=\"crispEdges\">\n"
            for row in 0..<grid.rows {
                let y = Coordinate.text(grid.rowStarts[row] + offset.y)
                for column in 0..<grid.columns {
                    guard let paint = grid.paint(row: row, column: column) else { continue }
                    let x = Coordinate.text(grid.columnStarts[column] + offset.x)
                    let address =
                        grid.addresses.map { " data-address=\"\(XML.escaped($0.address(row: row, column: column)))\"" } ?? ""
                    body +=
                        "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"\(attributes(fill: paint))\(address)/>\n"
                }
            }
            body += "</g>\n"
        }

        private mutating func pattern(_ hatch: Hatch) -> String {
            if let known = hatches[hatch] { return known }
            let name = "\(prefix)-hatch-\(hatches.count)"
            hatches[hatch] = name
            // Lines x + y = multiple of the spacing: one through the tile's diagonal, and the corners of its neighbours.
            let s = Coordinate.text(hatch.spacing)
            let over = Coordinate.text(hatch.spacing + hatch.width)
            let under = Coordinate.text(-hatch.width)
            let near = Coordinate.text(hatch.width)
            let far = Coordinate.text(hatch.spacing - hatch.width)
            definitions += "<pattern id=\"\(XML.escaped(name))\" width=\"\(s)\" height=\"\(s)\" patternUnits=\"userSpaceOnUse\">"
            definitions +=
                "<path d=\"M\(under) \(over)L\(over) \(under)M\(under) \(near)L\(near) \(under)M\(far) \(over)L\(over) \(far)\" fill=\"none\""
            definitions += "\(attributes(stroke: Stroke(hatch.paint, width: hatch.width)))/></pattern>\n"
            return name
        }

        // MARK: Paint

        /// The attributes that paint with a theme's variables, and the light colours for who does not know variables.
        mutating func attributes(fill: Paint? = nil, stroke: Stroke? = nil) -> String {
            var (plain, style) = ("", "")
            for (paint, property) in [(fill, "fill"), (stroke?.paint, "stroke")] {
                guard let paint else { continue }
                if known.insert(paint).inserted { paints.append(paint) }
                plain += " \(property)=\"\(Theme.light.colour(of: paint).hexadecimal)\""
                style += (style.isEmpty ? "" : ";") + "\(property):var(--\(paint.name))"
            }
            guard !style.isEmpty else { return "" }
            return "\(plain) style=\"\(style)\"" + (stroke.map(Self.line) ?? "")
        }

        private static func line(_ stroke: Stroke) -> String {
            var text = ""
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

        func styleSheet(chinese: String) -> String {
            func variables(_ theme: Theme) -> String {
                paints.map { (name: $0.name, colour: theme.colour(of: $0)) }.sorted { $0.name < $1.name }
                    .reduce(into: [String]()) { lines, paint in
                        let line = "--\(paint.name):\(paint.colour.hexadecimal)"
                        // Places on a map that share a step share a name.
                        if lines.last != line { lines.append(line) }
                    }.joined(separator: ";")
            }
            let (light, dark) = (variables(.light), variables(.dark))
            // Commas and quotes cannot end the style element; a face's name comes from the caller, so it is kept to letters.
            let name = chinese.unicodeScalars.filter {
                $0.properties.isAlphabetic || $0 == " " || $0.properties.numericType != nil
            }
            let face = String(String.UnicodeScalarView(name))
            return """
                .foreword-figure{\(light)}
                @media (prefers-color-scheme:dark){.foreword-figure{\(dark)}}
                [data-theme=light] .foreword-figure{\(light)}
                [data-theme=dark] .foreword-figure{\(dark)}
                .foreword-figure text{white-space:pre}
                .foreword-figure .sans{font-family:"DejaVu Sans","\(face)",sans-serif}
                .foreword-figure .mono{font-family:"DejaVu Sans Mono","\(face) Mono","\(face)",monospace}

                """
        }
    }
}
