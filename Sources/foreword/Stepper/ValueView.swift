import Drawing
import Experiments
import Recordings

/// How the numbers of a value are shown.
enum ViewMode: String, CaseIterable {
    case numbers, heat, statistics

    var next: ViewMode { Self.allCases[((Self.allCases.firstIndex(of: self) ?? 0) + 1) % Self.allCases.count] }
}

/// Draws the numbers of a value: those around the chosen element that fit.
struct ValueView {
    let value: RecordedValue
    /// A row, then an index for each inner axis; the first element stands for none.
    let focus: [Int]?
    /// The text of each row's token, where rows are of tokens.
    let rowWords: [String?]
    let width: Int
    /// The most lines.
    let height: Int
    let hasColours: Bool
    let words: StepperWords

    private static let ramp = Array(" .:=+*#%@")

    func lines(_ mode: ViewMode) -> [StyledText] {
        guard !value.numbers.isEmpty else { return [StyledText(words.empty, .quiet)] }
        return switch mode {
        case .numbers: table()
        case .heat: heat()
        case .statistics: statistics()
        }
    }

    // MARK: Which part is seen

    /// Rows against the last axis; of the axes between, one index each.
    private struct Plane {
        let offset: Int
        let columns: Int
        let middle: [Int]
    }

    private var plane: Plane {
        let inner = value.shape.inner
        let columns = inner.last ?? 1
        let middle = focus.map { Array($0.dropFirst().dropLast()) } ?? [Int](repeating: 0, count: max(0, inner.count - 1))
        var offset = 0
        for (index, extent) in zip(middle, inner.dropLast()) { offset = offset * extent + index }
        return Plane(offset: offset * columns, columns: columns, middle: middle)
    }

    private func number(_ row: Int, _ column: Int, in plane: Plane) -> Double {
        Double(value.numbers[row * value.columns + plane.offset + column])
    }

    /// So many of `count` as there is room for, with the chosen one among them.
    private func window(_ count: Int, room: Int, around place: Int?) -> Range<Int> {
        let size = min(count, max(1, room))
        let start = min(max(0, (place ?? 0) - size / 2), count - size)
        return start..<start + size
    }

    private func title(_ mode: String, _ plane: Plane, rows: Range<Int>, columns: Range<Int>) -> StyledText {
        var parts: [String] = []
        if !plane.middle.isEmpty {
            let extents = value.shape.inner.dropLast()
            let isOfHeads = extents.count == 1 && value.name.rawValue.contains("attention")
            for (index, extent) in zip(plane.middle, extents) { parts.append(words.slice(index, of: extent, isHead: isOfHeads)) }
        }
        if rows.count < value.rowCount { parts.append(words.range(rows, of: value.rowCount, isRows: true)) }
        if columns.count < plane.columns { parts.append(words.range(columns, of: plane.columns, isRows: false)) }
        return StyledText(([mode] + parts).joined(separator: " · "), .quiet)
    }

    private func label(_ row: Int, width: Int) -> StyledText {
        let word = rowWords.indices.contains(row) ? rowWords[row] : nil
        return StyledText(
            TerminalText.padded("\(row)" + (word.map { " " + TerminalText.harmless($0) } ?? ""), to: width),
            row == focus?.first ? .strong : .quiet)
    }

    private func labelWidth(_ rows: Range<Int>) -> Int {
        let widest = rows.map { label($0, width: 40).text.trimmingPrefixSpaces }.map { TerminalText.columns($0) }.max() ?? 1
        return min(widest, max(4, width / 6))
    }

    // MARK: Numbers

    private static let cellWidth = 9

    /// At most eight columns.
    static func cell(_ x: Double) -> String {
        let text = NumberFormat.significant(x, digits: 3)
        if TerminalText.columns(text) <= 7 { return text }
        return NumberFormat.scientific(x, digits: 2)
    }

    private func table() -> [StyledText] {
        let plane = plane
        let rows = window(value.rowCount, room: height - 2, around: focus?.first)
        let labelWidth = labelWidth(rows)
        let columns = window(plane.columns, room: (width - labelWidth) / Self.cellWidth, around: focus?.last)
        var lines = [title(words.mode(.numbers), plane, rows: rows, columns: columns)]
        let head = columns.map { TerminalText.padded("\($0)", to: Self.cellWidth, isRight: true) }.joined()
        lines.append(StyledText(String(repeating: " ", count: labelWidth) + head, .quiet))
        for row in rows {
            var line = label(row, width: labelWidth)
            for column in columns {
                let isFocus = row == focus?.first && column == focus?.last
                let text = TerminalText.padded(Self.cell(number(row, column, in: plane)), to: Self.cellWidth - 1, isRight: true)
                line += StyledText(isFocus ? ">" : " ", isFocus ? .strong : .plain)
                line += StyledText(text, isFocus ? .reversed : .plain)
            }
            lines.append(line)
        }
        return lines
    }

