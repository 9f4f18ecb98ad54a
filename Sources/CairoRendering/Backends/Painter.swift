internal import Drawing

/// Draws a scene on a canvas: the one interpreter behind PNG, SVG and PDF.
struct Painter: ~Copyable {
    let canvas: Canvas
    let theme: Theme
    let fonts: FontLibrary
    /// Device pixels in a px of the scene, where cells are to begin and end on whole ones; nil for vectors.
    let pixels: Double?

    init(_ canvas: consuming Canvas, theme: Theme, fonts: FontLibrary, pixels: Double? = nil) {
        self.canvas = canvas
        self.theme = theme
        self.fonts = fonts
        self.pixels = pixels
    }

    /// - Throws: ``RenderingError/undrawable(_:)`` before anything is drawn with the character.
    func draw(_ scene: Scene) throws(RenderingError) {
        if let background = scene.background {
            canvas.setColour(theme.colour(of: background))
            if pixels != nil {
                // All pixels, also those that a size in mm covers in part.
                canvas.paint()
            } else {
                // A rectangle rather than the endless plane: vector formats then have no need of a clip.
                canvas.add(Rectangle(size: scene.size))
                canvas.fill()
            }
        }
        try draw(scene.elements, at: .zero)
    }

    private func draw(_ elements: [Element], at offset: Point) throws(RenderingError) {
        for element in elements {
            switch element {
            case .group(let group): try draw(group.elements, at: offset + group.offset)
            case .shape(let shape): draw(shape, at: offset)
            case .text(let run): try draw(run, at: offset)
            case .cells(let grid): draw(grid, at: offset)
            }
        }
    }

    private func draw(_ shape: Shape, at offset: Point) {
        if let fill = shape.fill {
            canvas.setColour(theme.colour(of: fill))
            canvas.add(shape.path, at: offset)
            canvas.fill()
        }
        if let hatch = shape.hatch, let bounds = shape.path.bounds {
            canvas.add(shape.path, at: offset)
            canvas.clipped {
                canvas.setColour(theme.colour(of: hatch.paint))
                canvas.add(hatch.lines(over: bounds), at: offset)
                canvas.stroke(Stroke(hatch.paint, width: hatch.width))
            }
        }
        if let stroke = shape.stroke {
            canvas.setColour(theme.colour(of: stroke.paint))
            canvas.add(shape.path, at: offset)
            canvas.stroke(stroke)
        }
    }

    private func draw(_ run: TextRun, at offset: Point) throws(RenderingError) {
        let line = fonts.line(run.text, run.font)
        if let character = line.undrawable { throw .undrawable(character) }
        let size = run.font.size
        let shift = -run.anchorShare * line.width
        canvas.setColour(theme.colour(of: run.paint))
        for isEmboldened in [false, true] {
            let glyphs = line.glyphs.lazy.filter { $0.isEmboldened == isEmboldened }
            guard !glyphs.isEmpty else { continue }
            for glyph in glyphs {
                canvas.add(
                    glyph.outline, from: Point(x: glyph.origin.x + shift, y: glyph.origin.y), size: size, at: run.origin + offset,
                    turn: run.turn, slant: run.font.isSlanted ? Font.slant : 0)
            }
            if isEmboldened {
                canvas.fillKeepingPath()
                canvas.stroke(Stroke(run.paint, width: size * ShapedLine.emboldening, cap: .round))
            } else {
                canvas.fill()
            }
        }
    }

    /// Cells of one colour are one path: their number, not that of the cells, is what drawing costs.
    private func draw(_ grid: CellGrid, at offset: Point) {
        var cells: [Paint: [Rectangle]] = [:]
        var order: [Paint] = []
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                guard let paint = grid.paint(row: row, column: column) else { continue }
                if cells[paint] == nil { order.append(paint) }
                cells[paint, default: []].append(aligned(grid.rectangle(row: row, column: column).moved(by: offset)))
            }
        }
        for paint in order {
            canvas.setColour(theme.colour(of: paint))
            for rectangle in cells[paint, default: []] { canvas.add(rectangle) }
            canvas.fill()
        }
    }

    /// The rectangle with its edges on whole pixels, so that neighbours meet without a seam.
    private func aligned(_ r: Rectangle) -> Rectangle {
        guard let pixels else { return r }
        let left = (r.x * pixels).rounded() / pixels
        let top = (r.y * pixels).rounded() / pixels
        let right = (r.right * pixels).rounded() / pixels
        let bottom = (r.bottom * pixels).rounded() / pixels
        return Rectangle(x: left, y: top, width: right - left, height: bottom - top)
    }
}
