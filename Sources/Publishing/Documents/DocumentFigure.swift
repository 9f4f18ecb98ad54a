internal import Drawing
internal import Foundation

/// A figure of a page, in whatever way a document asks for it.
struct DocumentFigure: Sendable {
    /// How the Markdown names its file.
    let path: String
    /// As the file shows it.
    let scene: Scene
    /// Laid out anew in a width, px.
    let sceneInWidth: @Sendable (Double) throws -> Scene
}
