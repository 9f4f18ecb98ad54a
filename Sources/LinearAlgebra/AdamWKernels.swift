internal import CKernels

// Loshchilov and Hutter 2019, in the order of operations of torch's `AdamW`.
extension Matrix {
    /// `self ← state + take · (g − state)`.
    public func setFirstMoment(state: Matrix, gradient g: Matrix, take: Float) {
        precondition(rows == state.rows && columns == state.columns && rows == g.rows && columns == g.columns)
        unsafe foreword_first_moment(
            Int64(rows), Int64(columns), take, state.start, Int64(state.stride), g.start, Int64(g.stride), start, Int64(stride))
    }

    /// `self ← keep · state + take · g²`.
    public func setSecondMoment(state: Matrix, gradient g: Matrix, keep: Float, take: Float) {
        precondition(rows == state.rows && columns == state.columns && rows == g.rows && columns == g.columns)
        unsafe foreword_second_moment(
            Int64(rows), Int64(columns), keep, take, state.start, Int64(state.stride), g.start, Int64(g.stride), start,
            Int64(stride))
    }

    /// `self ← decay · x − step · m / (√v / root + epsilon)`.
    public func setAdamWStep(
        from x: Matrix, firstMoment m: Matrix, secondMoment v: Matrix, decay: Float, step: Float, root: Float, epsilon: Float
    ) {
        precondition(rows == x.rows && columns == x.columns && rows == m.rows && columns == m.columns)
        precondition(rows == v.rows && columns == v.columns)
        unsafe foreword_adamw(
            Int64(rows), Int64(columns), decay, step, root, epsilon, x.start, Int64(x.stride), m.start, Int64(m.stride), v.start,
            Int64(v.stride), start, Int64(stride))
    }
}
