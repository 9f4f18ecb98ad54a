public import Recordings

/// What is different from where one stood before.
public struct StepChanges: Sendable {
    /// A number of the step that differs.
    public struct Number: Sendable {
        public let quantity: StepQuantity
        public let before: Double?
        public let after: Double?
    }

    /// A tensor that differs.
    public struct Move: Sendable {
        public let name: ValueName
        /// The L2 norm of what was added to it.
        public let norm: Double
        /// The largest change of one number, with its sign.
        public let largest: Double
        /// Where that number is: a row, then an index for each inner axis.
        public let index: [Int]
    }

    public let before: StepCursor
    public let after: StepCursor
    /// How many values are computed from there to here, within one step; `nil` between steps. Negative on the way back.
    public let computed: Int?
    /// Loss, learning rate, norm of the gradient and what is watched.
    public let numbers: [Number]
    /// The trained parameters that the journal holds, and the value one stands at if it was looked at there too.
    public let moves: [Move]

    /// - Throws: What reading the quantities throws.
    init(from before: StepCursor, to after: StepCursor, in run: RunOutline, watching watches: [StepQuantity], reader: StepReader)
        throws
    {
        self.before = before
        self.after = after
        guard before.step != after.step else {
            computed = after.node(in: run) - before.node(in: run)
            numbers = []
            moves = []
            return
        }
        computed = nil
        let usual = [ValueName.loss, .learningRate, .gradientNorm].map { StepQuantity(.number($0)) }
        numbers = try (usual + watches.filter { !usual.contains($0) && $0.source != .step }).map { quantity in
            Number(
                quantity: quantity, before: try reader.number(quantity, atStep: before.step),
                after: try reader.number(quantity, atStep: after.step))
        }.filter { $0.before != $0.after }
        var moves: [Move] = []
        let journal = reader.replayed.run.journal
        for parameter in journal.parameters {
            guard let old = try journal.parameter(parameter.name, atStep: before.step),
                let new = try journal.parameter(parameter.name, atStep: after.step), let move = Move(from: old, to: new)
            else { continue }
            moves.append(move)
        }
        if let name = after.value, !journal.parameters.contains(where: { $0.name == name }),
            let old = reader.loaded(name, atStep: before.step), let new = reader.loaded(name, atStep: after.step),
            let move = Move(from: old, to: new)
        {
            moves.append(move)
        }
        self.moves = moves
    }
}

extension StepChanges.Move {
    /// - Returns: `nil` for values that do not differ, or are not of the same size.
    init?(from old: RecordedValue, to new: RecordedValue) {
        guard old.numbers.count == new.numbers.count else { return nil }
        var (squares, largest, place) = (0.0, 0.0, 0)
        for (offset, (a, b)) in zip(old.numbers, new.numbers).enumerated() {
            let change = Double(b) - Double(a)
            squares += change * change
            if abs(change) > abs(largest) { (largest, place) = (change, offset) }
        }
        guard squares > 0 else { return nil }
        self.init(name: new.name, norm: squares.squareRoot(), largest: largest, index: new.index(ofOffset: place))
    }
}

extension RecordedValue {
    /// The element at a place among ``numbers``: a row, then an index for each inner axis.
    public func index(ofOffset offset: Int) -> [Int] {
        var rest = offset
        var index: [Int] = []
        for extent in shape.inner.reversed() {
            index.append(rest % max(1, extent))
            rest /= max(1, extent)
        }
        return [rest] + index.reversed()
    }
}
