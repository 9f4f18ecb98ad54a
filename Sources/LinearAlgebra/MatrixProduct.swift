internal import COpenBLAS

/// How a factor of a matrix product is read.
public enum Orientation: Sendable, Hashable {
    case asStored
    case transposed

    fileprivate var flag: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
}

/// One matrix product as a value: `result ← scale · A·B`, or `result ← result + scale · A·B` when accumulating.
///
/// A is `rows × inner`, B is `inner × columns` after orientation.
public struct MatrixProduct: Sendable {
    public let result: Matrix
    public let a: Matrix
    public let aOrientation: Orientation
    public let b: Matrix
    public let bOrientation: Orientation
    public let scale: Float
    public let isAccumulating: Bool

    public init(
        _ a: Matrix, _ aOrientation: Orientation = .asStored, _ b: Matrix, _ bOrientation: Orientation = .asStored,
        scale: Float = 1, accumulating: Bool = false, into result: Matrix
    ) {
        self.result = result
        self.a = a
        self.aOrientation = aOrientation
        self.b = b
        self.bOrientation = bOrientation
        self.scale = scale
        isAccumulating = accumulating
    }

    /// The length of the sums.
    public var inner: Int { aOrientation == .asStored ? a.columns : a.rows }

    /// Multiplications and additions, 2 · rows · columns · inner.
    public var operationCount: Int { 2 * result.rows * result.columns * inner }

    /// Computes it.
    ///
    /// - Precondition: The shapes fit.
    public func perform() {
        result.setProduct(a, aOrientation, b, bOrientation, scale: scale, accumulating: isAccumulating)
    }

    /// The same product, added to what is there.
    public var accumulating: MatrixProduct {
        MatrixProduct(a, aOrientation, b, bOrientation, scale: scale, accumulating: true, into: result)
    }

    /// The same product with its result elsewhere, in rows as far apart.
    public func writing(to storage: Storage) -> MatrixProduct {
        MatrixProduct(
            a, aOrientation, b, bOrientation, scale: scale,
            into: storage.matrix(rows: result.rows, columns: result.columns, stride: result.stride))
    }

    /// How many numbers that takes.
    public var resultExtent: Int { result.rows == 0 ? 0 : (result.rows - 1) * result.stride + result.columns }
}

extension Matrix {
    /// `self ← scale · A·B`, or `self ← self + scale · A·B` when accumulating.
    ///
    /// Computed by OpenBLAS's `sgemm`. A is `rows × inner`, B is `inner × columns` after orientation. Costs
    /// 2 · rows · columns · inner floating-point operations.
    ///
    /// - Precondition: The shapes fit.
    public func setProduct(
        _ a: Matrix, _ aOrientation: Orientation = .asStored, _ b: Matrix, _ bOrientation: Orientation = .asStored,
        scale: Float = 1, accumulating: Bool = false
    ) {
        let inner = aOrientation == .asStored ? a.columns : a.rows
        precondition((aOrientation == .asStored ? a.rows : a.columns) == rows, "A has as many rows as the product")
        precondition((bOrientation == .asStored ? b.columns : b.rows) == columns, "B has as many columns as the product")
        precondition((bOrientation == .asStored ? b.rows : b.columns) == inner, "A and B share the inner dimension")
        guard rows > 0, columns > 0 else { return }
        guard inner > 0 else {
            if !accumulating { fill(with: 0) }
            return
        }
        // The views keep their storages alive over the call, and their bounds were checked when they were made.
        unsafe cblas_sgemm(
            CblasRowMajor, aOrientation.flag, bOrientation.flag, blasint(rows), blasint(columns), blasint(inner), scale, a.start,
            blasint(a.stride), b.start, blasint(b.stride), accumulating ? 1 : 0, start, blasint(stride))
    }
}
