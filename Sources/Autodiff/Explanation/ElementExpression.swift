/// How one element of an operation's result is made of elements of its operands, in the operation's own mathematics: a function that
/// is computed by a polynomial is that function here, and what is masked is 0.
///
/// An expression is small even where a sum is long: what runs along a row or a column of an operand is a ``Strip``.
public indirect enum ElementExpression: Sendable, Hashable {
    case constant(Double)
    /// A whole number that came with the batch, such as a token's position.
    case batchNumber(BatchNumber)
    case element(Element)
    case sum(Terms)
    case product([ElementExpression])
    case difference(ElementExpression, ElementExpression)
    case quotient(ElementExpression, ElementExpression)
    /// A quotient that is 0 where its denominator is.
    case quotientOrZero(ElementExpression, ElementExpression)
    case minimum(ElementExpression, ElementExpression)
    case function(Function, ElementExpression)
    case mean(Terms)
    /// The mean squared distance of the terms from their mean.
    case variance(Terms)
    /// The mean product of the distances of two lists of terms, of the same number, from their means.
    case covariance(Terms, Terms)
    /// e to the power of a number over the sum of e to the powers of all terms, of which it is one.
    case softmax(ElementExpression, among: Terms)
    /// ln Σ e^term.
    case logOfExponentials(Terms)
    /// An expression that stands here because of numbers of the batch: the row of a table that a token names, say.
    case chosen(ElementExpression, by: [BatchNumber])

    /// An element of an operand. Rows count over the whole batch, its parts behind each other; columns over all inner axes.
    public struct Element: Sendable, Hashable {
        public let operand: Int
        public let row: Int
        public let column: Int

        public init(operand: Int, row: Int, column: Int) {
            self.operand = operand
            self.row = row
            self.column = column
        }
    }

    /// Neighbouring elements of an operand, along a row or down a column.
    public struct Strip: Sendable, Hashable {
        public let first: Element
        public let isColumn: Bool
        public let count: Int

        public subscript(index: Int) -> Element {
            Element(
                operand: first.operand, row: first.row + (isColumn ? index : 0), column: first.column + (isColumn ? 0 : index))
        }
    }

    /// A number of the batch's index lists.
    public struct BatchNumber: Sendable, Hashable {
        public let list: IndexList
        /// Its place in the list.
        public let index: Int
        public let number: Int
    }

    public enum Function: Sendable, Hashable, CaseIterable {
        case exponential, logarithm, squareRoot, tanh, sigmoid, cosine, sine
        /// max(x, 0).
        case positivePart
        /// 1 of a number above 0, else 0.
        case step
    }

    /// What a sum, a mean or a softmax runs over.
    public enum Terms: Sendable, Hashable {
        /// The products of strips of the same length, element by element; of one strip, its elements.
        case products([Strip])
        /// A strip's elements times numbers that belong to the operation itself.
        case weighted([Double], Strip)
        case expressions([ElementExpression])

        public var count: Int {
            switch self {
            case .products(let strips): strips.first?.count ?? 0
            case .weighted(_, let strip): strip.count
            case .expressions(let expressions): expressions.count
            }
        }

        public subscript(index: Int) -> ElementExpression {
            switch self {
            case .products(let strips):
                strips.count == 1 ? .element(strips[0][index]) : .product(strips.map { .element($0[index]) })
            case .weighted(let weights, let strip): .product([.constant(weights[index]), .element(strip[index])])
            case .expressions(let expressions): expressions[index]
            }
        }
    }
}

extension ElementExpression {
    /// Calls `body` with every element the expression refers to, in the order in which they stand in it. One that stands at several
    /// places comes several times.
    public func forEachElement(_ body: (Element) -> Void) {
        func visit(_ terms: Terms) {
            switch terms {
            case .products(let strips):
                // A square is one element.
                let distinct = strips.indices.filter { !strips[..<$0].contains(strips[$0]) }
                for index in 0..<terms.count {
                    for strip in distinct { body(strips[strip][index]) }
                }
            case .weighted(_, let strip): for index in 0..<strip.count { body(strip[index]) }
            case .expressions(let expressions): for expression in expressions { expression.forEachElement(body) }
            }
        }
        switch self {
        case .constant, .batchNumber: break
        case .element(let element): body(element)
        case .product(let factors): for factor in factors { factor.forEachElement(body) }
        case .difference(let a, let b), .quotient(let a, let b), .quotientOrZero(let a, let b), .minimum(let a, let b):
            a.forEachElement(body)
            b.forEachElement(body)
        case .function(_, let x), .chosen(let x, _): x.forEachElement(body)
        case .sum(let terms), .mean(let terms), .variance(let terms), .logOfExponentials(let terms): visit(terms)
        case .covariance(let a, let b):
            visit(a)
            visit(b)
        case .softmax(_, let terms): visit(terms)
        }
    }

    /// The elements the expression refers to, each once, in the order in which they first stand in it.
    public var elements: [Element] {
        var seen: Set<Element> = []
        var result: [Element] = []
        forEachElement { if seen.insert($0).inserted { result.append($0) } }
        return result
    }

    /// The numbers of the batch that decided what stands in the expression.
    public var batchNumbers: [BatchNumber] {
        switch self {
        case .constant, .element, .variance, .mean, .logOfExponentials, .covariance: []
        case .batchNumber(let number): [number]
        case .product(let factors), .sum(.expressions(let factors)): factors.flatMap(\.batchNumbers)
        case .sum: []
        case .difference(let a, let b), .quotient(let a, let b), .quotientOrZero(let a, let b), .minimum(let a, let b):
            a.batchNumbers + b.batchNumbers
        case .function(_, let x), .softmax(let x, _): x.batchNumbers
        case .chosen(let x, let numbers): numbers + x.batchNumbers
        }
    }
}
