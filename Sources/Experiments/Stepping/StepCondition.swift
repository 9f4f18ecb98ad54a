public import Recordings

/// What a run is continued until: `loss < 0.5`, `norm(gradient/prompt.embeddings) > 1 and step >= 10`, or a value's name, at whose
/// computation one then stops, perhaps only `if` something holds.
public struct StepCondition: Hashable, Sendable {
    public enum Comparison: String, CaseIterable, Hashable, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case unequal = "!="

        func holds(_ a: Double, _ b: Double) -> Bool {
            switch self {
            case .less: a < b
            case .lessOrEqual: a <= b
            case .greater: a > b
            case .greaterOrEqual: a >= b
            case .equal: a == b
            case .unequal: a != b
            }
        }
    }

    public enum Operand: Hashable, Sendable {
        case number(Double)
        case quantity(StepQuantity)
    }

    public indirect enum Test: Hashable, Sendable {
        case comparison(Operand, Comparison, Operand)
        case all([Test])
        case any([Test])
    }

    /// The value at whose computation one stops; without it, one stops at the step.
    public let value: ValueName?
    /// What holds of the step; nothing need hold if there is none.
    public let test: Test?
    /// As it was written.
    public let text: String

    public init(value: ValueName?, test: Test?, text: String) {
        self.value = value
        self.test = test
        self.text = text
    }

    /// - Throws: ``SteppingError/malformed(_:column:problem:)``, which points at the column.
    public init(parsing text: String, in run: RunOutline) throws(SteppingError) {
        var parser = StepConditionParser(text, run: run)
        self = try parser.condition()
    }

    /// Whether the condition holds of a step. What compares with a number that the step does not have, does not hold.
    public func holds<Failure: Error>(reading: (StepQuantity) throws(Failure) -> Double?) throws(Failure) -> Bool {
        guard let test else { return true }
        return try Self.holds(test, reading: reading)
    }

    private static func holds<Failure: Error>(
        _ test: Test, reading: (StepQuantity) throws(Failure) -> Double?
    ) throws(Failure) -> Bool {
        func number(_ operand: Operand) throws(Failure) -> Double? {
            switch operand {
            case .number(let number): number
            case .quantity(let quantity): try reading(quantity)
            }
        }
        switch test {
        case .comparison(let a, let comparison, let b):
            guard let a = try number(a), let b = try number(b) else { return false }
            return comparison.holds(a, b)
        case .all(let tests):
            for test in tests where try !holds(test, reading: reading) { return false }
            return true
        case .any(let tests):
            for test in tests where try holds(test, reading: reading) { return true }
            return false
        }
    }
}
