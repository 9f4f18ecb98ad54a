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

    @Test("Contour lines of a cone lie on its circle, and of a plane are straight")
    func contours() {
        let side = 21
        let cone = (0..<side * side).map { index -> Double in
            let (x, y) = (Double(index % side) - 10, Double(index / side) - 10)
            return (x * x + y * y).squareRoot()
        }
        let pieces = ContourLines.pieces(of: cone, columns: side, at: 6.5)
        #expect(pieces.count > 30)
        for place in pieces.flatMap({ [$0.from, $0.to] }) {
            let (x, y) = (place.column - 10, place.row - 10)
            // Linear between grid points: the distance is a convex function, off by less than an eighth of its curvature.
            #expect(abs((x * x + y * y).squareRoot() - 6.5) < 0.03)
        }
        let plane = (0..<side * side).map { Double($0 % side) }
        let line = ContourLines.pieces(of: plane, columns: side, at: 3.25)
        #expect(line.count == side - 1 && line.allSatisfy { $0.from.column == 3.25 && $0.to.column == 3.25 })
        #expect(ContourLines.pieces(of: plane, columns: side, at: 99).isEmpty)
    }

    @Test("A contour through a saddle has two pieces that do not cross")
    func saddle() {
        for (corners, level) in [([1.0, 0, 0, 1], 0.4), ([1.0, 0, 0, 1], 0.6)] {
            let pieces = ContourLines.pieces(of: corners, columns: 2, at: level)
            #expect(pieces.count == 2)
            // Each piece cuts off one corner: it joins two neighbouring sides, and no corner is cut off twice.
            let middles = pieces.map { (($0.from.column + $0.to.column) / 2, ($0.from.row + $0.to.row) / 2) }
            #expect(abs(middles[0].0 - middles[1].0) + abs(middles[0].1 - middles[1].1) > 0.5)
        }
    }

    @Test("The rank budget is whole until the first cut, never rises, and ends at its target")
    func budget() {
        let budget = AdaptiveBudget(initial: 64, target: 32, start: 5, end: 25, interval: 1, steps: 50)
        let all = (1...50).map(budget.triplets)
        #expect(all[0..<5].allSatisfy { $0 == 64 } && all[24...].allSatisfy { $0 == 32 })
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 >= $1 })
        // 32 + 32 · (1 − 5/20)³ = 45.5.
        #expect(budget.triplets(after: 10) == 45)
        #expect((1...50).filter(budget.cuts) == Array(6...25))
    }

    @Test("Products with weights in 4 bits and of a matrix with itself are counted too")
    func otherProducts() {
        let graph = GraphDescription(nodes: [
            NodeDescription(name: "x", shape: RecordedShape(.tokens, 4), phase: .forward),
            NodeDescription(
                name: "y", shape: RecordedShape(.tokens, 6), phase: .forward, operation: "linear, weights in 4 bits",
                operands: ["x"]),
            NodeDescription(name: "B", shape: RecordedShape(.fixed(10), 3), phase: .forward),
            NodeDescription(
                name: "BB", shape: RecordedShape(.fixed(3), 3), phase: .forward, operation: "inner products", operands: ["B"]),
            NodeDescription(
                name: "gradient/B", shape: RecordedShape(.fixed(10), 3), phase: .backward, operation: "inner products gradient",
                operands: ["B", "BB"]),
        ])
        let batch = RecordedBatch(
            tokens: [1, 2], positions: [0, 1], sequenceStarts: [0, 2], countedRows: [0], countedStarts: [0, 1], targets: [2])
        let count = MatrixArithmetic.count(graph, batch: batch)
        #expect(count.forward == Double(2 * 2 * 6 * 4 + 2 * 3 * 3 * 10))
        #expect(count.backward == Double(2 * 2 * 10 * 3 * 3))
    }
}
