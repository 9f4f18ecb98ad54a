internal import CairoRendering
internal import Drawing

/// A file format of figures.
public enum FigureFormat: String, Sendable, Hashable, CaseIterable {
    /// Pixels, two for each unit, with their resolution.
    case png
    /// Vectors, with text as outlines: the same everywhere.
    case svg
    /// Vectors, for LaTeX and Typst.
    case pdf
    /// Vectors for web pages: text stays text, every mark has its address, and the colours follow the reader's theme.
    case liveSVG = "live.svg"
}
