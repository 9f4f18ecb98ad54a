internal import CCairo
public import Drawing

extension Rendering {
    /// A PDF file of several pages, in vectors, its text as outlines, with links and bookmarks.
    ///
    /// - Throws: ``RenderingError``: a character without a glyph, an impossible size, no page at all, or no memory.
    public func pdf(_ document: PagedDocument, theme: Theme) throws(RenderingError) -> [UInt8] {
        // A px is 1/96 and a point 1/72 of an inch.
        let unit = 72.0 / 96
        let possible = 1.0...32_767.0
        let sizes = document.pages.map(\.size)
        guard let first = sizes.first, sizes.allSatisfy({ possible.contains($0.width) && possible.contains($0.height) }) else {
            let size = sizes.first { !possible.contains($0.width) || !possible.contains($0.height) } ?? .zero
            throw .impossibleSize(width: size.width, height: size.height)
        }
        let sink = ByteSink()
        // SAFETY: the sink is alive until after `finish`, the last time that Cairo writes, by the use of it below; Cairo
        // returns an object for every surface, one that remembers the error where it failed.
        let canvas = unsafe Canvas(
            surface: cairo_pdf_surface_create_for_stream(
                ByteSink.write, Unmanaged.passUnretained(sink).toOpaque(), first.width * unit, first.height * unit)!)
        try canvas.check("make a document")
        canvas.describe(title: document.title)
        let painter = Painter(canvas, theme: theme, fonts: fonts)
        do throws(RenderingError) {
            for (index, page) in document.pages.enumerated() {
                painter.canvas.beginPage(Size(width: page.size.width * unit, height: page.size.height * unit))
                for heading in document.headings where heading.page == index {
                    painter.canvas.addBookmark(heading, unit: unit)
                }
                for layer in page.layers {
                    painter.canvas.save()
                    painter.canvas.scale(by: unit)
                    painter.canvas.move(by: layer.origin)
                    painter.canvas.scale(by: layer.scene.magnification)
                    defer { painter.canvas.restore() }
                    try painter.draw(layer.scene)
                }
                for link in page.links { painter.canvas.addLink(link, unit: unit) }
                painter.canvas.endPage()
            }
            try painter.canvas.check("draw the pages")
        } catch {
            // Finished here, while the sink is alive, and not by the canvas's end after it.
            try? painter.canvas.finish("end the document")
            throw error
        }
        try painter.canvas.finish("write the document")
        return withExtendedLifetime(sink) { sink.bytes }
    }
}

extension Canvas {
    fileprivate func describe(title: String) {
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        // Otherwise Cairo writes the time of day, and no two files are the same.
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
    }

    fileprivate func beginPage(_ size: Size) { unsafe cairo_pdf_surface_set_size(surface, size.width, size.height) }
    fileprivate func endPage() { unsafe cairo_show_page(context) }
    fileprivate func save() { unsafe cairo_save(context) }
    fileprivate func restore() { unsafe cairo_restore(context) }
    fileprivate func move(by offset: Point) { unsafe cairo_translate(context, offset.x, offset.y) }

    /// Bookmarks are flat: a lesson has one title, and its sections are what a reader jumps to.
    fileprivate func addBookmark(_ heading: PagedDocument.Heading, unit: Double) {
        let place = "page=\(heading.page + 1) pos=[0 \(NumberFormat.significant(heading.y * unit, digits: 6))]"
        _ = unsafe cairo_pdf_surface_add_outline(
            surface, CAIRO_PDF_OUTLINE_ROOT, heading.text, place, cairo_pdf_outline_flags_t(0))
    }

    fileprivate func addLink(_ link: PagedDocument.Link, unit: Double) {
        func number(_ x: Double) -> String { NumberFormat.significant(x * unit, digits: 6) }
        let (r, quote, backslash) = (link.area, "'", "\\")
        let address = link.address.replacing(backslash, with: backslash + backslash).replacing(quote, with: backslash + quote)
        let attributes = "rect=[\(number(r.x)) \(number(r.y)) \(number(r.width)) \(number(r.height))] uri='\(address)'"
        unsafe cairo_tag_begin(context, CAIRO_TAG_LINK, attributes)
        unsafe cairo_tag_end(context, CAIRO_TAG_LINK)
    }
}
