internal import CairoRendering
internal import Drawing
public import Figures
public import Foundation
public import Recordings

/// Writes a training step as numbered slides and a filmstrip.
public struct WalkthroughPress: Sendable {
    private let press: FigurePress
    private let type: Typesetter

    /// - Throws: ``RenderingError`` if a font is missing: it names the Debian package to install.
    public init(_ press: FigurePress) throws {
        self.press = press
        type = Typesetter(measurer: try FontLibrary(), language: press.language)
    }

    /// Draws all frames and the filmstrip, each in every format.
    ///
    /// The files are `walkthrough-01.png` and so on, as many digits as the last needs, and `walkthrough-filmstrip.png`.
    ///
    /// - Parameter written: Told the path of every file as soon as it is there.
    /// - Throws: ``FigureError``, what reading the step throws, or why a file cannot be written.
    public func write(
        _ step: any WalkedStep, options: FigureOptions, as formats: [FigureFormat], to folder: URL, written: (URL) -> Void
    ) throws {
        let walkthrough = try Walkthrough(step, options: options, type: type)
        let count = walkthrough.frameCount
        let digits = String(count).count
        for index in 0..<count {
            let number = String(index + 1)
            let name = String(repeating: "0", count: digits - number.count) + number
            try write(try walkthrough.frame(index), name, as: formats, to: folder, written: written)
        }
        try write(try walkthrough.filmstrip(), "filmstrip", as: formats, to: folder, written: written)
    }

    private func write(
        _ scene: Scene, _ name: String, as formats: [FigureFormat], to folder: URL, written: (URL) -> Void
    ) throws {
        for format in formats {
            let url = folder.appending(path: "\(Walkthrough.id)-\(name).\(format.rawValue)")
            try FigureFiles.write(try press.bytes(scene, as: format), to: url)
            written(url)
        }
    }
}
