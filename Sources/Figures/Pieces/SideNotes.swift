internal import Drawing

/// Notes side by side below a drawing, each with a line of its colour down its side: a number and what it means.
struct SideNotes {
    struct Note {
        let paint: Paint
        var dash: [Double] = []
        let head: Localised
        let text: Localised
        /// Where the number of the head is.
        var address: String?
    }

    let notes: [Note]

    init(_ notes: [Note]) { self.notes = notes }

    private static let spacing = 24.0
    private static let inset = 12.0

    func block(_ type: Typesetter, width: Double) -> Block {
        let count = Double(max(notes.count, 1))
        let column = ((width - (count - 1) * Self.spacing) / count).rounded(.down)
        return .row(
            notes.map { note in
                let head = type.paragraph(note.head, width: column - Self.inset, font: .body.bold).addressed(note.address)
                let words = type.paragraph(note.text, width: column - Self.inset, font: .label, paint: .muted)
                var block = Block.column([head, words], spacing: 4).padded(Insets(left: Self.inset)).within(width: column)
                block.elements.append(
                    .line(Point(x: 2, y: 2), Point(x: 2, y: block.height - 2), Stroke(note.paint, width: 3, dash: note.dash)))
                return block
            }, spacing: Self.spacing)
    }
}
