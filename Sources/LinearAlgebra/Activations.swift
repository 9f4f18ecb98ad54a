internal import CKernels

/// An element-wise function whose slope can be told from its result.
public enum Activation: Sendable, Hashable {
    /// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
    case tanh
    /// 1 / (1 + e⁻ˣ).
    case sigmoid
    /// max(x, 0).
    case relu
}

extension Matrix {
    /// `self ← f(x)`, element by element.
    public func set(_ activation: Activation, of x: Matrix) {
        precondition(rows == x.rows && columns == x.columns)
        let (count, width, xStride, stride) = (Int64(rows), Int64(columns), Int64(x.stride), Int64(stride))
        switch activation {
        case .tanh: unsafe foreword_tanh(count, width, x.start, xStride, start, stride)
        case .sigmoid: unsafe foreword_sigmoid(count, width, x.start, xStride, start, stride)
        case .relu: unsafe foreword_relu(count, width, x.start, xStride, start, stride)
        }
    }

    /// `self ← upstream · f′(x)`, from the result y = f(x).
    public func setGradient(of activation: Activation, atResult y: Matrix, upstream dy: Matrix) {
        precondition(rows == y.rows && columns == y.columns && rows == dy.rows && columns == dy.columns)
        let (count, width, stride) = (Int64(rows), Int64(columns), Int64(stride))
        let (yStride, dyStride) = (Int64(y.stride), Int64(dy.stride))
        switch activation {
        case .tanh: unsafe foreword_tanh_gradient(count, width, y.start, yStride, dy.start, dyStride, start, stride)
        case .sigmoid: unsafe foreword_sigmoid_gradient(count, width, y.start, yStride, dy.start, dyStride, start, stride)
        case .relu: unsafe foreword_relu_gradient(count, width, y.start, yStride, dy.start, dyStride, start, stride)
        }
    }

    /// `self ← a · b`, element by element.
    public func setElementProduct(_ a: Matrix, _ b: Matrix) {
        precondition(rows == a.rows && columns == a.columns && rows == b.rows && columns == b.columns)
        unsafe foreword_multiply(
            Int64(rows), Int64(columns), a.start, Int64(a.stride), b.start, Int64(b.stride), start, Int64(stride))
    }

    /// `self ← x` with column j times the j-th number of the column vector `factors`.
    public func setColumns(of x: Matrix, scaledBy factors: Matrix) {
        precondition(rows == x.rows && columns == x.columns)
        precondition(factors.rows == columns && factors.columns == 1 && factors.stride == 1, "a factor for each column")
        // A stride of 0 gives every row the same factors.
        unsafe foreword_multiply(Int64(rows), Int64(columns), x.start, Int64(x.stride), factors.start, 0, start, Int64(stride))
    }

    /// The column vector `self` ← itself + the sum over rows of a · b, one number for each of their columns.
    public func addColumnProducts(_ a: Matrix, _ b: Matrix) {
        precondition(a.rows == b.rows && a.columns == b.columns)
        precondition(rows == a.columns && columns == 1 && stride == 1, "a sum for each column")
        unsafe foreword_add_column_products(
            Int64(a.rows), Int64(a.columns), a.start, Int64(a.stride), b.start, Int64(b.stride), start)
    }
}
