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
}
