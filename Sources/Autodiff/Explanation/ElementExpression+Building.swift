// Explanations read like the formulas they come from.
extension ElementExpression {
    /// An element of an operand.
    static func operand(_ operand: Int, _ row: Int, _ column: Int) -> ElementExpression {
        .element(Element(operand: operand, row: row, column: column))
    }

    static func number(_ number: Float) -> ElementExpression { .constant(Double(number)) }

    /// What is masked, skipped or belongs to nothing.
    static let zero = ElementExpression.constant(0)

    /// Σ a·b.
    static func dot(_ a: Strip, _ b: Strip) -> ElementExpression { .sum(.products([a, b])) }

    static func sum(_ terms: [ElementExpression]) -> ElementExpression { terms.count == 1 ? terms[0] : .sum(.expressions(terms)) }

    static func root(_ x: ElementExpression) -> ElementExpression { .function(.squareRoot, x) }

    static func + (a: ElementExpression, b: ElementExpression) -> ElementExpression { .sum(.expressions([a, b])) }
    static func - (a: ElementExpression, b: ElementExpression) -> ElementExpression { .difference(a, b) }
    static func / (a: ElementExpression, b: ElementExpression) -> ElementExpression { .quotient(a, b) }

    static func * (a: ElementExpression, b: ElementExpression) -> ElementExpression {
        var factors: [ElementExpression] = []
        for factor in [a, b] {
            if case .product(let inner) = factor { factors += inner } else { factors.append(factor) }
        }
        return .product(factors)
    }

    /// A factor of 1 is left out.
    static func * (factor: Float, x: ElementExpression) -> ElementExpression { factor == 1 ? x : number(factor) * x }
    static func + (x: ElementExpression, number: Float) -> ElementExpression { x + .number(number) }
    static func - (x: ElementExpression, number: Float) -> ElementExpression { x - .number(number) }
    static func - (number: Float, x: ElementExpression) -> ElementExpression { .number(number) - x }
}

extension ElementExpression.Strip {
    /// Elements of a row.
    static func row(_ row: Int, of operand: Int, columns: Range<Int>) -> ElementExpression.Strip {
        ElementExpression.Strip(
            first: ElementExpression.Element(operand: operand, row: row, column: columns.lowerBound), isColumn: false,
            count: columns.count)
    }

    /// Elements of a column.
    static func column(_ column: Int, of operand: Int, rows: Range<Int>) -> ElementExpression.Strip {
        ElementExpression.Strip(
            first: ElementExpression.Element(operand: operand, row: rows.lowerBound, column: column), isColumn: true,
            count: rows.count)
    }
}
