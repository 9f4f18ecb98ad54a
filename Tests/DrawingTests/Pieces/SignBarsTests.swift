import Drawing
import Testing

@Suite struct SignBarsTests {
    static func grid(_ values: [Float?], cell: Double, scale: ColourScale = .diverging(magnitude: 1)) -> CellGrid {
        CellGrid(
            columnStarts: values.indices.map { Double($0) * cell }, rowStarts: [0], cell: Size(width: cell, height: cell),
            values: values, scale: scale)
    }

    /// Where bars stand, from the left.
    static func bars(_ grid: CellGrid) -> [Double] {
        SignBars.elements(on: grid).flatMap { element -> [Double] in
            guard case .shape(let shape) = element else { return [] }
            return shape.path.segments.compactMap { if case .move(let p) = $0 { p.x } else { nil } }
        }.sorted()
    }

    @Test("Every negative number that is not as good as 0 has a bar", arguments: [4.0, 5, 10, 24])
    func negative(cell: Double) {
        let bars = Self.bars(Self.grid([-1, -0.4, -0.05, -0.001, 0, nil, 0.3, 1], cell: cell))
        #expect(bars.count == 3)
        for (index, x) in bars.enumerated() { #expect(x > Double(index) * cell && x < Double(index + 1) * cell) }
    }

    @Test("Cells that are too small, and scales without a sign, have none")
    func none() {
        #expect(Self.bars(Self.grid([-1, 1], cell: 3)) == [])
        #expect(Self.bars(Self.grid([0, 1], cell: 10, scale: .sequential(to: 1))) == [])
    }

    @Test("A bar is told from its cell in greyscale", arguments: [-1.0, -0.7, -0.5, -0.3, -0.1, -0.03], Theme.Name.allCases)
    func contrast(position: Double, name: Theme.Name) throws {
        let theme = name == .light ? Theme.light : .dark
        let cell = Paint.map(.diverging, position: position)
        let bar = try #require(SignBars.paint(on: cell))
        #expect(abs(theme.colour(of: cell).luminance - theme.colour(of: bar).luminance) > 0.02)
    }
}
