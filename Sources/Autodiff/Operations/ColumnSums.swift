internal import LinearAlgebra

/// The sum of all rows: the gradient of something that was added to every row.
struct ColumnSums: Operation {
    let name = "column sums"
    let formula = "yⱼ = Σᵢ xᵢⱼ"

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(1), inner: operands[0].inner) }

    func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        let share = run.share(run.result)
        share.fill(with: 0)
        for part in run.parts(of: 0) { share.addColumnSums(of: run.operand(0, part: part).columns(run.shareOfColumns)) }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .sum(.products([context.column(column, of: 0)]))
    }
}
