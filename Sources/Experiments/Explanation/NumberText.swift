internal import Foundation

/// Numbers as explanations write them: with a true minus sign and without zeros at the end.
enum NumberText {
    /// Four significant digits.
    static func short(_ number: Double) -> String { text(number, digits: 4) }

    /// Nine significant digits, which tell any two float32 numbers apart.
    static func long(_ number: Double) -> String { text(number, digits: 9) }

    /// Below 10⁻⁵, and where there would be digits that are not significant, in powers of ten: `1.2e−8`.
    static func text(_ number: Double, digits: Int) -> String {
        if number == 0 { return "0" }
        if number.isNaN { return "NaN" }
        let sign = number < 0 ? "−" : ""
        if number.isInfinite { return "\(sign)∞" }
        let parts = String(format: "%.\(digits - 1)e", abs(number)).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(number)" }
        if (-5..<digits).contains(exponent) {
            return sign + withoutZeros(String(format: "%.\(digits - 1 - exponent)f", abs(number)))
        }
        return sign + withoutZeros(String(parts[0])) + "e" + (exponent < 0 ? "−" : "") + "\(exponent.magnitude)"
    }

    private static func withoutZeros(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
