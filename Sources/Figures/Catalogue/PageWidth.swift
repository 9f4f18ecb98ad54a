internal import Drawing

/// How a figure comes to a width: laid out for it, or for another one and drawn smaller or larger.
///
/// Figures are laid out for widths from that of an article to that of a slide. A wider one is a slide drawn larger. A narrower
/// one is an article drawn smaller while its type stays legible, else it is laid out for a narrower page; where that breaks a rule
/// of layout it is refused with the narrowest width that keeps them all.
struct PageWidth {
    /// As drawn, px.
    let drawn: Double

    init(_ drawn: Double) { self.drawn = drawn }

    /// How much smaller type may be drawn than it is laid out: digits at 10 px then have 9.
    private static let mostReduction = Font.smallestSize / Font.digits.size
    /// No figure is laid out for less, px.
    private static let leastLayout = 320.0
    /// The steps in which narrower pages are tried, px as drawn.
    private static let step = 8.0

    /// The widths to lay out for, px, the best first.
    private var layouts: [Double] {
        let reduced = drawn / Self.mostReduction
        let widths = reduced >= Sheet.article ? [Sheet.article, drawn] : [reduced.rounded(.down), drawn.rounded(.up)]
        return widths.filter { $0 >= Self.leastLayout }
    }

    /// The scene at this width.
    ///
    /// - Parameters:
    ///   - layOut: Lays the figure out for a width.
    /// - Throws: ``FigureError/tooNarrow(figure:width:least:)``, and what `layOut` throws.
    func scene(of figure: String, type: Typesetter, layOut: (Double) throws -> Scene) throws -> Scene {
        if drawn >= Sheet.article { return try layOut(min(drawn, Sheet.slide)).drawn(width: drawn) }
        if let scene = try fitting(type, layOut) { return scene }
        var least = (drawn / Self.step).rounded(.down) * Self.step + Self.step
        while least < Sheet.article {
            if try PageWidth(least).fitting(type, layOut) != nil { break }
            least += Self.step
        }
        throw FigureError.tooNarrow(figure: figure, width: drawn, least: min(least, Sheet.article))
    }

    /// The first of the layouts that keeps the rules.
    private func fitting(_ type: Typesetter, _ layOut: (Double) throws -> Scene) throws -> Scene? {
        let audit = SceneAudit(measurer: type.measurer)
        for width in layouts {
            let scene = try layOut(width).drawn(width: drawn)
            // Colours are the same at every width.
            if audit.findings(in: scene, theme: .light).allSatisfy({ $0.rule == .lowContrast }) { return scene }
        }
        return nil
    }
}
