internal import CKernels

// Each face checks that the shapes fit; the pointers it passes on are then within their storages.
extension Matrix {
    private func hasShape(of other: Matrix) -> Bool { rows == other.rows && columns == other.columns }

    /// Every element ← `value`.
    public func fill(with value: Float) {
        unsafe foreword_fill(Int64(rows), Int64(columns), value, start, Int64(stride))
    }

    /// Takes over the numbers of a matrix of the same shape.
    public func copy(_ x: Matrix) {
        precondition(hasShape(of: x))
        unsafe foreword_copy(Int64(rows), Int64(columns), x.start, Int64(x.stride), start, Int64(stride))
    }

    /// Row `row` of `self` ← row `index` of x, of as many columns.
    ///
    /// Without views of single rows: two threads that count their uses of one table, row by row, take it from each other's cache, which
    /// took longer than to copy the row (a look-up of 384 rows: 0.15 ms of thread time with views, below 0.06 ms without).
    public func copyRow(_ index: Int, of x: Matrix, to row: Int) {
        precondition(columns == x.columns && index >= 0 && index < x.rows && row >= 0 && row < rows)
        unsafe foreword_copy(1, Int64(columns), x.start(ofRow: index), 0, start(ofRow: row), 0)
    }

    /// `self ← eˣ`, element by element. Relative error ≤ 2⁻²²; 0 below −87.3, clamped above 88.3.
    public func setExponential(_ x: Matrix) {
        precondition(hasShape(of: x))
        for row in 0..<rows { unsafe foreword_exp(Int64(columns), x.start(ofRow: row), start(ofRow: row)) }
    }

    /// `self ← a + b`, element by element.
    public func setSum(_ a: Matrix, _ b: Matrix) {
        precondition(hasShape(of: a) && hasShape(of: b))
        unsafe foreword_add(
            Int64(rows), Int64(columns), a.start, Int64(a.stride), b.start, Int64(b.stride), start, Int64(stride))
    }

    /// `self ← factor · x`.
    public func setScaled(_ x: Matrix, by factor: Float) {
        precondition(hasShape(of: x))
        unsafe foreword_scale(Int64(rows), Int64(columns), factor, x.start, Int64(x.stride), start, Int64(stride))
    }

    /// `self ← self + factor · x`.
    public func add(_ x: Matrix, scaledBy factor: Float = 1) {
        precondition(hasShape(of: x))
        unsafe foreword_add_scaled(Int64(rows), Int64(columns), factor, x.start, Int64(x.stride), start, Int64(stride))
    }

    /// Every row ← the one row `x`.
    public func broadcast(_ x: Matrix) {
        precondition(x.rows == 1 && x.columns == columns)
        unsafe foreword_broadcast(Int64(rows), Int64(columns), x.start, start, Int64(stride))
    }

    /// The one row `self` ← itself + the sum of x's rows.
    public func addColumnSums(of x: Matrix) {
        precondition(rows == 1 && x.columns == columns)
        unsafe foreword_add_column_sums(Int64(x.rows), Int64(columns), x.start, Int64(x.stride), start)
    }

    /// Σ x² over all elements.
    public var sumOfSquares: Float {
        unsafe foreword_sum_of_squares(Int64(rows), Int64(columns), start, Int64(stride))
    }

    /// `self ← gelu_new(x)` = ½x(1 + tanh(√(2/π)(x + 0.044715x³))), GPT-2's activation (Hendrycks and Gimpel 2016, eq. 2).
    public func setGelu(_ x: Matrix) {
        precondition(hasShape(of: x))
        unsafe foreword_gelu(Int64(rows), Int64(columns), x.start, Int64(x.stride), start, Int64(stride))
    }

    /// `self ← upstream · gelu_new′(x)`.
    public func setGeluGradient(at x: Matrix, upstream: Matrix) {
        precondition(hasShape(of: x) && hasShape(of: upstream))
        unsafe foreword_gelu_gradient(
            Int64(rows), Int64(columns), x.start, Int64(x.stride), upstream.start, Int64(upstream.stride), start, Int64(stride))
    }

    /// `self ← silu(x)` = x / (1 + e⁻ˣ), Llama's activation (Hendrycks and Gimpel 2016; Elfwing et al. 2018).
    public func setSilu(_ x: Matrix) {
        precondition(hasShape(of: x))
        unsafe foreword_silu(Int64(rows), Int64(columns), x.start, Int64(x.stride), start, Int64(stride))
    }

    /// `self ← upstream · silu′(x)`.
    public func setSiluGradient(at x: Matrix, upstream: Matrix) {
        precondition(hasShape(of: x) && hasShape(of: upstream))
        unsafe foreword_silu_gradient(
            Int64(rows), Int64(columns), x.start, Int64(x.stride), upstream.start, Int64(upstream.stride), start, Int64(stride))
    }
}
