// Explanations read like the formulas they come from.
extension Expression {
    /// An element of an operand.
    static func operand(_ operand: Int, _ row: Int, _ column: Int) -> Expression {
        .element(Element(operand: operand, row: row, column: column))
    }

    static func number(_ number: Float) -> Expression { .constant(Double(number)) }

    /// What is masked, skipped or belongs to nothing.
    static let zero = Expression.constant(0)

    /// Σ a·b.
    static func dot(_ a: Strip, _ b: Strip) -> Expression { .sum(.products([a, b])) }

    static func sum(_ terms: [Expression]) -> Expression { terms.count == 1 ? terms[0] : .sum(.expressions(terms)) }

    static func root(_ x: Expression) -> Expression { .function(.squareRoot, x) }

    static func + (a: Expression, b: Expression) -> Expression { .sum(.expressions([a, b])) }
    static func - (a: Expression, b: Expression) -> Expression { .difference(a, b) }
    static func / (a: Expression, b: Expression) -> Expression { .quotient(a, b) }

    static func * (a: Expression, b: Expression) -> Expression {
        var factors: [Expression] = []
        for factor in [a, b] {
            if case .product(let inner) = factor { factors += inner } else { factors.append(factor) }
        }
        return .product(factors)
    }

    /// A factor of 1 is left out.
    static func * (factor: Float, x: Expression) -> Expression { factor == 1 ? x : number(factor) * x }
    static func + (x: Expression, number: Float) -> Expression { x + .number(number) }
    static func - (x: Expression, number: Float) -> Expression { x - .number(number) }
    static func - (number: Float, x: Expression) -> Expression { .number(number) - x }
}

extension Expression.Strip {
    /// Elements of a row.
    static func row(_ row: Int, of operand: Int, columns: Range<Int>) -> Expression.Strip {
        Expression.Strip(
            first: Expression.Element(operand: operand, row: row, column: columns.lowerBound), isColumn: false,
            count: columns.count)
    }

    /// Elements of a column.
    static func column(_ column: Int, of operand: Int, rows: Range<Int>) -> Expression.Strip {
        Expression.Strip(
            first: Expression.Element(operand: operand, row: rows.lowerBound, column: column), isColumn: true, count: rows.count)
    }
}
