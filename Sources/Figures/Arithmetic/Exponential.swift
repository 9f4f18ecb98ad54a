/// The exponential function, computed by the same additions and multiplications on every machine, so that a picture is the same.
enum Exponential {
    /// Within 1e-14 of e^x, relative; 0 below −700.
    static func of(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        guard x < 700 else { return .infinity }
        // e^x = 2^n e^r with |r| at most half of ln 2, where the series needs few terms.
        let n = (x / ln2).rounded()
        let r = x - n * ln2
        var (term, sum) = (1.0, 1.0)
        for k in 1...18 {
            term *= r / Double(k)
            sum += term
        }
        return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
    }

    private static let ln2 = 0.693_147_180_559_945_309_417
}
