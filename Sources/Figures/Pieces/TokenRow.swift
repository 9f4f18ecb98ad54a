internal import Drawing

/// The words of a text as chips side by side.
enum TokenRow {
    private static let gap = 3.0

    /// The last words that fit a width; a `…` stands for those before them.
    static func block(_ words: [String], width: Double, type: Typesetter) -> Block {
        let chips = words.map { type.token(type.shortened(TextSafety.shown($0), width: width - 40, font: .label.mono)) }
        let dots = type.line("…", paint: .textToken)
        var (shown, used) = ([Block](), 0.0)
        for (index, chip) in chips.enumerated().reversed() {
            let room = index == 0 ? width : width - dots.width - gap
            guard shown.isEmpty || used + chip.width <= room else {
                shown.insert(dots, at: 0)
                break
            }
            shown.insert(chip, at: 0)
            used += chip.width + gap
        }
        return .row(shown, spacing: gap, alignment: .centre)
    }
}
