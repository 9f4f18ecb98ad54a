/// The few functions that colours and axes need, from additions, products, quotients and square roots alone. IEEE 754 fixes
/// the result of each of these to the bit, which it does not do for a library's `pow` and `log`: so a figure has the same
/// bytes on every machine.
enum Elementary {
    /// ³√x, for any x.
    static func cubeRoot(_ x: Double) -> Double {
        x < 0 ? -root(-x, degree: 3) : root(x, degree: 3)
    }

    /// The `degree`-th root of x ≥ 0 by Newton's iteration on rⁿ = x from above, where it falls monotonically.
    static func root(_ x: Double, degree: Int) -> Double {
        guard x > 0 else { return 0 }
        var r = max(x, 1)
        while true {
            var power = 1.0
            for _ in 1..<degree { power *= r }
            let next = (Double(degree - 1) * r + x / power) / Double(degree)
            guard next < r else { return r }
            r = next
        }
    }

    /// ln x for x > 0: with x = m·2ᵉ and m about 1, ln x = e·ln 2 + 2·artanh((m − 1)/(m + 1)).
    static func logarithm(_ x: Double) -> Double {
        precondition(x > 0 && x.isFinite)
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.414_213_562_373_095_1 {
            m /= 2
            exponent += 1
        }
        let z = (m - 1) / (m + 1)
        var (sum, power, n) = (0.0, z, 1.0)
        // |z| ≤ 0.1716, so each term is at least 33 times smaller than the last: 12 terms reach 2⁻⁵³.
        for _ in 0..<12 {
            sum += power / n
            power *= z * z
            n += 2
        }
        return exponent * 0.693_147_180_559_945_3 + 2 * sum
    }

    static func logarithm10(_ x: Double) -> Double { logarithm(x) / 2.302_585_092_994_045_7 }

    /// 10ⁿ.
    static func powerOfTen(_ n: Int) -> Double {
        var result = 1.0
        for _ in 0..<abs(n) { result *= 10 }
        return n < 0 ? 1 / result : result
    }
}
