internal import CKernels

// Su et al. 2021, in the half-split form of Hugging Face Transformers (`rotate_half`): number j of a head is paired with number
// j + width / 2.
extension Matrix {
    /// Row `row` ← the cosines, then the sines, of a position times each of the frequencies (radians a position).
    public func setRotation(row: Int, position: Int, frequencies: [Float]) {
        precondition(row >= 0 && row < rows && columns == 2 * frequencies.count, "a cosine and a sine for each frequency")
        unsafe frequencies.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            unsafe foreword_rotation_row(Int64(frequencies.count), Float(position), base, start(ofRow: row))
        }
    }

    /// `self ← x` with the pairs of every head turned by the row's rotation, or turned back.
    ///
    /// - Parameter rotation: Cosines and sines, as wide as a head.
    public func setRotated(_ x: Matrix, by rotation: Matrix, turnedBack: Bool) {
        precondition(rows == x.rows && columns == x.columns && rows == rotation.rows, "a rotation for every row")
        precondition(rotation.columns.isMultiple(of: 2) && columns.isMultiple(of: rotation.columns), "heads of whole pairs")
        unsafe foreword_rotate(
            Int64(rows), Int64(columns / rotation.columns), Int64(rotation.columns / 2), turnedBack ? -1 : 1, x.start,
            Int64(x.stride), rotation.start, Int64(rotation.stride), start, Int64(stride))
    }
}
