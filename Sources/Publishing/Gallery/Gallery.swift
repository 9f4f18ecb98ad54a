internal import CairoRendering
internal import Dispatch
internal import Drawing
public import Figures
public import Foundation
internal import Interchange
public import Recordings
internal import Synchronization

/// A folder with every figure of the catalogue, drawn from recordings beside them: what a reader browses, and what snapshot tests
/// compare with.
public struct Gallery {
    /// A figure, and the recording that it is drawn from.
    public struct Plate: Sendable {
        public let figure: Figure
        /// The recording's name.
        public let source: String
        public let recording: Recording
    }

    public let folder: URL
    public let plates: [Plate]

    static let index = "README.md"
    /// Pixels of a PNG for each px.
    static let scale = 2.0

    /// - Parameter figure: The id of a figure, to work on that one alone.
    public init(at folder: URL, figure: String? = nil) throws {
        self.folder = folder
        let recordings = try GalleryRecording.all.map { ($0, try Recording(opening: $0.url(in: folder))) }
        let figures = try figure.map { [try FigureCatalogue.figure($0)] } ?? FigureCatalogue.figures
        plates = try figures.map { figure in
            var lacks: [String] = []
            let own = recordings.filter { $0.0.figures.contains(figure.id) }
            for (source, recording) in own + recordings {
                guard let lack = try figure.needs.lack(in: recording) else {
                    return Plate(figure: figure, source: source.name, recording: recording)
                }
                lacks.append("of \(source.name), \(lack)")
            }
            // A figure that no recording can show is not left out in silence.
            throw FigureError.cannotShow(figure: figure.id, reason: lacks.joined(separator: "; "))
        }
        isWhole = figure == nil
    }

    /// Whether all figures are meant.
    private let isWhole: Bool

    /// A picture as it is drawn now.
    struct Drawing: Sendable {
        let reference: GalleryReference
        let scene: Scene
        let bytes: Data
    }

    /// Draws every picture, several at a time, and hands them on in their order.
    func draw(_ body: (Drawing) throws -> Void) throws {
        let presses = try GalleryReference.Look.allCases.map { look in
            (look, try FigurePress(language: look.language, theme: look.theme, scale: Self.scale))
        }
        let places = plates.flatMap { plate in presses.map { (plate, $0.0, $0.1) } }
        // Each look of a figure is drawn by itself from what nobody changes, so that who draws it and when changes no byte.
        let drawings = Mutex([Result<[Drawing], any Error>?](repeating: nil, count: places.count))
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            let (plate, look, press) = places[index]
            let result = Result {
                let scene = try press.scene(plate.figure, of: plate.recording, options: FigureOptions())
                return try GalleryReference.all(of: plate.figure.id).filter { $0.look == look }.map { reference in
                    Drawing(reference: reference, scene: scene, bytes: try press.bytes(scene, as: reference.format))
                }
            }
            drawings.withLock { $0[index] = result }
        }
        for result in drawings.withLock({ $0 }) {
            for drawing in try result?.get() ?? [] { try body(drawing) }
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
        let page = try GalleryIndex(plates).markdown
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
        if existing(Self.index) != Data(try GalleryIndex(plates).markdown.utf8) {
            strays.append(GalleryDifference(file: Self.index, kind: .text))
        }
        return strays
    }

    private func existing(_ name: String) -> Data? { try? Data(contentsOf: folder.appending(path: name)) }

    /// Pictures in the folder that no figure draws.
    private func leftovers() throws -> [String] {
        let known = Set(plates.flatMap { GalleryReference.all(of: $0.figure.id) }.map(\.fileName))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names.filter { ($0.hasSuffix(".png") || $0.hasSuffix(".svg")) && !known.contains($0) }.sorted()
    }
}
