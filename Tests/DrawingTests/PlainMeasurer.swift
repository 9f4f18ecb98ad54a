import Drawing

/// Measures text without a face: 0.6 em a Latin character, 1 em a Chinese one, ink from capital height to 0.2 em below.
struct PlainMeasurer: TextMeasurer {
    func metrics(of text: String, in font: Font) -> TextMetrics {
        let width = text.unicodeScalars.reduce(0.0) { $0 + (Script.isChinese($1) ? 1 : 0.6) } * font.size
        return TextMetrics(
            width: width, ascent: 0.9 * font.size, descent: 0.25 * font.size,
            ink: Rectangle(x: 0, y: -font.capitalHeight, width: width, height: font.capitalHeight + 0.2 * font.size))
    }

    /// Only the replacement character has no picture.
    func undrawable(in text: String, font: Font) -> UndrawableCharacter? {
        text.unicodeScalars.first { $0 == "\u{FFFD}" }.map {
            UndrawableCharacter($0, in: text, reason: .missingGlyph(font: "Plain", package: "none"))
        }
    }
}

let english = Typesetter(measurer: PlainMeasurer(), language: .en)
let chinese = Typesetter(measurer: PlainMeasurer(), language: .zhHans)

/// A block as a scene of its own, with room round it.
func scene(of block: Block, language: Language = .en) -> Scene {
    let page = block.padded(.all(24))
    return Scene(size: page.size, title: "title", description: "description", language: language, elements: page.elements)
}

/// What an audit finds in a block, in both themes.
func findings(in block: Block) -> [String] {
    [Theme.light, .dark].flatMap {
        SceneAudit(measurer: PlainMeasurer()).findings(in: scene(of: block), theme: $0).map(\.description)
    }
}

/// All elements with the groups taken apart.
func flattened(_ elements: [Element], at offset: Point = .zero) -> [Element] {
    elements.flatMap { element -> [Element] in
        switch element {
        case .group(let group): return flattened(group.elements, at: offset + group.offset)
        case .text(var run):
            run.origin = run.origin + offset
            return [.text(run)]
        case .shape(var shape):
            shape.path = shape.path.moved(by: offset)
            return [.shape(shape)]
        case .cells(var grid):
            grid.columnStarts = grid.columnStarts.map { $0 + offset.x }
            grid.rowStarts = grid.rowStarts.map { $0 + offset.y }
            return [.cells(grid)]
        }
    }
}

func texts(in block: Block) -> [TextRun] {
    flattened(block.elements).compactMap { if case .text(let run) = $0 { run } else { nil } }
}

func grids(in block: Block) -> [CellGrid] {
    flattened(block.elements).compactMap { if case .cells(let grid) = $0 { grid } else { nil } }
}
