internal import Foundation

/// A number in double precision, and how far a computation of it in float32 may be from it.
///
/// A running error analysis to first order (Higham 2002, "Accuracy and Stability of Numerical Algorithms", §3.3): each operation
/// passes on the errors of its operands, by its slope, and adds its own rounding, half a unit in the last place of its result. A sum
/// of n terms in any order adds at most n such roundings of the sum of absolute terms.
public struct Approximation: Sendable, Hashable {
    public let value: Double
    /// A bound on |float32 result − value|.
    public let error: Double

    public init(_ value: Double, error: Double = 0) {
        self.value = value
        self.error = error
    }

    /// Half a unit in the last place of 1.
    static let unit = Double(Float.ulpOfOne) / 2
    /// What an element-wise function of ours may be wrong by, in such units: its polynomial and the reduction of its argument.
    static let functionUnits = 8.0
    /// Results smaller than float32's least normal number are 0 in some kernels.
    static let underflow = Double(Float.leastNormalMagnitude) * 4

    /// Whether a float32 result is this number, but for rounding. Not a number is so if both are.
    public func admits(_ result: Float) -> Bool {
        let found = Double(result)
        if found.isNaN || value.isNaN { return found.isNaN && value.isNaN }
        return found == value || abs(found - value) <= error + Self.underflow
    }
}

extension ElementExpression {
    /// The value of the expression.
    ///
    /// - Parameter read: The number of an element.
    public func value(reading read: (Element) -> Double) -> Double { approximation(reading: read).value }

    /// The value of the expression, and how far float32 may be from it.
    public func approximation(reading read: (Element) -> Double) -> Approximation {
        let unit = Approximation.unit
        switch self {
        case .constant(let number):
            return Approximation(number, error: Double(Float(number)) == number ? 0 : unit * abs(number))
        case .batchNumber(let number): return Approximation(Double(number.number))
        case .element(let element): return Approximation(read(element))
        case .chosen(let x, _): return x.approximation(reading: read)
        case .sum(let terms):
            var (value, size, error) = (0.0, 0.0, 0.0)
            terms.forEach(reading: read) { term in
                value += term.value
                size += abs(term.value)
                error += term.error
            }
            return Approximation(value, error: error + Double(terms.count) * unit * size)
        case .product(let factors):
            return factors.dropFirst().reduce(factors.first?.approximation(reading: read) ?? Approximation(1)) {
                product, factor in
                product.times(factor.approximation(reading: read))
            }
        case .difference(let a, let b):
            let (a, b) = (a.approximation(reading: read), b.approximation(reading: read))
            return Approximation(a.value - b.value, error: a.error + b.error + unit * (abs(a.value) + abs(b.value)))
        case .quotient(let a, let b):
            return a.approximation(reading: read).over(b.approximation(reading: read))
        case .quotientOrZero(let a, let b):
            let divisor = b.approximation(reading: read)
            return divisor.value == 0 ? Approximation(0) : a.approximation(reading: read).over(divisor)
        case .minimum(let a, let b):
            let (a, b) = (a.approximation(reading: read), b.approximation(reading: read))
            return Approximation(min(a.value, b.value), error: max(a.error, b.error))
        case .function(let function, let x): return function.of(x.approximation(reading: read))
        case .mean(let terms):
            let sum = ElementExpression.sum(terms).approximation(reading: read)
            return sum.over(Approximation(Double(terms.count)))
        case .variance(let terms): return Self.covariance(terms, terms, reading: read)
        case .covariance(let a, let b): return Self.covariance(a, b, reading: read)
        case .logOfExponentials(let terms): return Self.exponentials(terms, reading: read).logarithm
        case .softmax(let x, let terms):
            let all = Self.exponentials(terms, reading: read)
            let own = x.approximation(reading: read)
            let distance = own.value - all.largest
            // Rounding of the distance from the largest is an absolute error of the exponent, a relative one of the result.
            let relative = own.error + unit * abs(distance) + Approximation.functionUnits * unit + all.relativeError + 2 * unit
            let value = exp(distance) / all.sum
            return Approximation(value, error: relative * value)
        }
    }

