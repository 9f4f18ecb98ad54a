internal import CairoRendering
internal import Drawing

/// A part of a document that is never split over two pages.
struct PageSlab {
    var height: Double
    /// Room above it, except at the top of a page.
    var spaceBefore: Double
    /// Whether it must not be the last of its page, as a heading.
    var keepsWithNext = false
    /// The scenes on it, from its own upper left corner.
    var layers: [PagedDocument.Layer] = []
    var links: [PagedDocument.Link] = []
    var headings: [(text: String, level: Int)] = []
    /// Which table it is a row of, and the table's head, which is drawn again where the table goes on at the top of a page.
    var table: Table?

    struct Table {
        let id: Int
        let head: Head
    }

    /// The head of a table; a class so that its rows share it.
    final class Head {
        let slab: PageSlab
        init(_ slab: PageSlab) { self.slab = slab }
    }

    mutating func move(by offset: Point) {
        layers = layers.map { PagedDocument.Layer($0.scene, at: $0.origin + offset) }
        links = links.map { PagedDocument.Link(area: $0.area.moved(by: offset), address: $0.address) }
    }
}
