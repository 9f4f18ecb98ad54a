/// A finished drawing, as plain data: what a figure makes and every backend interprets.
///
/// All places and sizes are px at 96 an inch, before ``magnification``. Colours are roles and places on colour maps; a
/// ``Theme`` turns them into colours when the scene is drawn.
public struct Scene: Hashable, Sendable {
    public var size: Size
    /// What fills the canvas; nil leaves it transparent.
    public var background: Paint?
    /// What the figure shows, in one sentence: read aloud by a screen reader, and the title of a file.
    public var title: String
    /// The figure in words for who cannot see it.
    public var description: String
    public var language: Language
    public var elements: [Element]
    /// How many times larger than laid out it is drawn. Type that becomes smaller than ``Font/smallestSize`` is a finding of
    /// ``SceneAudit``.
    public var magnification: Double

    public init(
        size: Size, background: Paint? = .paper, title: String, description: String, language: Language,
        elements: [Element], magnification: Double = 1
    ) {
        self.size = size
        self.background = background
        self.title = title
        self.description = description
        self.language = language
        self.elements = elements
        self.magnification = magnification
    }

    /// The size as drawn, px.
    public var drawnSize: Size { Size(width: size.width * magnification, height: size.height * magnification) }

    /// The scene drawn `width` px wide.
    public func drawn(width: Double) -> Scene {
        precondition(width > 0 && size.width > 0)
        var scene = self
        scene.magnification = width / size.width
        return scene
    }
}

/// One part of a scene. Later parts cover earlier ones.
public enum Element: Hashable, Sendable {
    case group(Group)
    case shape(Shape)
    case text(TextRun)
    case cells(CellGrid)
}

/// Elements that are moved together and, where they stand for a recorded value, carry its address.
public struct Group: Hashable, Sendable {
    public var offset: Point
    /// Which recorded value this stands for, such as `s120/loss`.
    public var address: String?
    public var elements: [Element]

    public init(offset: Point = .zero, address: String? = nil, _ elements: [Element]) {
        self.offset = offset
        self.address = address
        self.elements = elements
    }
}

extension Element {
    /// A rectangle.
    public static func rectangle(
        _ rectangle: Rectangle, cornerRadius: Double = 0, fill: Paint? = nil, hatch: Hatch? = nil, stroke: Stroke? = nil
    ) -> Element {
        .shape(Shape(Path(rectangle, cornerRadius: cornerRadius), fill: fill, hatch: hatch, stroke: stroke))
    }

    public static func circle(at centre: Point, radius: Double, fill: Paint? = nil, stroke: Stroke? = nil) -> Element {
        .shape(Shape(Path(circleAt: centre, radius: radius), fill: fill, stroke: stroke))
    }

    public static func line(_ from: Point, _ to: Point, _ stroke: Stroke) -> Element {
        .shape(Shape(Path(through: [from, to]), stroke: stroke))
    }
}

extension Scene {
    /// Every address in the scene, in the order of drawing: what a reader can look up.
    public var addresses: [String] { Self.addresses(in: elements) }

    private static func addresses(in elements: [Element]) -> [String] {
        elements.flatMap { element -> [String] in
            switch element {
            case .group(let group): (group.address.map { [$0] } ?? []) + addresses(in: group.elements)
            case .cells(let grid):
                grid.addresses.map { addresses in
                    (0..<grid.rows).flatMap { row in
                        (0..<grid.columns).map { addresses.address(row: row, column: $0) }
                    }
                } ?? []
            case .shape, .text: []
            }
        }
    }
}
