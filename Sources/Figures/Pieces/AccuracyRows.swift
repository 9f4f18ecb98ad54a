internal import Drawing
internal import Recordings

/// Accuracies as rows over one axis from 0 to 1: from what was there before to the mean of what came after, a dot for each seed, and a
/// number at the end.
struct AccuracyRows {
    struct Row {
        /// Where the line begins, with the address of the number; without it, it begins at 0.
        var before: (number: Double, address: String)?
        var after: (number: Double, address: String)
        /// Of each seed.
        var seeds: [(number: Double, address: String)]
        /// Written behind the row, and what it comes from.
        var text: String
        var textAddress: String
    }

    var rows: [Row]
    /// What a row is drawn in.
    var looks: [(role: ColourRole, mark: Mark)]
    var rowHeight = 30.0
    /// The room for the numbers at the end, px.
    var textWidth: Double

    enum Mark { case circle, square, diamond }

    /// Where the axis begins: half of its first number stands before it.
    static let inset = 11.0
    private static let tick = 4.0

    /// The panel in a width. The block knows the places `row 0`, ….
    func block(_ type: Typesetter, width: Double) -> Block {
        let length = max(1, width - textWidth - 2 * Self.inset)
        let height = Double(rows.count) * rowHeight
        var block = Block(size: Size(width: width, height: height + Self.tick + 2 + Font.digits.lineHeight))
        func place(_ accuracy: Double) -> Double { Self.inset + min(max(accuracy, 0), 1) * length }
        for share in [0, 0.5, 1] {
            let x = place(share).rounded()
            block.elements.append(
                .line(Point(x: x, y: 0), Point(x: x, y: height + Self.tick), Stroke(share == 0 ? .muted : .rule)))
            block.elements.append(
                .text(
                    TextRun(
                        NumberFormat.percentage(share), at: Point(x: x, y: height + Self.tick + 2 + Font.digits.baseline),
                        font: .digits, anchor: .middle, paint: .muted)))
        }
        for (index, row) in rows.enumerated() {
            let look = looks[index % looks.count]
            let paint = Paint.role(look.role, strength: 1)
            let y = ((Double(index) + 0.5) * rowHeight).rounded()
            let (from, to) = (Point(x: place(row.before?.number ?? 0), y: y), Point(x: place(row.after.number), y: y))
            if abs(from.x - to.x) > 0.5 { block.elements.append(.line(from, to, Stroke(paint, width: 2))) }
            if let before = row.before {
                let ring = Element.circle(at: from, radius: 6, fill: .paper, stroke: Stroke(.ink, width: 1.5))
                block.elements.append(.group(Group(address: before.address, [ring])))
            }
            for seed in row.seeds where !row.seeds.allSatisfy({ $0.number == row.after.number }) {
                let dot = Element.circle(
                    at: Point(x: place(seed.number), y: y + 8), radius: 1.75, fill: .role(look.role, strength: 0.7))
                block.elements.append(.group(Group(address: seed.address, [dot])))
            }
            block.elements.append(.group(Group(address: row.after.address, [Self.mark(look.mark, at: to, paint: paint)])))
            let text = TextRun(
                row.text, at: Point(x: width, y: y + Font.label.capitalHeight / 2), font: .label, anchor: .end, paint: paint)
            block.elements.append(.group(Group(address: row.textAddress, [.text(text)])))
            block.places["row \(index)"] = Rectangle(x: 0, y: Double(index) * rowHeight, width: width, height: rowHeight)
        }
        return block
    }

    private static func mark(_ mark: Mark, at p: Point, paint: Paint) -> Element {
        switch mark {
        case .circle: return .circle(at: p, radius: 4, fill: paint)
        case .square: return .rectangle(Rectangle(x: p.x - 3.5, y: p.y - 3.5, width: 7, height: 7), fill: paint)
        case .diamond:
            let corners = [(0.0, -4.5), (4.5, 0.0), (0.0, 4.5), (-4.5, 0.0)].map { p + Point(x: $0.0, y: $0.1) }
            return .shape(Shape(Path(through: corners, closed: true), fill: paint))
        }
    }
}

/// The accuracy of a run on a split, and where it is recorded.
struct RecordedAccuracy {
    let number: Double
    let address: Address

    /// At the run's last evaluation of the split, or at a step.
    init?(of run: RecordedRun, split: String, atStep step: Int? = nil) {
        let all = run.journal.evaluations(ofSplit: split)
        guard let found = step.map({ step in all.first { $0.step == step } }) ?? all.last else { return nil }
        number = Double(found.accuracy)
        address = Address(run: run.id, step: found.step, .evaluationAccuracy(split))
    }

    /// Differences in per cent of all answers, to whole ones: `+7`, `−12`, `0`.
    static func points(_ difference: Double) -> String {
        let whole = Int((difference * 100).rounded())
        return whole > 0 ? "+\(whole)" : NumberFormat.whole(whole)
    }

    static func mean(_ accuracies: [RecordedAccuracy]) -> (number: Double, address: String) {
        MeasuredRuns.mean(accuracies.map(\.number), accuracies.map(\.address))
    }

    /// The mean of some less the mean of as many others.
    static func gap(_ accuracies: [RecordedAccuracy], _ others: [RecordedAccuracy]) -> (number: Double, address: String) {
        let arguments = (accuracies + others).map(\.address)
        return (
            mean(accuracies).number - mean(others).number,
            Derivation(accuracies.count == 1 ? "difference" : "mean-difference", arguments: arguments).description
        )
    }
}
