internal import CKernels
internal import COpenBLAS

/// What the numbers are computed with. Bits agree between machines that give the same answer here.
public struct Arithmetic: Sendable, Hashable {
    /// OpenBLAS's version and the processor kernel it chose, for example `OpenBLAS 0.3.21 Zen`.
    public let blas: String
    /// The level of our element-wise kernels, for example `x86-64-v3`.
    public let kernels: String

    /// The arithmetic of this machine.
    public static var current: Arithmetic {
        let configuration = unsafe String(cString: openblas_get_config())
        let version = configuration.split(separator: " ").prefix(2).joined(separator: " ")
        return unsafe Arithmetic(
            blas: "\(version) \(String(cString: openblas_get_corename()))", kernels: String(cString: foreword_kernel_level()))
    }

    /// Keeps each matrix product on the thread that asks for it.
    ///
    /// The executor runs its own parts in parallel; threads inside a product would cost more than they give, and would make the
    /// bits depend on their number.
    public static func useOneThreadPerProduct() {
        openblas_set_num_threads(1)
    }
}
