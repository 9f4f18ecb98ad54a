/// Writes an expression as a line of text, with numbers or names put in for its elements.
///
/// A long sum shows its largest terms, in their order, and says how many others there are and what they add up to.
public struct ExpressionText {
    /// The number of an element.
    public let value: (ElementExpression.Element) -> Double
    /// What is written for an element.
    public let element: (ElementExpression.Element) -> String
    /// What is written for a number.
    public let number: (Double) -> String
    /// The most terms that are shown of a sum or a list.
    public let shownTerms: Int
    /// What is written for the others: how many they are and, of a sum, what they add up to.
    public let rest: (_ count: Int, _ sum: String?) -> String

    public init(
        value: @escaping (ElementExpression.Element) -> Double, element: @escaping (ElementExpression.Element) -> String,
        number: @escaping (Double) -> String, shownTerms: Int, rest: @escaping (_ count: Int, _ sum: String?) -> String
    ) {
        self.value = value
        self.element = element
        self.number = number
        self.shownTerms = shownTerms
        self.rest = rest
    }

    public func callAsFunction(_ expression: ElementExpression) -> String { write(expression).text }

    /// How tightly the outermost operation of a text binds.
    private enum Binding: Int {
        case sum, product, power, atom
    }

    private typealias Piece = (text: String, binding: Binding)

    private func within(_ piece: Piece, _ binding: Binding, isFirst: Bool) -> String {
        piece.binding.rawValue < binding.rawValue || (!isFirst && piece.text.hasPrefix("−")) ? "(\(piece.text))" : piece.text
    }

    private func write(_ expression: ElementExpression) -> Piece {
        switch expression {
        case .constant(let number): return (self.number(number), .atom)
        case .batchNumber(let number): return (String(number.number), .atom)
        case .element(let element): return (self.element(element), .atom)
        case .chosen(let x, _): return write(x)
        case .sum(let terms): return sum(of: terms)
        case .product(let factors): return product(factors)
        case .difference(let a, let b):
            return ("\(write(a).text) − \(within(write(b), .product, isFirst: false))", .sum)
        case .quotient(let a, let b), .quotientOrZero(let a, let b):
            return ("\(within(write(a), .product, isFirst: true)) / \(within(write(b), .power, isFirst: false))", .product)
        case .minimum(let a, let b): return ("min(\(write(a).text), \(write(b).text))", .atom)
        case .function(let function, let x): return write(function, of: write(x))
        case .mean(let terms): return ("(\(sum(of: terms).text)) / \(terms.count)", .product)
        case .variance(let terms): return ("variance(\(list(terms)))", .atom)
        case .covariance(let a, let b): return ("covariance(\(list(a)); \(list(b)))", .atom)
        case .softmax(let x, let terms):
            return ("\(exponential(of: write(x))) / (\(exponentials(terms)))", .product)
        case .logOfExponentials(let terms): return ("ln(\(exponentials(terms)))", .atom)
        }
    }

    private func exponential(of x: Piece) -> String { "e^" + within(x, .atom, isFirst: true) }

    private func exponentials(_ terms: ElementExpression.Terms) -> String {
        sum(of: .expressions((0..<terms.count).map { .function(.exponential, terms[$0]) })).text
    }

    private func write(_ function: ElementExpression.Function, of x: Piece) -> Piece {
        switch function {
        case .exponential: (exponential(of: x), .power)
        case .logarithm: ("ln(\(x.text))", .atom)
        case .squareRoot: ("√(\(x.text))", .atom)
        case .tanh: ("tanh(\(x.text))", .atom)
        case .sigmoid: ("σ(\(x.text))", .atom)
        case .cosine: ("cos(\(x.text))", .atom)
        case .sine: ("sin(\(x.text))", .atom)
        case .positivePart: ("max(\(x.text), 0)", .atom)
        case .step: ("[\(x.text) > 0]", .atom)
        }
    }

    /// The same factor twice or three times in a row is a power.
    private func product(_ factors: [ElementExpression]) -> Piece {
        var groups: [(factor: ElementExpression, count: Int)] = []
        for factor in factors {
            if let last = groups.last, last.factor == factor, last.count < 3 {
                groups[groups.count - 1].count += 1
            } else {
                groups.append((factor, 1))
            }
        }
        let texts = groups.enumerated().map { index, group in
            let piece = write(group.factor)
            guard group.count > 1 else { return within(piece, .product, isFirst: index == 0) }
            return within(piece, .atom, isFirst: false) + (group.count == 2 ? "²" : "³")
        }
        return (texts.joined(separator: " · "), texts.count > 1 ? .product : .power)
    }

    /// The terms of a sum and of the sums within it.
    private func flattened(_ terms: ElementExpression.Terms) -> [ElementExpression] {
        (0..<terms.count).flatMap { index in
            let term = terms[index]
            if case .sum(let inner) = term { return flattened(inner) }
            return [term]
        }
    }

    private func sum(of terms: ElementExpression.Terms) -> Piece {
        let terms = flattened(terms)
        guard terms.count > 1 else { return terms.first.map(write) ?? (number(0), .atom) }
        let (shown, hidden) = choice(terms)
        var text = ""
        for index in shown {
            let piece = write(terms[index])
            if text.isEmpty {
                text = piece.text
            } else if piece.text.hasPrefix("−"), piece.binding != .sum {
                text += " − " + piece.text.dropFirst()
            } else {
                text += " + " + piece.text
            }
        }
        if !hidden.isEmpty {
            let together = hidden.reduce(0) { $0 + terms[$1].value(reading: value) }
            text += " + " + rest(hidden.count, number(together))
        }
        return (text, .sum)
    }

    private func list(_ terms: ElementExpression.Terms) -> String {
        let shown = terms.count <= shownTerms + 1 ? terms.count : shownTerms
        let texts = (0..<shown).map { write(terms[$0]).text }
        return (texts + (shown < terms.count ? [rest(terms.count - shown, nil)] : [])).joined(separator: ", ")
    }

    /// Which terms are shown: all, or the largest. One that is left out alone takes as much room as its mention. Terms that are 0, such
    /// as those of masked keys, are left out if there are several.
    private func choice(_ terms: [ElementExpression]) -> (shown: [Int], hidden: [Int]) {
        let sizes = terms.map { abs($0.value(reading: value)) }
        var shown = sizes.indices.filter { sizes[$0] != 0 }
        if terms.count - shown.count < 2 || shown.isEmpty { shown = Array(terms.indices) }
        if shown.count > shownTerms + 1 || (shown.count > shownTerms && shown.count < terms.count) {
            shown = shown.sorted { (sizes[$0], $1) > (sizes[$1], $0) }.prefix(shownTerms).sorted()
        }
        let kept = Set(shown)
        return (shown, terms.indices.filter { !kept.contains($0) })
    }
}
