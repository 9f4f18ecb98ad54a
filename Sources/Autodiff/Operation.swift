/// Something a graph can compute: defined here and nowhere else.
///
/// One file holds one operation: its name and formula as a reader sees them, the shape of its result, how it is computed, how one
/// element of the result is made of the operands' elements, and (``DifferentiableOperation``) its gradient as further operations of
/// the same graph.
public protocol Operation: Sendable {
    /// What a reader calls it, for example `layer normalisation`.
    var name: String { get }
    /// The formula of one element or one row of the result, in plain Unicode.
    var formula: String { get }
    /// The shape of the result. Traps where the operands do not fit: that is a mistake in the graph's author, not in any input.
    func shape(of operands: [Shape]) -> Shape
    /// How the work may be shared out between threads.
    func division(operands: [Shape], result: Shape) -> Division
    /// Room for numbers that one part of the work needs while it runs (``OperationRun/scratch(rows:columns:)``).
    func scratchCount(operands: [Shape], result: Shape) -> Int
    /// Computes the result, or one part of it. Allocates nothing.
    func compute(_ run: OperationRun)
    /// How one element of the result is made of the operands' elements.
    ///
    /// - Parameters:
    ///   - row: Counts over the whole batch.
    ///   - column: Counts over all inner axes.
    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression
}

/// An operation that gradients can flow through.
public protocol DifferentiableOperation: Operation {
    /// Appends the operations that carry the upstream gradient to the operands, and returns what each operand receives:
    /// `nil` where ``GradientRequest/isNeeded(_:)`` is false or where the derivative is zero everywhere.
    func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?]
}

/// An operation that computes nothing: its result is a part of its operand's numbers, seen under another name.
public protocol ViewOperation: Operation {
    /// Which rows of the operand are seen; `nil` for all of them.
    var viewedRows: Range<Int>? { get }
    /// Which columns of the operand are seen; `nil` for all of them.
    var viewedColumns: Range<Int>? { get }
}

extension ViewOperation {
    public func compute(_ run: OperationRun) {}
}

/// How the work of an operation may be shared out. Parts are fixed in advance, whatever the number of threads, so that the
/// same numbers are added in the same order on every machine.
public enum Division: Hashable, Sendable {
    /// By the sequences of the batch: part p computes its sequences' rows from its own rows of the operands.
    case sequences
    /// By rows of the result (by columns, if it has one row): part p computes its share from all of the operands.
    case result(elementwise: Bool)
    /// By columns of the result: part p computes its share, of whole heads if there are any, from all of the operands.
    case columns
    /// Not at all.
    case none
}

extension Operation {
    public func division(operands: [Shape], result: Shape) -> Division { result.rows.vary ? .sequences : .none }

    public func scratchCount(operands: [Shape], result: Shape) -> Int { 0 }
}

extension Division {
    /// Of matrix products into rows of a kind.
    ///
    /// Those of varying rows are cut by sequences. Fixed rows, such as a soft prompt's, are cut by columns, for then each part reads its
    /// share of the weights only; by rows each would read them all. It took 8 % off a step of prompt tuning with 100 virtual tokens at
    /// d = 64, and off one with 20 at GPT-2's size. Below some hundred thousand multiplications parts would wait longer than they work.
    ///
    /// - Parameter multiplications: Of one row.
    static func ofProducts(into rows: Rows, multiplications: Int) -> Division {
        guard case .fixed(let count) = rows else { return .sequences }
        return count * multiplications >= 1 << 18 ? .columns : .none
    }
}

/// What one operand receives of a gradient.
public struct Contribution: Sendable {
    /// The gradient.
    public let gradient: Value
    /// Which columns of the operand it belongs to; `nil` for all of them.
    public let columns: Range<Int>?

    public init(_ gradient: Value, columns: Range<Int>? = nil) {
        self.gradient = gradient
        self.columns = columns
    }
}

/// The question an operation's gradient rule answers.
public struct GradientRequest {
    /// The operation's result in the graph.
    public let result: Value
    public let operands: [Value]
    /// The gradient of the loss with respect to the result.
    public let upstream: Value
    let needed: [Bool]
    let names: [String]

    /// Whether anything trained lies behind an operand. Where nothing does, no gradient is built.
    public func isNeeded(_ operand: Int) -> Bool { needed[operand] }

    /// The name for the gradient that goes to an operand.
    public func name(_ operand: Int) -> String { names[operand] }
}
