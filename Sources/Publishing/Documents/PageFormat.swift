/// What a lesson's page can be written as.
public enum PageFormat: String, Sendable, Hashable, CaseIterable {
    /// Markdown with the figures' files beside it. Always written: it is what the other two are made of.
    case markdown = "md"
    /// One file with its figures inside.
    case html
    /// A4 pages, in vectors.
    case pdf
}
