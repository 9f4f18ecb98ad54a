import Foundation
import Recordings
import Testing

@testable import Figures

@Suite("The arithmetic of figures")
struct ArithmeticTests {
    @Test("The exponential agrees with the library's to 1e-14")
    func exponential() {
        for x in stride(from: -690.0, through: 690, by: 0.37) {
            let expected = Foundation.exp(x)
            #expect(abs(Exponential.of(x) - expected) <= 1e-13 * expected, "\(x)")
        }
        #expect(Exponential.of(-1e6) == 0 && Exponential.of(0) == 1)
    }

    @Test("The plane of points that lie in a plane shows all of their variance", arguments: [3, 40])
    func plane(width: Int) {
        // Points on two directions at right angles, one of them twice as wide: 20 points in a space of 3 and of 40 dimensions.
        let points = (0..<20).map { step -> [Double] in
            var point = [Double](repeating: 0.5, count: width)
            point[0] += step % 2 == 0 ? 2 : -2
            point[2] += step % 4 < 2 ? 1 : -1
            return point
        }
        let plane = PrincipalPlane(points)
        #expect(abs(plane.shares[0] - 0.8) < 1e-9 && abs(plane.shares[1] - 0.2) < 1e-9)
        #expect(abs(plane.axes[0][0] - 1) < 1e-6 && abs(plane.axes[1][2] - 1) < 1e-6)
        let place = plane.place(points[0].map { Float($0) })
        #expect(abs(place.x - 2) < 1e-5 && abs(place.y - 1) < 1e-5)
    }

    @Test("Products are counted as two for each number and each element of the axis that is summed over")
    func products() {
        let batch = RecordedBatch(
            tokens: [1, 2, 3], positions: [0, 1, 2], sequenceStarts: [0, 3], countedRows: [1], countedStarts: [0, 1], targets: [3]
        )
        func node(
            _ name: ValueName, _ shape: RecordedShape, _ operation: String? = nil, _ operands: [ValueName] = [],
            _ phase: RecordedPhase = .forward
        ) -> NodeDescription {
            NodeDescription(name: name, shape: shape, phase: phase, operation: operation, operands: operands)
        }
        let graph = GraphDescription(nodes: [
            node("w", RecordedShape(.fixed(4), 6)),
            node("x", RecordedShape(.tokens, 4)),
            node("y", RecordedShape(.tokens, 6), "linear", ["x", "w"]),
            node("q", RecordedShape(.tokens, 2, 3), "columns", ["y"]),
            node("scores", RecordedShape(.tokens, 2, 5), "attention scores", ["q", "q"]),
            node("mix", RecordedShape(.tokens, 2, 3), "attention mix", ["scores", "q"]),
            node("gradient/w", RecordedShape(.fixed(4), 6), "outer product", ["x", "y"], .backward),
            node("gradient/q", RecordedShape(.tokens, 2, 3), "attention gather", ["scores", "q"], .backward),
        ])
        let count = MatrixArithmetic.count(graph, batch: batch)
        let linear = 2 * 3 * 6 * 4
        let attention = 2 * 3 * 2 * 5 * 3
        #expect(count.forward == Double(linear + 2 * attention))
        #expect(count.backward == Double(2 * 4 * 6 * 3 + attention))
    }
}
