/// Arithmetic for display, in float64.
enum VectorArithmetic {
    /// The L2 norm of a vector.
    static func norm(_ x: some Sequence<Float>) -> Double { x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }

    static func dot(_ x: some Sequence<Float>, _ y: some Sequence<Float>) -> Double {
        zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// The cosine of the angle between two vectors, −1 to 1; 0 where one of them is zero.
    static func cosine(_ x: some Collection<Float>, _ y: some Collection<Float>) -> Double {
        let lengths = norm(x) * norm(y)
        return lengths > 0 ? min(1, max(-1, dot(x, y) / lengths)) : 0
    }
}
