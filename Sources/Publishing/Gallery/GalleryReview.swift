internal import Foundation

/// The page on which someone looks at what changed before it is accepted. It needs no other file.
public struct GalleryReview: Sendable {
    public let differences: [GalleryDifference]

    public init(_ differences: [GalleryDifference]) { self.differences = differences }

    /// More addresses than this are counted instead of listed.
    private static let mostAddresses = 200

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Gallery review</title>
        <style>
        body { font: 14px/1.5 sans-serif; margin: 24px; color: #1B1F24; background: #FFFFFF }
        section { border-top: 1px solid #C8CCD0; padding: 8px 0 24px }
        .pictures { display: flex; gap: 16px; align-items: flex-start }
        figure { flex: 1 1 0; min-width: 0; margin: 0 }
        figcaption { color: #54595F }
        img { width: 100%; border: 1px solid #C8CCD0 }
        .blend { position: relative; isolation: isolate }
        .blend img + img { position: absolute; inset: 0; mix-blend-mode: difference }
        code { background: #EEF0F2; padding: 0 4px }
        </style>
        <h1>\(Self.escaped(differences.isEmpty ? "Nothing differs" : "\(differences.count) files differ"))</h1>
        \(differences.map(section).joined(separator: "\n"))
        </html>

        """
    }

    private func section(_ difference: GalleryDifference) -> String {
        let type = difference.file.hasSuffix(".png") ? "image/png" : "image/svg+xml"
        func image(_ data: Data?, _ type: String, _ alt: String) -> String? {
            data.map { "<img alt=\"\(alt)\" src=\"data:\(type);base64,\($0.base64EncodedString())\">" }
        }
        let (old, new) = (image(difference.old, type, "old"), image(difference.new, type, "new"))
        var pictures = [("old", old), ("new", new)]
        if let picture = image(difference.picture, "image/png", "difference") {
            pictures.append(("difference, in red", picture))
        } else if let old, let new {
            // The browser draws both and subtracts them: equal places are black.
            pictures.append(("difference, black where equal", "<div class=\"blend\">\(old)\(new)</div>"))
        }
        let shown = pictures.compactMap { caption, image in
            image.map { "<figure>\($0)<figcaption>\(caption)</figcaption></figure>" }
        }
        return """
            <section>
            <h2>\(Self.escaped(difference.description))</h2>
            <div class="pictures">\(shown.joined())</div>
            \(addresses(of: difference))
            </section>
            """
    }

    private func addresses(of difference: GalleryDifference) -> String {
        guard !difference.addresses.isEmpty else { return "" }
        let list = difference.addresses.prefix(Self.mostAddresses).map { "<code>\(Self.escaped($0))</code>" }
        let rest = difference.addresses.count - list.count
        return
            "<details><summary>changed addresses</summary>\(list.joined(separator: " "))\(rest > 0 ? " and \(rest) more" : "")</details>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
