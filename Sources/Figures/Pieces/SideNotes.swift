internal import Drawing

/// Notes below a drawing, side by side or where that leaves them too little room one below another: a number and what it means,
/// with a line of its colour down the side.
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
    /// Narrower notes would break after every other word, px.
    private static let leastColumn = 140.0

    func block(_ type: Typesetter, width: Double) -> Block {
        let count = Double(max(notes.count, 1))
        let column = ((width - (count - 1) * Self.spacing) / count).rounded(.down)
        guard column >= Self.leastColumn else {
            return .column(notes.map { block($0, type, width: width) }, spacing: Self.spacing / 2)
        }
        return .row(notes.map { block($0, type, width: column) }, spacing: Self.spacing)
    }

    private func block(_ note: Note, _ type: Typesetter, width: Double) -> Block {
        let head = type.paragraph(note.head, width: width - Self.inset, font: .body.bold).addressed(note.address)
        let words = type.paragraph(note.text, width: width - Self.inset, font: .label, paint: .muted)
        var block = Block.column([head, words], spacing: 4).padded(Insets(left: Self.inset)).within(width: width)
        block.elements.append(
            .line(Point(x: 2, y: 2), Point(x: 2, y: block.height - 2), Stroke(note.paint, width: 3, dash: note.dash)))
        return block
    }
}
