internal import Drawing
internal import Foundation
internal import Interchange

/// A lesson's page as documents to hand on, made of its Markdown.
enum DocumentPages {
    /// A web server shows this file for its folder.
    static let htmlName = "index.html"

    /// Writes the documents asked for beside the Markdown.
    ///
    /// - Parameters:
    ///   - name: Of the PDF's file, without its extension.
    ///   - figureFormats: Without SVG among them the HTML shows the figures as PNG.
    ///   - folder: Where the Markdown is.
    static func write(
        _ markdown: String, figures: [DocumentFigure], formats: Set<PageFormat>, name: String, press: FigurePress,
        figureFormats: [FigureFormat], to folder: URL
    ) throws {
        let document = MarkdownDocument(markdown)
        if formats.contains(.html) {
            let html = try html(document, figures: figures, press: press, asVectors: figureFormats.contains(.svg))
            try AtomicFile.write(html, to: folder.appending(path: htmlName))
        }
        if formats.contains(.pdf) {
            try AtomicFile.write(try pdf(document, figures: figures, press: press), to: folder.appending(path: "\(name).pdf"))
        }
    }

    static func html(
        _ document: MarkdownDocument, figures: [DocumentFigure], press: FigurePress, asVectors: Bool
    ) throws -> String {
        let byPath = Dictionary(figures.map { ($0.path, $0) }) { first, _ in first }
        return try HTMLPage(document: document, language: press.language) { path, prefix, caption in
            guard let scene = byPath[path]?.scene else { return nil }
            if asVectors { return try press.liveSVG(scene, prefix: prefix) }
            let png = try press.bytes(scene, as: .png).base64EncodedString()
            let size = scene.drawnSize
            return
                "<img src=\"data:image/png;base64,\(png)\" width=\"\(Int(size.width.rounded()))\" height=\"\(Int(size.height.rounded()))\" alt=\"\(XML.escaped(caption))\">"
        }.html()
    }

    static func pdf(_ document: MarkdownDocument, figures: [DocumentFigure], press: FigurePress) throws -> Data {
        let byPath = Dictionary(figures.map { ($0.path, $0) }) { first, _ in first }
        let pages = PDFPages(document: document, type: press.type) { path, width in try byPath[path]?.sceneInWidth(width) }
        return try press.pdf(try pages.paged())
    }
}
