internal import CairoRendering
internal import Drawing
public import Experiments
public import Foundation
internal import Interchange

/// Step time against prompt length, batch, text length, depth and width, ours and the peers': drawn from what `foreword bench --growth`
/// measured.
public enum GrowthFigure {
    /// Writes the figure in the looks that the gallery keeps of every figure, as outlines: lines need no pixels.
    ///
    /// - Parameter folder: Its place; made if it is not there.
    /// - Returns: The names of the files.
    public static func write(_ growth: Growth, to folder: URL) throws -> [String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var names: [String] = []
        for reference in GalleryReference.all(of: "growth") where reference.format == .svg {
            let press = try FigurePress(language: reference.look.language, theme: reference.look.theme)
            let scene = press.scene { GrowthDrawing(growth, type: $0).sheet() }
            try AtomicFile.write(
                try press.bytes(scene, as: reference.format), to: folder.appending(path: reference.fileName))
            names.append(reference.fileName)
        }
        return names
    }
}
