internal import CairoRendering
internal import Drawing

/// A Markdown document as A4 pages.
struct PDFPages {
    let document: MarkdownDocument
    let type: Typesetter
    /// A figure's scene no wider than its room; `nil` where the path is none of a figure.
    let figure: (_ path: String, _ width: Double) throws -> Scene?

    func paged() throws -> PagedDocument {
        let geometry = PageGeometry()
        let measures = PageType(language: type.language)
        let room = Size(width: geometry.width, height: geometry.height)
        var layout = PageLayout(type: type, measures: measures, room: room, figure: figure)
        let pages = Pagination.pages(of: try layout.slabs(of: document.blocks, width: room.width), height: room.height)
        let title = TextSafety.shown(document.title ?? "Foreword")
        var result = PagedDocument(title: title, pages: [])
        for (index, slabs) in pages.enumerated() {
            var page = PagedDocument.Page(size: geometry.size)
            page.layers.append(
                PagedDocument.Layer(
                    furniture(title, number: index + 1, of: pages.count, geometry: geometry, measures: measures), at: .zero))
            for placed in slabs {
                var slab = placed.slab
                slab.move(by: Point(x: geometry.side, y: geometry.top + placed.y))
                page.layers += slab.layers
                page.links += slab.links
                result.headings += slab.headings.map {
                    PagedDocument.Heading(text: $0.text, level: $0.level, page: index, y: max(0, geometry.top + placed.y - 12))
                }
            }
            result.pages.append(page)
        }
        return result
    }

    /// Paper, running title and number.
    private func furniture(
        _ title: String, number: Int, of count: Int, geometry: PageGeometry, measures: PageType
    ) -> Scene {
        let y = geometry.size.height - geometry.bottom / 2
        let right = geometry.side + geometry.width
        let pageNumber = "\(number) / \(count)"
        let short = type.shortened(
            title, width: geometry.width - type.width(of: pageNumber, in: measures.foot) - 24, font: measures.foot)
        return Scene(
            size: geometry.size, title: title, description: "", language: type.language,
            elements: [
                .line(Point(x: geometry.side, y: y - 18), Point(x: right, y: y - 18), Stroke(.rule)),
                .text(TextRun(short, at: Point(x: geometry.side, y: y), font: measures.foot, paint: .muted)),
                .text(TextRun(pageNumber, at: Point(x: right, y: y), font: measures.foot, anchor: .end, paint: .muted)),
            ])
    }
}
