import Testing

@testable import Drawing

@Suite struct MatrixViewTests {
    static func axis(_ count: Int, labels: Bool = false, prompt: Int = 0) -> MatrixAxis {
        MatrixAxis(
            groups: [.init(count: prompt, label: "prompt", role: .trained), .init(count: count - prompt)],
            labels: labels ? (0..<count).map { "t\($0)" } : [], noun: Localised(en: "columns", zhHans: "列"))
    }

    static func view(rows: Int, columns: Int, prompt: Int = 0, labels: Bool = false) -> MatrixView {
        let values = (0..<rows * columns).map { index -> Float? in
            index % 7 == 3 ? nil : Float(index % 11) / 10
        }
        return MatrixView(
            rows: axis(rows, labels: labels), columns: axis(columns, labels: labels, prompt: prompt), values: values,
            scale: .sequential(to: 1), address: "s1/value")
    }

    @Test(
        "A matrix of any size fits its room with cells of 10 px or more, and nothing overlaps",
        arguments: [(1, 1), (3, 5), (16, 24), (64, 64), (2, 300), (300, 2), (120, 90)], [true, false])
    func fits(size: (Int, Int), labels: Bool) throws {
        let view = Self.view(rows: size.0, columns: size.1, prompt: min(4, size.1 - 1), labels: labels)
        let room = Size(width: 672, height: 400)
        let block = view.block(english, room: room)
        #expect(block.width <= room.width && block.height <= room.height)
        let grid = try #require(grids(in: block).first)
        #expect(grid.cell.width >= 10 && grid.cell.height >= 10)
        #expect(findings(in: block) == [])
    }

    @Test("What is shown and what the note counts make up the whole axis")
    func honestCount() throws {
        let view = Self.view(rows: 4, columns: 200)
        let block = view.block(english, room: Size(width: 400, height: 200))
        let grid = try #require(grids(in: block).first)
        let note = try #require(texts(in: block).last?.text)
        #expect(note == "… \(200 - grid.columns) more columns")
        #expect(grid.columns < 200)
        #expect(grid.addresses?.columns.first == 0 && grid.addresses?.columns.last == 199)
    }

    @Test("Each shown cell has its own number and the address of its place in the recorded value")
    func addresses() throws {
        var view = MatrixView(
            rows: Self.axis(40), columns: Self.axis(200, prompt: 20), values: (0..<8000).map { Float($0) },
            scale: .sequential(to: 8000), address: "s1/value")
        view.rows.firstIndex = 5
        view.leadingIndices = [9]
        let grid = try #require(grids(in: view.block(english, room: Size(width: 300, height: 200))).first)
        let addresses = try #require(grid.addresses)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                let (r, c) = (addresses.rows[row] - 5, addresses.columns[column])
                #expect(grid.values[row * grid.columns + column] == Float(r * 200 + c))
                #expect(addresses.address(row: row, column: column) == "s1/value[9,\(r + 5),\(c)]")
            }
        }
    }

    @Test("The prompt's columns are set apart by a gap, with a bracket in its colour and its label")
    func promptColumns() throws {
        let block = Self.view(rows: 4, columns: 10, prompt: 3).block(english, room: Size(width: 600, height: 300))
        let grid = try #require(grids(in: block).first)
        let steps = zip(grid.columnStarts, grid.columnStarts.dropFirst()).map { $1 - $0 }
        #expect(steps[2] == steps[0] + 10 - 1)
        #expect(texts(in: block).contains { $0.text == "prompt" && $0.paint == .trained })
        let brackets = flattened(block.elements).filter {
            if case .shape(let shape) = $0 { shape.stroke?.paint == .trained } else { false }
        }
        #expect(brackets.count == 1)
        let group = try #require(block.places["column group 0"])
        #expect(abs(group.width - (3 * grid.cell.width + 2)) < 1e-9)
    }

    @Test("Numbers stand in cells of 34 px and not in smaller ones", arguments: [(33.0, false), (34, true), (40, true)])
    func numbers(width: Double, areShown: Bool) {
        var view = Self.view(rows: 2, columns: 4)
        view.cell = Size(width: width, height: 20)
        view.isSquare = false
        let block = view.block(english, room: Size(width: 600, height: 300))
        #expect(texts(in: block).isEmpty != areShown)
    }

    @Test("Numbers read on their cells: zero is 0, a minus is a true one")
    func numberTexts() {
        var view = MatrixView(
            rows: Self.axis(1), columns: Self.axis(4), values: [0, -0.5, 1, nil], scale: .diverging(magnitude: 1))
        view.cell = Size(width: 40, height: 20)
        view.isSquare = false
        let runs = texts(in: view.block(english, room: Size(width: 600, height: 300)))
        #expect(runs.map(\.text) == ["0", "−0.50", "1.0"])
        #expect(runs.map(\.paint) == [0, -0.5, 1].map { .legible(on: .map(.diverging, position: $0)) })
    }

    @Test("Rather than lose its numbers a matrix leaves columns out where it is told to")
    func leastCell() throws {
        var view = Self.view(rows: 3, columns: 60)
        view.cell = Size(width: 36, height: 20)
        view.leastCell = Size(width: MatrixView.numberWidth, height: 20)
        view.isSquare = false
        let grid = try #require(grids(in: view.block(english, room: Size(width: 400, height: 200))).first)
        #expect(grid.cell.width >= 34 && grid.columns < 12)
    }

    @Test("The sign of a cell without a number is marked for who sees no colour")
    func signs() {
        let view = MatrixView(
            rows: Self.axis(1), columns: Self.axis(3), values: [-0.5, 0.5, -0.001], scale: .diverging(magnitude: 1))
        let shapes = flattened(view.block(english, room: Size(width: 600, height: 300)).elements).compactMap {
            element -> Shape? in
            if case .shape(let shape) = element { shape } else { nil }
        }
        // One bar, on the clearly negative cell, lighter or darker than it.
        #expect(shapes.count == 1)
        let bar = Theme.light.colour(of: shapes[0].fill ?? .ink).luminance
        let cell = Theme.light.colour(of: .map(.diverging, position: -0.5)).luminance
        #expect(abs(bar - cell) > 0.1)
    }

    @Test("A highlight frames exactly its cells and is left out where none of them is shown")
    func highlights() throws {
        var view = Self.view(rows: 3, columns: 4)
        view.highlights = [.init(rows: 1..<2, columns: 0..<2)]
        let block = view.block(english, room: Size(width: 600, height: 300))
        let frames = flattened(block.elements).compactMap { element -> Rectangle? in
            if case .shape(let shape) = element, shape.stroke?.width == 2 { shape.path.bounds } else { nil }
        }
        let grid = try #require(grids(in: block).first)
        #expect(frames == [grid.rectangle(row: 1, column: 0).union(grid.rectangle(row: 1, column: 1)).grown(by: 1)])
    }

    @Test("Labels too wide for their columns are turned, and none is cut off")
    func turnedLabels() {
        var view = Self.view(rows: 2, columns: 3)
        view.columns.labels = ["a", "a long label", "b"]
        let runs = texts(in: view.block(english, room: Size(width: 600, height: 300)))
        #expect(runs.map(\.text) == ["a", "a long label", "b"])
        #expect(runs.allSatisfy { $0.turn == .upwards })
    }
}
