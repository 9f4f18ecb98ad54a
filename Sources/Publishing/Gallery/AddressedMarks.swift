internal import Drawing

/// Which marks of a scene stand for which recorded numbers, and where they are.
struct AddressedMarks {
    struct Mark: Hashable {
        let address: String
        /// Px of the scene.
        let bounds: Rectangle
    }

    private let measurer: any TextMeasurer
    private(set) var marks: [Mark] = []

    init(_ scene: Scene, measurer: any TextMeasurer) {
        self.measurer = measurer
        add(scene.elements, at: .zero)
    }

    private mutating func add(_ elements: [Element], at offset: Point) {
        for element in elements {
            switch element {
            case .group(let group):
                if let address = group.address, let bounds = bounds(of: element)?.moved(by: offset) {
                    marks.append(Mark(address: address, bounds: bounds))
                }
                add(group.elements, at: offset + group.offset)
            case .cells(let grid):
                guard let addresses = grid.addresses else { continue }
                for row in 0..<grid.rows {
                    for column in 0..<grid.columns {
                        marks.append(
                            Mark(
                                address: addresses.address(row: row, column: column),
                                bounds: grid.rectangle(row: row, column: column).moved(by: offset)))
                    }
                }
            case .shape, .text: break
            }
        }
    }

    private func bounds(of element: Element) -> Rectangle? {
        switch element {
        case .group(let group):
            group.elements.compactMap { bounds(of: $0) }.reduce(nil as Rectangle?) { $0?.union($1) ?? $1 }?
                .moved(by: group.offset)
        case .shape(let shape): shape.path.bounds
        case .text(let run): run.ink(measurer.metrics(of: run.text, in: run.font))
        case .cells(let grid): grid.bounds
        }
    }
}
