internal import CairoRendering
internal import Drawing
public import Figures
public import Foundation
internal import Interchange
public import Recordings

/// A folder with every figure of the catalogue, drawn from the recording beside them: what a reader browses, and what snapshot tests
/// compare with.
public struct Gallery {
    public let folder: URL
    public let recording: Recording
    public let figures: [Figure]

    /// The folder of the recording in that of the gallery.
    static let recordingFolder = "recording"
    static let index = "README.md"
    /// Pixels of a PNG for each px.
    static let scale = 2.0

    /// - Parameter figure: The id of a figure, to work on that one alone.
    public init(at folder: URL, figure: String? = nil) throws {
        self.folder = folder
        recording = try Recording(opening: folder.appending(path: Self.recordingFolder))
        let all = FigureCatalogue.figures
        figures = try figure.map { [try FigureCatalogue.figure($0)] } ?? all
        // A figure that the recording cannot show is not left out in silence.
        for figure in figures {
            if let lack = try figure.needs.lack(in: recording) {
                throw FigureError.cannotShow(figure: figure.id, reason: "\(lack); record it again with --record")
            }
        }
        isWhole = figure == nil
    }

    /// Whether all figures are meant.
    private let isWhole: Bool

    /// A picture as it is drawn now.
    struct Drawing {
        let reference: GalleryReference
        let scene: Scene
        let bytes: Data
    }

    /// Draws every picture in turn.
    func draw(_ body: (Drawing) throws -> Void) throws {
        var presses: [GalleryReference.Look: FigurePress] = [:]
        for figure in figures {
            var scenes: [GalleryReference.Look: Scene] = [:]
            for reference in GalleryReference.all(of: figure.id) {
                let look = reference.look
                let press = try presses[look] ?? FigurePress(language: look.language, theme: look.theme, scale: Self.scale)
                presses[look] = press
                let scene = try scenes[look] ?? press.scene(figure, of: recording, options: FigureOptions())
                scenes[look] = scene
                try body(Drawing(reference: reference, scene: scene, bytes: try press.bytes(scene, as: reference.format)))
            }
        }
    }

    // MARK: Writing

    /// Draws all pictures into the folder and removes those of figures that are no more.
    ///
    /// - Returns: The names of the files that changed.
    public func redraw() throws -> [String] {
        var changed: [String] = []
        try draw { drawing in
            let name = drawing.reference.fileName
            guard existing(name) != drawing.bytes else { return }
            try AtomicFile.write(drawing.bytes, to: folder.appending(path: name))
            changed.append(name)
        }
        guard isWhole else { return changed }
        for name in try leftovers() {
            try FileManager.default.removeItem(at: folder.appending(path: name))
            changed.append(name)
        }
        let page = try GalleryIndex(figures: figures).markdown
        if existing(Self.index) != Data(page.utf8) {
            try AtomicFile.write(page, to: folder.appending(path: Self.index))
            changed.append(Self.index)
        }
        return changed
    }

    // MARK: Checking

    /// Draws all pictures and compares them with those of the folder.
    ///
    /// - Returns: What differs; nothing where the gallery is as it should be.
    public func differences() throws -> [GalleryDifference] {
        var differences: [GalleryDifference] = []
        let fonts = try FontLibrary()
        try draw { drawing in
            let name = drawing.reference.fileName
            guard let old = existing(name) else {
                differences.append(GalleryDifference(file: name, kind: .missing, new: drawing.bytes))
                return
            }
            guard old != drawing.bytes else { return }
            if let difference = try GalleryDifference(of: drawing, from: old, measurer: fonts) { differences.append(difference) }
        }
        return isWhole ? differences + (try strays()) : differences
    }

    /// What no figure draws: pictures that are left over, and an index page that is out of date.
    func strays() throws -> [GalleryDifference] {
        var strays = try leftovers().map { GalleryDifference(file: $0, kind: .leftOver, old: existing($0)) }
        if existing(Self.index) != Data(try GalleryIndex(figures: figures).markdown.utf8) {
            strays.append(GalleryDifference(file: Self.index, kind: .text))
        }
        return strays
    }

    private func existing(_ name: String) -> Data? { try? Data(contentsOf: folder.appending(path: name)) }

    /// Pictures in the folder that no figure draws.
    private func leftovers() throws -> [String] {
        let known = Set(figures.flatMap { GalleryReference.all(of: $0.id) }.map(\.fileName))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names.filter { ($0.hasSuffix(".png") || $0.hasSuffix(".svg")) && !known.contains($0) }.sorted()
    }
}
