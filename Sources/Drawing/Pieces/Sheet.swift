/// A whole figure on its page: title, body, caption and the foot that says where the numbers come from.
public struct Sheet: Sendable {
    /// The widths figures are laid out for, px.
    public static let article = 720.0
    public static let wide = 1080.0
    public static let slide = 1280.0
    public static let margin = 24.0

    /// What the figure finds, or asks.
    public var title: Localised
    /// The figure in words for who cannot see it.
    public var description: Localised
    public var body: Block
    public var caption: Localised?
    /// One line: model, method, seed, step.
    public var provenance: Localised?
    public var width: Double
    /// Whether the title is drawn; it is in the file in any case.
    public var showsTitle: Bool
    public var alignment: Alignment

    public init(
        title: Localised, description: Localised, body: Block, caption: Localised? = nil, provenance: Localised? = nil,
        width: Double = Sheet.article, showsTitle: Bool = true, alignment: Alignment = .start
    ) {
        self.title = title
        self.description = description
        self.body = body
        self.caption = caption
        self.provenance = provenance
        self.width = width
        self.showsTitle = showsTitle
        self.alignment = alignment
    }

    /// The width left for the body, px.
    public static func room(in width: Double) -> Double { width - 2 * margin }

    /// The figure as a scene, as high as it needs to be, in steps of 8 px.
    public func scene(_ type: Typesetter) -> Scene {
        let room = Self.room(in: width)
        var parts: [Block] = []
        if showsTitle { parts.append(type.paragraph(title, width: room, font: .title)) }
        parts.append(body.within(width: room, horizontally: alignment))
        var foot: [Block] = []
        if let caption { foot.append(type.paragraph(caption, width: room, font: .label, paint: .muted)) }
        if let provenance { foot.append(type.paragraph(provenance, width: room, font: .digits, paint: .muted)) }
        if !foot.isEmpty { parts.append(.column(foot, spacing: 8)) }
        let content = Block.column(parts, spacing: 16)
        let height = ((content.height + 2 * Self.margin) / 8).rounded(.up) * 8
        var page = Block(size: Size(width: width, height: height))
        page.place(content, at: Point(x: Self.margin, y: Self.margin))
        return Scene(
            size: page.size, title: title[type.language], description: description[type.language], language: type.language,
            elements: page.elements)
    }
}
