internal import CairoRendering
internal import Drawing
internal import Foundation

/// A picture of the gallery that is not as it is drawn now.
public struct GalleryDifference: Sendable {
    public enum Kind: Hashable, Sendable {
        /// It is drawn, and not in the folder.
        case missing
        /// It is in the folder, and no figure draws it.
        case leftOver
        /// It has other bytes, and its pixels cannot be compared.
        case bytes
        /// So many of its pixels differ.
        case pixels(Int)
        /// It is the index page.
        case text
    }

    /// The file's name in the folder.
    public let file: String
    public let kind: Kind
    /// Which recorded numbers the changed marks stand for.
    public let addresses: [String]
    /// As it is in the folder.
    let old: Data?
    /// As it is drawn now.
    let new: Data?
    /// Where they differ, as a PNG file.
    let picture: Data?

    init(file: String, kind: Kind, old: Data? = nil, new: Data? = nil) {
        (self.file, self.kind, addresses, self.old, self.new, picture) = (file, kind, [], old, new, nil)
    }

    /// - Returns: Nothing where only the bytes of a PNG file differ, as with another version of zlib, and not its pixels.
    init?(of drawing: Gallery.Drawing, from old: Data, measurer: any TextMeasurer) throws {
        file = drawing.reference.fileName
        (self.old, new) = (old, drawing.bytes)
        guard drawing.reference.format == .png, let before = try? Bitmap(png: [UInt8](old)) else {
            (kind, addresses, picture) = (.bytes, [], nil)
            return
        }
        let difference = BitmapDifference(before, try Bitmap(png: [UInt8](drawing.bytes)))
        guard difference.count > 0 else { return nil }
        kind = .pixels(difference.count)
        picture = Data(try difference.picture(scale: Gallery.scale))
        var seen: Set<String> = []
        addresses = AddressedMarks(drawing.scene, measurer: measurer).marks.compactMap { mark in
            let r = mark.bounds
            let pixels = Rectangle(
                x: r.x * Gallery.scale, y: r.y * Gallery.scale, width: r.width * Gallery.scale, height: r.height * Gallery.scale)
            return difference.touches(pixels) && seen.insert(mark.address).inserted ? mark.address : nil
        }
    }
}

extension GalleryDifference: CustomStringConvertible {
    public var description: String {
        let numbers = addresses.isEmpty ? "" : "; marks of \(addresses.count) addresses changed"
        return switch kind {
        case .missing: "\(file) is not in the gallery"
        case .leftOver: "\(file) belongs to no figure"
        case .bytes: "\(file) is drawn with other bytes\(numbers)"
        case .pixels(let count): "\(file) differs in \(count) pixels\(numbers)"
        case .text: "\(file) lists other figures, questions or fonts"
        }
    }
}
