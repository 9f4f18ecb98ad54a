internal import CKernels

extension Matrix {
    /// Row `row` ← softmax over the first `visible` numbers of the same row of x; the rest of the row ← 0.
    public func setSoftmaxRow(_ row: Int, of x: Matrix, visible: Int) {
        precondition(columns == x.columns && row < rows && row < x.rows && visible > 0 && visible <= columns)
        unsafe foreword_softmax_row(Int64(columns), Int64(visible), x.start(ofRow: row), start(ofRow: row))
    }

    /// Row `row` ← y · (dy − Σ y·dy) over its first `visible` numbers, the gradient of softmax at its result y; the rest ← 0.
    public func setSoftmaxGradientRow(_ row: Int, at y: Matrix, upstream dy: Matrix, visible: Int) {
        precondition(columns == y.columns && columns == dy.columns && visible > 0 && visible <= columns)
        precondition(row < rows && row < y.rows && row < dy.rows)
        unsafe foreword_softmax_gradient_row(
            Int64(columns), Int64(visible), y.start(ofRow: row), dy.start(ofRow: row), start(ofRow: row))
    }

    /// −ln softmax(row)[target], computed as ln Σ eˣ − x[target] so that a tiny probability loses no digits.
    public func crossEntropy(ofRow row: Int, target: Int) -> Float {
        precondition(row < rows && target >= 0 && target < columns)
        return unsafe foreword_cross_entropy_row(Int64(columns), Int64(target), start(ofRow: row))
    }
}
