import Foundation
import Testing

@testable import LinearAlgebra

/// Kernels that replace what they read.
@Suite struct InPlaceKernelTests {
    private static func bits(_ matrices: [Matrix]) -> [[UInt32]] { matrices.map { $0.values.map(\.bitPattern) } }

    @Test("Moments and AdamW give the same bits in place as apart, and AdamW's numbers", arguments: KernelTests.widths)
    func adamW(width: Int) {
        func random(_ path: String) -> Matrix { KernelTests.random(5, width, path: path) }
        let (x, gradient, m, v) = (random("x"), random("g"), random("m"), random("v"))
        for row in 0..<5 { for column in 0..<width { v[row, column] *= v[row, column] } }
        let (first, second, stepped) = (random("first"), random("second"), random("stepped"))
        first.setFirstMoment(state: m, gradient: gradient, take: 0.1)
        second.setSecondMoment(state: v, gradient: gradient, keep: 0.999, take: 0.001)
        stepped.setAdamWStep(
            from: x, firstMoment: first, secondMoment: second, decay: 0.9, step: 0.1, root: 0.3, epsilon: 1e-8)
        let before = x.values
        m.setFirstMoment(state: m, gradient: gradient, take: 0.1)
        v.setSecondMoment(state: v, gradient: gradient, keep: 0.999, take: 0.001)
        x.setAdamWStep(from: x, firstMoment: m, secondMoment: v, decay: 0.9, step: 0.1, root: 0.3, epsilon: 1e-8)
        #expect(Self.bits([m, v, x]) == Self.bits([first, second, stepped]))
        let (moments, squares, after) = (m.values, v.values, x.values)
        for index in before.indices {
            let size: Double = Double(squares[index]).squareRoot() / 0.3 + 1e-8
            let change: Double = 0.1 * Double(moments[index]) / size
            let expected: Double = 0.9 * Double(before[index]) - change
            #expect(abs(Double(after[index]) - expected) <= 1e-6 * (abs(expected) + abs(change)))
        }
    }

    @Test("The exponential is within 3 units of the last place, tanh within 4, over all they are asked for")
    func elementaryFunctions() {
        let count = 20_001
        func row() -> Matrix { Storage(count: count).matrix(rows: 1, columns: count) }
        let (x, exponential, bent) = (row(), row(), row())
        for index in 0..<count { x[0, index] = Float(index - count / 2) * 0.0087 }
        exponential.setExponential(x)
        bent.set(.tanh, of: x)
        func units(_ found: Float, _ exact: Double) -> Double { abs(Double(found) - exact) / Double(Float(exact).ulp) }
        var (worstExponential, worstTanh) = (0.0, 0.0)
        for index in 0..<count where abs(x[0, index]) < 87 {
            let at = Double(x[0, index])
            worstExponential = max(worstExponential, units(exponential[0, index], exp(at)))
            if at != 0 { worstTanh = max(worstTanh, units(bent[0, index], tanh(at))) }
        }
        #expect(worstExponential <= 3)
        #expect(worstTanh <= 4)
    }
}
