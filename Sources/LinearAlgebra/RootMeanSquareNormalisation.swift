internal import CKernels

// Zhang and Sennrich 2019, as the `LlamaRMSNorm` of Hugging Face Transformers.
extension Matrix {
    /// `self ← scale · x / √(mean(x²) + epsilon)`, row by row.
    public func setRMSNorm(_ x: Matrix, scale: Matrix, epsilon: Float) {
        precondition(rows == x.rows && columns == x.columns && scale.columns == columns)
        unsafe foreword_rms_norm(
            Int64(rows), Int64(columns), epsilon, x.start, Int64(x.stride), scale.start, start, Int64(stride))
    }

    /// `self ←` the gradient of root-mean-square normalisation with respect to x.
    public func setRMSNormGradient(at x: Matrix, scale: Matrix, upstream dy: Matrix, epsilon: Float) {
        precondition(rows == x.rows && columns == x.columns && scale.columns == columns)
        precondition(rows == dy.rows && columns == dy.columns)
        unsafe foreword_rms_norm_gradient(
            Int64(rows), Int64(columns), epsilon, x.start, Int64(x.stride), scale.start, dy.start, Int64(dy.stride), start,
            Int64(stride))
    }

    /// The one row `self` ← itself + the gradient with respect to the scale, on the given columns only.
    public func addRMSNormScaleGradient(at x: Matrix, upstream dy: Matrix, epsilon: Float, columns range: Range<Int>) {
        precondition(rows == 1 && columns == x.columns && x.rows == dy.rows && columns == dy.columns)
        precondition(range.lowerBound >= 0 && range.upperBound <= columns)
        unsafe foreword_add_rms_norm_scale_gradient(
            Int64(x.rows), Int64(columns), Int64(range.lowerBound), Int64(range.upperBound), epsilon, x.start, Int64(x.stride),
            dy.start, Int64(dy.stride), start)
    }
}
