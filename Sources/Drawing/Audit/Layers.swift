/// A scene taken apart into what an audit compares: texts, and the surfaces and lines they may lie on.
struct Layers {
    struct Text {
        let run: TextRun
        let ink: Rectangle
        /// The rank in the order of drawing.
        let order: Int
    }

    struct Surface {
        enum Cover { case none, part, all }

        let path: Path
        let bounds: Rectangle
        let fill: Paint?
        let stroke: Stroke?
        let chords: [(from: Point, to: Point)]
        let order: Int

        /// How much of a rectangle the filled shape lies under, judged by its corners, the middles of its sides and its centre.
        func cover(of r: Rectangle) -> Cover {
            guard bounds.overlaps(r) else { return .none }
            let xs = [r.x, r.centre.x, r.right]
            let ys = [r.y, r.centre.y, r.bottom]
            let inside = ys.flatMap { y in xs.map { path.encloses(Point(x: $0, y: y)) } }
            return inside.allSatisfy { $0 } ? .all : inside.contains(true) ? .part : .none
        }
    }

    private let measurer: any TextMeasurer
    private(set) var texts: [Text] = []
    private(set) var surfaces: [Surface] = []
    /// The outlines of all shapes and cell grids.
    private(set) var bounds: [Rectangle] = []
    /// What has a place that is not a number, in words.
    private(set) var notNumbers: [String] = []
    private var order = 0

    init(measurer: any TextMeasurer) { self.measurer = measurer }

    mutating func add(_ elements: [Element], at offset: Point) {
        for element in elements {
            order += 1
            switch element {
            case .group(let group): add(group.elements, at: offset + group.offset)
            case .text(var run):
                run.origin = run.origin + offset
                let ink = run.ink(measurer.metrics(of: run.text, in: run.font))
                guard Self.isFinite(ink) else {
                    notNumbers.append("the text “\(run.text)”")
                    continue
                }
                if ink.width > 0 { texts.append(Text(run: run, ink: ink, order: order)) }
            case .shape(let shape):
                add(shape, at: offset)
            case .cells(let grid):
                add(grid, at: offset)
            }
        }
    }

    private mutating func add(_ shape: Shape, at offset: Point) {
        let path = shape.path.moved(by: offset)
        guard let bounds = path.bounds else { return }
        guard Self.isFinite(bounds) else {
            notNumbers.append("a shape")
            return
        }
        self.bounds.append(bounds)
        let chords = shape.stroke == nil ? [] : path.chords()
        surfaces.append(
            Surface(path: path, bounds: bounds, fill: shape.fill, stroke: shape.stroke, chords: chords, order: order))
        if let hatch = shape.hatch {
            // Only text can be disturbed by hatching, so the lines of the bounds serve for those of the shape.
            let lines = hatch.lines(over: bounds)
            surfaces.append(
                Surface(
                    path: lines, bounds: bounds, fill: nil, stroke: Stroke(hatch.paint, width: hatch.width),
                    chords: lines.chords(),
                    order: order))
        }
    }

    private mutating func add(_ grid: CellGrid, at offset: Point) {
        guard let bounds = grid.bounds?.moved(by: offset) else { return }
        guard Self.isFinite(bounds) else {
            notNumbers.append("a cell grid")
            return
        }
        self.bounds.append(bounds)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                guard let paint = grid.paint(row: row, column: column) else { continue }
                let cell = grid.rectangle(row: row, column: column).moved(by: offset)
                surfaces.append(Surface(path: Path(cell), bounds: cell, fill: paint, stroke: nil, chords: [], order: order))
            }
        }
    }

    private static func isFinite(_ r: Rectangle) -> Bool { [r.x, r.y, r.width, r.height].allSatisfy(\.isFinite) }
}
