internal import CairoRendering
internal import Drawing
public import Experiments
public import Foundation
internal import Interchange

/// Step time against prompt length, batch, text length, depth and width, ours and the peers': drawn from what `foreword bench --growth`
/// measured.
public enum GrowthFigure {
    /// Writes the figure in both languages and both themes.
    ///
    /// - Parameter folder: Its place; made if it is not there.
    /// - Returns: The names of the files.
    public static func write(_ growth: Growth, to folder: URL) throws -> [String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var names: [String] = []
        for language in Language.allCases {
            for theme in [Theme.light, .dark] {
                let press = try FigurePress(language: language, theme: theme)
                let scene = press.scene { GrowthDrawing(growth, type: $0).sheet() }
                let look = "\(language == .en ? "en" : "zh").\(theme == .light ? "light" : "dark")"
                for format in [FigureFormat.png, .svg] {
                    let name = "growth.\(look).\(format.rawValue)"
                    try AtomicFile.write(try press.bytes(scene, as: format), to: folder.appending(path: name))
                    names.append(name)
                }
            }
        }
        return names
    }
}
