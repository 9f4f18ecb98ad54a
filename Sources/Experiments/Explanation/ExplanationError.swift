internal import Recordings

/// Why a number cannot be explained.
public enum ExplanationError: Error, Sendable, Hashable {
    /// An address that names more than one number; with the address of one of them.
    case severalNumbers(String, count: Int, example: String)
    case unknownFunction(String, known: [String], near: [String])
    case argumentCount(String, found: Int, expected: String)
    case unequalArguments(String, counts: [Int])
    /// A derivation whose argument is not of the kind that its function takes.
    case wrongArgument(String, address: String, expected: String)
    /// A number that a figure finds by an algorithm, not by a formula.
    case noFormula(String)
    /// A derivation's result has other axes than were asked for.
    case resultElement(String, shape: [Int])
    case depthOutOfRange(Int, ClosedRange<Int>)
}

extension ExplanationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .severalNumbers(let address, let count, let example):
            "\(address) names \(count) numbers, and one is explained at a time; give an index for every axis, for example \(example)."
        case .unknownFunction(let name, let known, let near):
            "There is no function \"\(name)\"\(NearNames.hint(near)); known are \(known.joined(separator: ", "))."
        case .argumentCount(let function, let found, let expected):
            "\(function) takes \(expected), and \(found) \(found == 1 ? "was" : "were") given."
        case .unequalArguments(let function, let counts):
            "\(function) compares numbers one by one, and its arguments have \(counts.map(String.init).joined(separator: " and "))."
        case .wrongArgument(let function, let address, let expected):
            "\(function) does not apply to \(address); expected \(expected)."
        case .noFormula(let function):
            "A \(function) is found by an algorithm of the figure that shows it, and no formula gives it from its arguments; explain these."
        case .resultElement(let derivation, []):
            "The result of \(derivation) is a single number; leave out the brackets behind it."
        case .resultElement(let derivation, let shape):
            "The result of \(derivation) has shape \(shape); say which of its numbers, from \(shape.map { _ in 0 }) to "
                + "\(shape.map { $0 - 1 }) behind it."
        case .depthOutOfRange(let depth, let range):
            "The depth \(depth) is out of range; expected \(range.lowerBound) to \(range.upperBound)."
        }
    }
}
