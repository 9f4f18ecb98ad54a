import Testing

@testable import Autodiff

@Suite struct ExpressionTextTests {
    static func text(_ expression: ElementExpression, _ numbers: [Double], shown: Int = 3) -> String {
        let number = { (x: Double) in (x < 0 ? "−" : "") + (abs(x) == abs(x).rounded() ? "\(Int(abs(x)))" : "\(abs(x))") }
        let writer = ExpressionText(
            value: { numbers[$0.column] }, element: { number(numbers[$0.column]) }, number: number, shownTerms: shown,
            rest: { count, sum in "… \(count) more" + (sum.map { " = \($0)" } ?? "") })
        return writer(expression)
    }

    static func x(_ index: Int) -> ElementExpression { .operand(0, 0, index) }
    static let row = ElementExpression.Strip.row(0, of: 0, columns: 0..<6)

    @Test(
        "Texts keep the order of operations and the signs",
        arguments: [
            (x(0) * (x(1) + x(2)), "2 · (−3 + 4)"), (x(0) * x(1) + x(1) * x(0), "2 · (−3) − 3 · 2"),
            (x(0) - x(1), "2 − (−3)"), (x(0) - (x(1) + x(2)), "2 − (−3 + 4)"), (x(0) / (x(1) * x(2)), "2 / (−3 · 4)"),
            (x(1) * x(1), "(−3)²"), (x(0) * x(0) * x(0), "2³"), (.root(x(0) + 1), "√(2 + 1)"),
            (.function(.exponential, x(1)), "e^−3"), (.function(.exponential, x(0) + x(2)), "e^(2 + 4)"),
            (x(0) + (x(2) + x(1)), "2 + 4 − 3"), (.minimum(x(0), x(1)), "min(2, −3)"),
            (.function(.step, x(0)), "[2 > 0]"), (.mean(.products([row])), "(4 + 5 + 6 + … 3 more = 0) / 6"),
            (.dot(row, row), "4² + 5² + 6² + … 3 more = 14"), (.variance(.products([row])), "variance(2, −3, 4, … 3 more)"),
            (.softmax(x(0), among: .products([.row(0, of: 0, columns: 0..<2)])), "e^2 / (e^2 + e^−3)"),
            (.sum(.weighted([2, 1], .row(0, of: 0, columns: 0..<2))), "2 · 2 + 1 · (−3)"), (.zero, "0"), (.sum([]), "0"),
        ])
    func text(_ expression: ElementExpression, _ expected: String) {
        #expect(Self.text(expression, [2, -3, 4, 1, 5, 6]) == expected)
    }

    @Test("A sum shows its largest terms, in their order, and what the others add up to")
    func longSum() {
        let row = ElementExpression.Strip.row(0, of: 0, columns: 0..<8)
        let numbers = [0.5, 9, 0.25, -8, 0.25, 7, 0.5, 0.5]
        #expect(Self.text(.sum(.products([row])), numbers) == "9 − 8 + 7 + … 5 more = 2")
        #expect(Self.text(.sum(.products([row])), numbers, shown: 7) == "0.5 + 9 + 0.25 − 8 + 0.25 + 7 + 0.5 + 0.5")
    }

    @Test("Terms that are 0, such as those of masked keys, make room for others")
    func zeros() {
        let row = ElementExpression.Strip.row(0, of: 0, columns: 0..<5)
        #expect(Self.text(.sum(.products([row])), [0, 2, 0, 3, 4]) == "2 + 3 + 4 + … 2 more = 0")
        #expect(Self.text(.sum(.products([row])), [1, 2, 0, 3, 4]) == "2 + 3 + 4 + … 2 more = 1")
        #expect(Self.text(.sum(.products([.row(0, of: 0, columns: 0..<2)])), [0, 0]) == "0 + 0")
    }
}
