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
}
