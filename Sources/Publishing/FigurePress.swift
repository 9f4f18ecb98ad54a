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
    /// What vector files give their size in.
    public let unit: LengthUnit
    private let rendering: Rendering
    let type: Typesetter

    /// - Throws: ``RenderingError`` if a font is missing: it names the Debian package to install.
    public init(language: Language, theme: Theme, scale: Double = 2, unit: LengthUnit = .pixels) throws(RenderingError) {
        self.language = language
        self.theme = theme
        self.scale = scale
        self.unit = unit
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
    ///
    /// - Parameter name: What identifiers in a live SVG begin with, so that several of them can stand in one page.
    public func bytes(_ scene: Scene, as format: FigureFormat, name: String = "figure") throws(RenderingError) -> Data {
        switch format {
        case .png: Data(try rendering.png(scene, theme: theme, scale: scale))
        case .svg: Data(try rendering.svg(scene, theme: theme, unit: unit))
        case .liveSVG: Data(try rendering.liveSVG(scene, unit: unit, prefix: name))
        case .pdf: Data(try rendering.pdf(scene, theme: theme))
        }
    }

    /// The figure as SVG inside a page: its text stays text and its colours follow the page's theme.
    ///
    /// - Parameter prefix: Of the identifiers inside; different for each figure of a page.
    func liveSVG(_ scene: Scene, prefix: String) throws(UndrawableCharacter) -> String {
        try LiveSVG(measurer: type.measurer).write(scene, prefix: prefix)
    }

    /// Pages as a PDF file.
    func pdf(_ document: PagedDocument) throws(RenderingError) -> Data { Data(try rendering.pdf(document, theme: theme)) }
}
