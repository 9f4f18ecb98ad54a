/// The rows or the columns of a matrix: how many, what they are called, and how they are grouped.
public struct MatrixAxis: Sendable {
    /// Neighbours that belong together and are set apart from the others: the prompt's columns from the text's.
    public struct Group: Sendable {
        public var count: Int
        /// Written at the bracket; a group without a label has no bracket.
        public var label: String?
        public var role: ColourRole

        public init(count: Int, label: String? = nil, role: ColourRole = .ink) {
            self.count = count
            self.label = label
            self.role = role
        }
    }

    public var groups: [Group]
    /// One for each row or column, or none at all.
    public var labels: [String]
    /// What the axis runs over: `queries`, `keys`.
    public var title: String?
    /// What to call those that are left out, in the plural, in Chinese with the measure word: `columns`, `列`.
    public var noun: Localised
    /// The index of the first one in the recorded value.
    public var firstIndex: Int

    public var count: Int { groups.reduce(0) { $0 + $1.count } }

    public init(
        count: Int, labels: [String] = [], title: String? = nil, noun: Localised, firstIndex: Int = 0
    ) {
        self.init(groups: [Group(count: count)], labels: labels, title: title, noun: noun, firstIndex: firstIndex)
    }

    public init(
        groups: [Group], labels: [String] = [], title: String? = nil, noun: Localised, firstIndex: Int = 0
    ) {
        self.groups = groups.filter { $0.count > 0 }
        self.labels = labels
        self.title = title
        self.noun = noun
        self.firstIndex = firstIndex
        precondition(labels.isEmpty || labels.count == count, "an axis needs a label for each of its rows or columns, or none")
    }
}

/// An axis with its places: which rows or columns are shown, and where.
struct MatrixAxisLayout {
    /// Indices on the axis, in order.
    private(set) var shown: [Int] = []
    /// Where each begins, px from the first.
    private(set) var starts: [Double] = []
    /// Where each group begins and ends, px.
    private(set) var groupSpans: [ClosedRange<Double>] = []
    /// Where something is left out, the middle of the gap, px.
    private(set) var gaps: [Double] = []
    private(set) var omitted = 0
    private(set) var length = 0.0

    static let groupGap = 10.0
    static let elisionGap = 18.0

    /// - Parameters:
    ///   - cell: The length of a cell along the axis.
    ///   - cellGap: The distance between cells.
    ///   - room: How long the axis may be. What does not fit is left out of the middle of the longest groups.
    init(_ axis: MatrixAxis, cell: Double, cellGap: Double, room: Double) {
        var capacities = axis.groups.map(\.count)
        while true {
            lay(axis, capacities: capacities, cell: cell, cellGap: cellGap)
            guard length > room, let longest = capacities.indices.max(by: { capacities[$0] < capacities[$1] }),
                capacities[longest] > 2
            else { return }
            // The first to be left out makes room for a gap; the loop ends since a capacity falls each time.
            let excess = max(1, Int(((length - room) / (cell + cellGap)).rounded(.down)))
            let second = capacities.enumerated().filter { $0.offset != longest }.map(\.element).max() ?? 0
            capacities[longest] = max(2, min(capacities[longest] - 1, max(capacities[longest] - excess, second)))
        }
    }

    private mutating func lay(_ axis: MatrixAxis, capacities: [Int], cell: Double, cellGap: Double) {
        (shown, starts, groupSpans, gaps, omitted) = ([], [], [], [], 0)
        var (position, first) = (0.0, 0)
        for (group, capacity) in zip(axis.groups, capacities) {
            if first > 0 { position += Self.groupGap }
            let begin = position
            let elision = Elision(count: group.count, capacity: capacity)
            omitted += elision.omitted
            for (rank, index) in elision.shown.enumerated() {
                if rank > 0 { position += cellGap }
                if rank == elision.gap {
                    gaps.append(position + Self.elisionGap / 2)
                    position += Self.elisionGap + cellGap
                }
                shown.append(first + index)
                starts.append(position)
                position += cell
            }
            if elision.gap == elision.shown.count {
                gaps.append(position + cellGap + Self.elisionGap / 2)
                position += cellGap + Self.elisionGap
            }
            groupSpans.append(begin...position)
            first += group.count
        }
        length = position
    }
}
