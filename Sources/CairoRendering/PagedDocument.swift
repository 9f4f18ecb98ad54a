public import Drawing

/// Pages that become one PDF file.
public struct PagedDocument: Sendable {
    /// A page: scenes at places.
    public struct Page: Sendable {
        /// px at 96 an inch, as all places here.
        public var size: Size
        public var layers: [Layer]
        public var links: [Link]

        public init(size: Size, layers: [Layer] = [], links: [Link] = []) {
            self.size = size
            self.layers = layers
            self.links = links
        }
    }

    /// A scene on a page, drawn in its own magnification.
    public struct Layer: Sendable {
        public var scene: Scene
        public var origin: Point

        public init(_ scene: Scene, at origin: Point) {
            self.scene = scene
            self.origin = origin
        }
    }

    /// A part of a page that opens an address.
    public struct Link: Hashable, Sendable {
        public var area: Rectangle
        public var address: String

        public init(area: Rectangle, address: String) {
            self.area = area
            self.address = address
        }
    }

    /// An entry of the table of contents that readers show beside the pages.
    public struct Heading: Hashable, Sendable {
        public var text: String
        /// 1 for the highest.
        public var level: Int
        /// Counted from 0.
        public var page: Int
        /// From the page's upper edge, px.
        public var y: Double

        public init(text: String, level: Int, page: Int, y: Double) {
            self.text = text
            self.level = level
            self.page = page
            self.y = y
        }
    }

    public var title: String
    public var pages: [Page]
    public var headings: [Heading]

    public init(title: String, pages: [Page], headings: [Heading] = []) {
        self.title = title
        self.pages = pages
        self.headings = headings
    }
}
