/// Numbers as figures write them: with a true minus sign, the same on every machine whatever its locale.
public enum NumberFormat {
    /// Fixed decimals: `−0.50`. A number that rounds to zero loses its sign only if it is zero.
    public static func fixed(_ x: Double, decimals: Int) -> String {
        if let special = special(x) { return special }
        let sign = x < 0 ? minus : ""
        let scaled = (abs(x) * Elementary.powerOfTen(decimals)).rounded()
        guard scaled < 1e18 else { return scientific(x, digits: 2) }
        var digits = String(Int64(scaled))
        guard decimals > 0 else { return sign + digits }
        if digits.utf8.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.utf8.count) + digits }
        return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }

    /// To `digits` significant digits where the number is below 10 to that many digits; larger ones as whole numbers, since
    /// rounding 123 to 120 would say less in the same room. Below 10⁻⁴ and from 10⁶ on in powers of ten. Zero is `0`.
    public static func significant(_ x: Double, digits: Int = 2) -> String {
        if let special = special(x) { return special }
        guard x != 0 else { return "0" }
        if abs(x) >= Elementary.powerOfTen(digits), abs(x) < 999_999.5 { return fixed(x, decimals: 0) }
        let decade = decade(of: x, digits: digits)
        guard decade >= -4, decade < 6 else { return scientific(x, digits: digits) }
        return fixed(x, decimals: max(0, digits - 1 - decade))
    }

    /// In powers of ten: `1.2e−5`.
    public static func scientific(_ x: Double, digits: Int = 2) -> String {
        if let special = special(x) { return special }
        guard x != 0 else { return "0" }
        let decade = decade(of: x, digits: digits)
        return fixed(x / Elementary.powerOfTen(decade), decimals: digits - 1) + "e" + whole(decade)
    }

    /// As ``significant(_:digits:)``, for running text: what that has in powers of ten is `4.7 × 10⁻⁷`.
    public static func written(_ x: Double, digits: Int = 2) -> String {
        let text = significant(x, digits: digits)
        return text.contains("e") ? power(x, digits: digits) : text
    }

    /// In powers of ten as they are written by hand, without a place to break: `4.7 × 10⁻⁷`.
    public static func power(_ x: Double, digits: Int = 2) -> String {
        let parts = scientific(x, digits: digits).split(separator: "e")
        guard parts.count == 2 else { return String(parts.first ?? "0") }
        return "\(parts[0])\u{00A0}×\u{00A0}10\(superscript(parts[1]))"
    }

    /// A whole number raised above the line: `⁻⁷`.
    public static func superscript(_ n: Int) -> String { superscript((n < 0 ? minus : "") + String(n.magnitude)) }

    private static func superscript(_ digits: some StringProtocol) -> String {
        let raised: [Character: Character] = [
            "−": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
        ]
        return String(digits.compactMap { raised[$0] })
    }

    /// A whole number, its thousands set apart by a narrow space from five digits on: `12 345`.
    public static func whole(_ n: Int) -> String {
        let digits = Array(String(n.magnitude))
        guard digits.count > 4 else { return (n < 0 ? minus : "") + String(digits) }
        var result = n < 0 ? minus : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append("\u{202F}") }
            result.append(digit)
        }
        return result
    }

    /// A share as a percentage: `12 %` in figures, with `decimals` decimals. One that rounds to zero has no sign.
    public static func percentage(_ share: Double, decimals: Int = 0) -> String {
        let roundsToZero = (abs(share) * 100 * Elementary.powerOfTen(decimals)).rounded() == 0
        return fixed(roundsToZero ? 0 : share * 100, decimals: decimals) + "\u{202F}%"
    }

    /// Bytes in the largest unit that keeps the number at 1 or more: `1.5 kB` is 1,500 bytes.
    public static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (value, unit) = (Double(count), 0)
        while abs(value) >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return (unit == 0 ? whole(count) : significant(value)) + "\u{202F}" + units[unit]
    }

    /// A share as it may stand in a cell: what is not all of it does not round to 1.
    static func candidates(forShare x: Double) -> [String] {
        let texts = candidates(forCell: x)
        guard x > 0.5, x < 1 else { return texts }
        let below = texts.filter { !$0.hasPrefix("1") }
        return below.isEmpty ? [">0.99"] : below
    }

    /// What may stand in a cell, the most exact first. The last says no more than that the number is not zero.
    static func candidates(forCell x: Double) -> [String] {
        guard x.isFinite, x != 0 else { return [significant(x)] }
        var result = [significant(x)]
        if abs(x) < 1 {
            // One digit less, and none of the zero before the point is left out: `.03` is read as 3 too easily.
            result.append(significant(x, digits: 1))
            if abs(x) >= 0.005 { result.append(fixed(x, decimals: 2)) }
        }
        result.append(scientific(x, digits: 1))
        if abs(x) < 0.01 { result.append("≈0") }
        return result
    }

    static let minus = "−"

    private static func special(_ x: Double) -> String? {
        if x.isNaN { return "NaN" }
        if x.isInfinite { return x < 0 ? minus + "∞" : "∞" }
        return nil
    }

    /// The power of ten of the first digit after rounding to `digits` digits: 0 for 9.94, 1 for 9.96 to two digits.
    private static func decade(of x: Double, digits: Int) -> Int {
        var (decade, m) = (0, abs(x))
        while m >= 10 {
            m /= 10
            decade += 1
        }
        while m < 1 {
            m *= 10
            decade -= 1
        }
        return (m * Elementary.powerOfTen(digits - 1)).rounded() >= Elementary.powerOfTen(digits) ? decade + 1 : decade
    }
}
