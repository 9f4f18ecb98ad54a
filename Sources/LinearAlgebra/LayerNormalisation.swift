internal import CKernels

// Ba, Kiros and Hinton 2016, with the biased variance, as torch's `LayerNorm`.
extension Matrix {
    /// `self ← scale · (x − mean) / √(variance + epsilon) + shift`, row by row.
    public func setLayerNorm(_ x: Matrix, scale: Matrix, shift: Matrix, epsilon: Float) {
        precondition(rows == x.rows && columns == x.columns && scale.columns == columns && shift.columns == columns)
        unsafe foreword_layer_norm(
            Int64(rows), Int64(columns), epsilon, x.start, Int64(x.stride), scale.start, shift.start, start, Int64(stride))
    }

    /// `self ←` the gradient of layer normalisation with respect to x.
    public func setLayerNormGradient(at x: Matrix, scale: Matrix, upstream dy: Matrix, epsilon: Float) {
        precondition(rows == x.rows && columns == x.columns && scale.columns == columns)
        precondition(rows == dy.rows && columns == dy.columns)
        unsafe foreword_layer_norm_gradient(
            Int64(rows), Int64(columns), epsilon, x.start, Int64(x.stride), scale.start, dy.start, Int64(dy.stride), start,
            Int64(stride))
    }

    /// The one row `self` ← itself + the gradient with respect to the scale, on the given columns only.
    public func addLayerNormScaleGradient(at x: Matrix, upstream dy: Matrix, epsilon: Float, columns range: Range<Int>) {
        precondition(rows == 1 && columns == x.columns && x.rows == dy.rows && columns == dy.columns)
        precondition(range.lowerBound >= 0 && range.upperBound <= columns)
        unsafe foreword_add_layer_norm_scale_gradient(
            Int64(x.rows), Int64(columns), Int64(range.lowerBound), Int64(range.upperBound), epsilon, x.start, Int64(x.stride),
            dy.start, Int64(dy.stride), start)
    }
}
