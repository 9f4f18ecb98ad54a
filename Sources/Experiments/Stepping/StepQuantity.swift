public import Recordings

/// A number that each step has, and that conditions and watches are about: `step`, `loss`, `norm(gradient/prompt.embeddings)`,
/// `prompt.embeddings[3,0]`.
public struct StepQuantity: Hashable, Sendable {
    /// What is made of all numbers of a value.
    public enum Reduction: String, CaseIterable, Hashable, Sendable {
        /// √Σx².
        case norm
        case mean, min, max
    }

    public enum Source: Hashable, Sendable {
        /// The number of the step itself.
        case step
        /// The only number of a value.
        case number(ValueName)
        case reduction(Reduction, ValueName)
        /// A row, then an index for each inner axis.
        case element(ValueName, [Int])
    }

    public let source: Source

    public init(_ source: Source) { self.source = source }

    public var value: ValueName? {
        switch source {
        case .step: nil
        case .number(let name), .reduction(_, let name), .element(let name, _): name
        }
    }
}

extension StepQuantity: CustomStringConvertible {
    public var description: String {
        switch source {
        case .step: "step"
        case .number(let name): name.rawValue
        case .reduction(let reduction, let name): "\(reduction.rawValue)(\(name))"
        case .element(let name, let index): "\(name)[\(index.map(String.init).joined(separator: ","))]"
        }
    }
}

extension StepQuantity {
    /// Reads a quantity. Where a value of many numbers is named alone, its norm is meant.
    ///
    /// - Throws: ``SteppingError/malformed(_:column:problem:)``.
    public init(parsing text: String, in run: RunOutline) throws(SteppingError) {
        var parser = StepConditionParser(text, run: run)
        self = try parser.loneQuantity()
    }
}
