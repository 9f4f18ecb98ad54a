internal import Drawing
internal import Recordings

/// The numbers that a frame shows: a plane of a value, and the one number in it that is followed.
struct ShotNumbers {
    let value: RecordedValue
    /// A row, then an index for each inner axis.
    let index: [Int]
    /// Rows that belong to what is shown: those of the example, or all.
    let rows: Range<Int>
    /// Indices of the middle axes: the head.
    let middle: [Int]

    /// How many numbers a row of the plane has.
    var columnCount: Int { value.shape.inner.last ?? 1 }
    var number: Float { value.numbers[value.offset(of: index)] }

    subscript(_ row: Int, _ column: Int) -> Float {
        value.numbers[value.offset(of: value.shape.inner.isEmpty ? [row] : [row] + middle + [column])]
    }

    /// - Parameters:
    ///   - row: The row to follow, if it is one of those shown.
    ///   - column: The column to follow; the largest number of the row, by magnitude, where none is given.
    ///   - visible: Which columns of a row may be followed.
    /// - Returns: `nil` of a value without numbers.
    init?(
        _ value: RecordedValue, rows: Range<Int>, head: Int, row: Int?, column: Int? = nil,
        visible: (Int, Int) -> Bool = { _, _ in true }
    ) {
        guard !rows.isEmpty, value.columns > 0 else { return nil }
        let inner = value.shape.inner
        let middle = inner.dropLast().enumerated().map { $0.offset == 0 ? min(head, $0.element - 1) : 0 }
        let last = inner.last ?? 1
        func at(_ row: Int, _ column: Int) -> Float {
            value.numbers[value.offset(of: inner.isEmpty ? [row] : [row] + middle + [column])]
        }
        func largest(of row: Int) -> Int {
            (0..<last).filter { visible(row, $0) }.max { (abs(at(row, $0)), $1) < (abs(at(row, $1)), $0) } ?? 0
        }
        let chosenRow: Int
        if let row, rows.contains(row) {
            chosenRow = row
        } else {
            chosenRow = rows.max { (abs(at($0, largest(of: $0))), $1) < (abs(at($1, largest(of: $1))), $0) } ?? rows.lowerBound
        }
        let chosenColumn = column.flatMap { $0 < last ? $0 : nil } ?? largest(of: chosenRow)
        self.value = value
        self.rows = rows
        self.middle = middle
        index = inner.isEmpty ? [chosenRow] : [chosenRow] + middle + [chosenColumn]
    }

    /// Where the plane's numbers are, without their row and column: heads are named before the element.
    func address(run: String, step: Int) -> String? {
        let name = value.name.rawValue
        guard !middle.isEmpty else { return Address(run: run, step: step, value.name).text }
        guard middle.count == 1, let layer = value.name.layer, let place = name.firstRange(of: "block.\(layer).") else {
            return nil
        }
        return "\(run)/s\(step)/\(name[..<place.lowerBound])L\(layer)/H\(middle[0])/\(name[place.upperBound...])"
    }

    /// So many of a count as there is room for, the chosen one among them.
    static func window(_ count: Int, room: Int, around place: Int) -> Range<Int> {
        let size = min(count, max(1, room))
        let start = min(max(0, place - size / 2), count - size)
        return start..<start + size
    }
}