    private static func covariance(_ a: Terms, _ b: Terms, reading read: (Element) -> Double) -> Approximation {
        let (first, second) = (a.approximations(reading: read), b.approximations(reading: read))
        let count = Double(first.count)
        let meanA = ElementExpression.mean(a).approximation(reading: read)
        let meanB = ElementExpression.mean(b).approximation(reading: read)
        var (sum, size, error) = (0.0, 0.0, 0.0)
        for (x, y) in zip(first, second) {
            let (dx, dy) = (x.value - meanA.value, y.value - meanB.value)
            sum += dx * dy
            size += abs(dx * dy)
            error += (x.error + meanA.error) * abs(dy) + (y.error + meanB.error) * abs(dx) + meanA.error * meanB.error
            // Kernels take only one list's distances from its mean: the other's mean drops out of the sum, but not out of its rounding.
            size += abs(meanA.value * dy)
        }
        return Approximation(sum / count, error: (error + (count + 4) * Approximation.unit * size) / count)
    }

    /// Σ e^(term − largest term).
    private static func exponentials(_ terms: Terms, reading read: (Element) -> Double) -> Exponentials {
        let numbers = terms.approximations(reading: read)
        let largest = numbers.reduce(-Double.infinity) { max($0, $1.value) }
        var (sum, error) = (0.0, 0.0)
        for number in numbers {
            let power = exp(number.value - largest)
            sum += power
            error += power * (number.error + Approximation.unit * (abs(number.value - largest) + Approximation.functionUnits))
        }
        return Exponentials(
            largest: largest, sum: sum, relativeError: error / sum + Double(numbers.count) * Approximation.unit)
    }

    private struct Exponentials {
        let largest: Double
        let sum: Double
        let relativeError: Double

        var logarithm: Approximation {
            let (part, unit) = (log(sum), Approximation.unit)
            return Approximation(
                largest + part,
                error: relativeError + unit * (Approximation.functionUnits * abs(part) + abs(largest) + abs(part)))
        }
    }
}

extension ElementExpression.Terms {
    /// Calls `body` with every term. The commonest kinds of terms make no expressions of their terms.
    fileprivate func forEach(reading read: (ElementExpression.Element) -> Double, _ body: (Approximation) -> Void) {
        switch self {
        case .products(let strips) where strips.count == 1:
            for index in 0..<strips[0].count { body(Approximation(read(strips[0][index]))) }
        case .products(let strips):
            for index in 0..<count {
                let product = strips.reduce(1) { $0 * read($1[index]) }
                body(Approximation(product, error: Double(strips.count - 1) * Approximation.unit * abs(product)))
            }
        case .weighted(let weights, let strip):
            for index in 0..<count {
                let product = weights[index] * read(strip[index])
                body(Approximation(product, error: Approximation.unit * abs(product)))
            }
        case .expressions(let expressions): for expression in expressions { body(expression.approximation(reading: read)) }
        }
    }

    fileprivate func approximations(reading read: (ElementExpression.Element) -> Double) -> [Approximation] {
        var result: [Approximation] = []
        forEach(reading: read) { result.append($0) }
        return result
    }
}

extension Approximation {
    fileprivate func times(_ other: Approximation) -> Approximation {
        let product = value * other.value
        return Approximation(
            product, error: error * abs(other.value) + other.error * abs(value) + error * other.error + Self.unit * abs(product))
    }

    /// Kernels may multiply by a reciprocal: two roundings.
    fileprivate func over(_ other: Approximation) -> Approximation {
        let quotient = value / other.value
        return Approximation(
            quotient, error: (error + other.error * abs(quotient)) / abs(other.value) + 2 * Self.unit * abs(quotient))
    }
}

extension ElementExpression.Function {
    fileprivate func of(_ x: Approximation) -> Approximation {
        func result(_ value: Double, slope: Double, units: Double = Approximation.functionUnits) -> Approximation {
            Approximation(value, error: abs(slope) * x.error + units * Approximation.unit * abs(value))
        }
        switch self {
        case .exponential:
            let power = exp(x.value)
            return result(power, slope: power)
        case .logarithm: return result(log(x.value), slope: 1 / x.value)
        case .squareRoot:
            let root = x.value.squareRoot()
            // Near 0 the slope says too much: √(x + e) ≤ √x + √e.
            let error = root > 0 ? min(x.error / (2 * root) * 2, x.error.squareRoot()) : x.error.squareRoot()
            return Approximation(root, error: error + Approximation.unit * root)
        case .tanh:
            let y = Foundation.tanh(x.value)
            return result(y, slope: 1 - y * y)
        case .sigmoid:
            let y = 1 / (1 + exp(-x.value))
            return result(y, slope: y * (1 - y))
        case .cosine: return result(cos(x.value), slope: 1, units: 1)
        case .sine: return result(sin(x.value), slope: 1, units: 1)
        case .positivePart: return Approximation(max(x.value, 0), error: x.error)
        case .step: return Approximation(x.value > 0 ? 1 : 0)
        }
    }
}
