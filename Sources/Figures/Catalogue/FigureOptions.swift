public import Drawing

/// What a figure is asked to show. What is left open the figure chooses, and says in its foot.
public struct FigureOptions: Hashable, Sendable {
    /// The width of the page as drawn, px. A figure that is laid out for another width is scaled to it: see ``FigureError/tooNarrow(figure:width:least:)``.
    public var width: Double
    /// The ids of the runs to show. A figure of one run shows the first of them; without any it chooses the first that suits, and
    /// a figure that compares takes all.
    public var runs: [String]
    /// After how many updates; without it, the last step that has what the figure needs.
    public var step: Int?
    /// Counted from 0.
    public var layer: Int?
    /// Counted from 0.
    public var head: Int?
    /// Which sequence of the batch, counted from 0.
    public var example: Int?
    /// Whether the title is drawn; it is in the file in any case.
    public var showsTitle: Bool

    public init(
        width: Double = Sheet.article, runs: [String] = [], step: Int? = nil, layer: Int? = nil, head: Int? = nil,
        example: Int? = nil, showsTitle: Bool = true
    ) {
        self.width = width
        self.runs = runs
        self.step = step
        self.layer = layer
        self.head = head
        self.example = example
        self.showsTitle = showsTitle
    }
}
