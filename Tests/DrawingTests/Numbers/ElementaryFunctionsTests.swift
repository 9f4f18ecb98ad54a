import Foundation
import Testing

@testable import Drawing

@Suite struct ElementaryFunctionsTests {
    @Test("Roots agree with the library's to the last digits", arguments: [1e-12, 0.001, 0.5, 1, 2, 27, 1e9])
    func roots(x: Double) {
        #expect(abs(Elementary.cubeRoot(x) / cbrt(x) - 1) < 1e-15)
        #expect(abs(Elementary.root(x, degree: 5) / pow(x, 0.2) - 1) < 1e-15)
        #expect(Elementary.cubeRoot(-x) == -Elementary.cubeRoot(x))
    }

    @Test("The root of zero is zero")
    func zero() { #expect(Elementary.root(0, degree: 3) == 0) }

    @Test("Logarithms agree with the library's", arguments: [1e-300, 1e-5, 0.3, 0.999, 1, 1.5, 2, 10, 12345, 1e300])
    func logarithms(x: Double) {
        #expect(abs(Elementary.logarithm(x) - log(x)) <= 1e-15 * max(1, abs(log(x))))
        #expect(abs(Elementary.logarithm10(x) - log10(x)) <= 1e-15 * max(1, abs(log10(x))))
    }

    @Test("Powers of ten are the nearest numbers", arguments: [(0, 1.0), (3, 1000), (-2, 0.01), (22, 1e22)])
    func powers(n: Int, value: Double) { #expect(Elementary.powerOfTen(n) == value) }
}
