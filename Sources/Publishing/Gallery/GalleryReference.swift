internal import Drawing

/// A picture of the gallery: a figure in a look and a format.
struct GalleryReference: Hashable, Sendable {
    /// A language and a theme. The two have nothing in common, so that between them they show every word and every colour; the
    /// other combinations are audited by the tests of figures.
    enum Look: String, CaseIterable, Sendable {
        case englishLight = "en.light"
        case chineseDark = "zh-Hans.dark"

        var language: Language { self == .englishLight ? .en : .zhHans }
        var theme: Theme { self == .englishLight ? .light : .dark }
    }

    /// The figure's id.
    let figure: String
    let look: Look
    let format: FigureFormat

    /// `soft-prompt.en.light.png`.
    var fileName: String { "\(figure).\(look.rawValue).\(format.rawValue)" }

    /// What is kept of every figure: pixels that a page shows at once, and outlines, which are small. A second picture in pixels would
    /// take twice the bytes of its outlines and show nothing that they do not.
    static func all(of figure: String) -> [GalleryReference] {
        [(Look.englishLight, FigureFormat.png), (.englishLight, .svg), (.chineseDark, .svg)].map { look, format in
            GalleryReference(figure: figure, look: look, format: format)
        }
    }
}