    // MARK: Heat

    private func heat() -> [StyledText] {
        let plane = plane
        let statistics = ValueStatistics(value.numbers)
        let isSigned = statistics.minimum < 0
        let magnitude = max(abs(statistics.minimum), abs(statistics.maximum))
        let scale = isSigned ? ColourScale.diverging(magnitude: magnitude) : ColourScale.sequential(to: magnitude)
        let rows = window(value.rowCount, room: height - 2, around: focus?.first)
        let labelWidth = labelWidth(rows) + 1
        let room = width - labelWidth
        // Without colours the sign needs a column of its own.
        let cellWidth = plane.columns * 2 <= room || (!hasColours && isSigned) ? 2 : 1
        let columns = window(plane.columns, room: room / cellWidth, around: focus?.last)
        var lines = [title(words.mode(.heat), plane, rows: rows, columns: columns)]
        for row in rows {
            var line = label(row, width: labelWidth)
            for column in columns {
                let x = number(row, column, in: plane)
                let isFocus = row == focus?.first && column == focus?.last
                if hasColours {
                    let text = isFocus ? (cellWidth == 2 ? "◂▸" : "◆") : String(repeating: " ", count: cellWidth)
                    line += StyledText(text, .cell(scale.paint(for: x)))
                } else {
                    let share = magnitude > 0 ? abs(x) / magnitude : 0
                    let mark = x.isFinite ? Self.ramp[min(Self.ramp.count - 1, Int((share * 8).rounded()))] : "!"
                    let sign = isFocus ? ">" : x < 0 && mark != " " ? "-" : " "
                    line += StyledText(cellWidth == 2 ? "\(sign)\(mark)" : isFocus ? ">" : "\(mark)")
                }
            }
            lines.append(line)
        }
        let low = isSigned ? -magnitude : 0
        var legend = StyledText("\(NumberFormat.significant(low)) ", .quiet)
        if hasColours {
            for step in 0..<16 {
                legend += StyledText(" ", .cell(scale.paint(for: low + (magnitude - low) * Double(step) / 15)))
            }
        } else {
            legend += StyledText(isSigned ? "-@ -= -.    .  =  @" : "[\(String(Self.ramp))]", .quiet)
        }
        legend += StyledText(" \(NumberFormat.significant(magnitude))", .quiet)
        lines.append(legend)
        return lines
    }

    // MARK: Statistics

    private func statistics() -> [StyledText] {
        let statistics = ValueStatistics(value.numbers)
        func text(_ x: Double) -> String { NumberFormat.significant(x, digits: 4) }
        var parts = [words.count(statistics.count)]
        if statistics.strangeCount > 0 { parts.append(words.strange(statistics.strangeCount)) }
        var lines = [StyledText(([words.mode(.statistics)] + parts).joined(separator: " · "), .quiet)]
        let entries = [
            (words.minimum, statistics.minimum), (words.mean, statistics.mean), (words.maximum, statistics.maximum),
            (words.norm, statistics.norm),
        ]
        lines += TerminalText.wrapped(
            entries.map { "\($0) \(text($1))" }.joined(separator: "   "), to: width
        ).map { StyledText($0) }
        let (low, high) = (text(statistics.minimum), text(statistics.maximum))
        let bins = max(8, min(60, width - TerminalText.columns(low + high) - 2))
        let counts = statistics.histogram(value.numbers, bins: bins)
        let largest = counts.max() ?? 0
        // A bin with a single number in it is seen, and told from an empty one.
        let bars = counts.map { count in
            count == 0 ? " " : Sparkline.blocks[min(7, largest == 0 ? 0 : count * 8 / (largest + 1))]
        }
        lines.append(StyledText(low, .quiet) + StyledText(" \(String(bars)) ") + StyledText(high, .quiet))
        return lines
    }
}

extension String {
    /// Without the spaces it was padded with.
    fileprivate var trimmingPrefixSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
