public import CairoRendering
public import Drawing
public import Figures
public import Foundation
public import Recordings

/// Draws figures of the catalogue into files.
public struct FigurePress: Sendable {
    public let language: Language
    public let theme: Theme
    /// Pixels of a PNG for each unit of length.
    public let scale: Double
    private let rendering: Rendering
    private let type: Typesetter

    /// - Throws: ``RenderingError`` if a font is missing: it names the Debian package to install.
    public init(language: Language, theme: Theme, scale: Double = 2) throws(RenderingError) {
        self.language = language
        self.theme = theme
        self.scale = scale
        let fonts = try FontLibrary()
        rendering = Rendering(fonts: fonts)
        type = Typesetter(measurer: fonts, language: language)
    }

    /// The figure as a scene.
    public func scene(_ figure: Figure, of recording: Recording, options: FigureOptions) throws(FigureError) -> Scene {
        try figure.scene(of: recording, options: options, type: type)
    }

    /// A figure that is of no recording as a scene.
    func scene(_ sheet: (Typesetter) -> Sheet) -> Scene { sheet(type).scene(type) }

    /// The bytes of a file.
    public func bytes(_ scene: Scene, as format: FigureFormat) throws(RenderingError) -> Data {
        switch format {
        case .png: Data(try rendering.png(scene, theme: theme, scale: scale))
        case .svg: Data(try rendering.svg(scene, theme: theme))
        case .pdf: Data(try rendering.pdf(scene, theme: theme))
        }
    }
}
