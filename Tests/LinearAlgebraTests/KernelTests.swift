import Foundation
import RandomStreams
import Testing

@testable import LinearAlgebra

/// Every kernel against the same formula in float64.
@Suite struct KernelTests {
    /// A matrix of random numbers in a storage of its own, with a stride that is not its width.
    static func random(_ rows: Int, _ columns: Int, scale: Float = 1, path: String) -> Matrix {
        var stream = RandomStream(seed: 11, path: path)
        let matrix = Storage(count: rows * (columns + 5) + 3).matrix(at: 3, rows: rows, columns: columns, stride: columns + 5)
        for row in 0..<rows { for column in 0..<columns { matrix[row, column] = scale * stream.normal() } }
        return matrix
    }

    static func doubles(_ matrix: Matrix, row: Int) -> [Double] { (0..<matrix.columns).map { Double(matrix[row, $0]) } }

    /// Widths below, at and above the number of lanes.
    static let widths = [1, 2, 15, 16, 17, 64, 100]

    @Test("gelu is ½x(1 + tanh(√(2/π)(x + 0.044715x³))) and its slope the derivative of that", arguments: widths)
    func gelu(width: Int) {
        let x = Self.random(4, width, scale: 3, path: "x")
        let dy = Self.random(4, width, path: "dy")
        let y = Self.random(4, width, path: "y")
        let dx = Self.random(4, width, path: "dx")
        y.setGelu(x)
        dx.setGeluGradient(at: x, upstream: dy)
        let exact = { (x: Double) in 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) }
        for row in 0..<4 {
            for column in 0..<width {
                let at = Double(x[row, column])
                #expect(abs(Double(y[row, column]) - exact(at)) <= 4e-7 * max(1, abs(at)))
                let slope = (exact(at + 1e-5) - exact(at - 1e-5)) / 2e-5 * Double(dy[row, column])
                #expect(abs(Double(dx[row, column]) - slope) <= 2e-6 * max(1, abs(slope)))
            }
        }
    }

    @Test("silu is x / (1 + e⁻ˣ) and its slope the derivative of that", arguments: widths)
    func silu(width: Int) {
        let x = Self.random(4, width, scale: 3, path: "x")
        let dy = Self.random(4, width, path: "dy")
        let y = Self.random(4, width, path: "y")
        let dx = Self.random(4, width, path: "dx")
        y.setSilu(x)
        dx.setSiluGradient(at: x, upstream: dy)
        let exact = { (x: Double) in x / (1 + exp(-x)) }
        for row in 0..<4 {
            for column in 0..<width {
                let at = Double(x[row, column])
                #expect(abs(Double(y[row, column]) - exact(at)) <= 4e-7 * max(1, abs(at)))
                let slope = (exact(at + 1e-5) - exact(at - 1e-5)) / 2e-5 * Double(dy[row, column])
                #expect(abs(Double(dx[row, column]) - slope) <= 2e-6 * max(1, abs(slope)))
            }
        }
    }

    @Test("Root-mean-square normalisation, and a gradient orthogonal to the row", arguments: [2, 15, 16, 17, 64, 100])
    func rmsNorm(width: Int) {
        let x = Self.random(3, width, scale: 5, path: "x")
        let scale = Self.random(1, width, path: "scale")
        let dy = Self.random(3, width, path: "dy")
        let y = Self.random(3, width, path: "y")
        let dx = Self.random(3, width, path: "dx")
        y.setRMSNorm(x, scale: scale, epsilon: 1e-6)
        dx.setRMSNormGradient(at: x, scale: scale, upstream: dy, epsilon: 1e-6)
        for row in 0..<3 {
            let values = Self.doubles(x, row: row)
            let root = (values.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-6).squareRoot()
            for column in 0..<width {
                #expect(abs(Double(y[row, column]) - values[column] / root * Double(scale[0, column])) < 3e-6)
            }
            let gradient = Self.doubles(dx, row: row)
            let size = gradient.map(abs).max() ?? 0
            #expect(abs(zip(gradient, values).map(*).reduce(0, +)) / root <= 2e-5 * max(size, 1) * Double(width))
        }
    }

    @Test(
        "A rotation turns each pair by its position's angle, keeps its length, and is undone by turning back",
        arguments: [1, 3, 16])
    func rotation(pairs: Int) {
        let frequencies = (0..<pairs).map { Float(1) / Float(1 + 3 * $0) }
        let x = Self.random(5, 3 * 2 * pairs, path: "x")
        let rotation = Self.random(5, 2 * pairs, path: "rotation")
        let y = Self.random(5, 3 * 2 * pairs, path: "y")
        let back = Self.random(5, 3 * 2 * pairs, path: "back")
        for row in 0..<5 { rotation.setRotation(row: row, position: 7 * row, frequencies: frequencies) }
        y.setRotated(x, by: rotation, turnedBack: false)
        back.setRotated(y, by: rotation, turnedBack: true)
        for row in 0..<5 {
            for head in 0..<3 {
                for pair in 0..<pairs {
                    let (first, second) = (head * 2 * pairs + pair, head * 2 * pairs + pairs + pair)
                    let angle = Double(7 * row) * Double(frequencies[pair])
                    let (a, b) = (Double(x[row, first]), Double(x[row, second]))
                    #expect(abs(Double(y[row, first]) - (a * cos(angle) - b * sin(angle))) < 1e-5)
                    #expect(abs(Double(y[row, second]) - (b * cos(angle) + a * sin(angle))) < 1e-5)
                    #expect(abs(back[row, first] - x[row, first]) < 1e-6 && abs(back[row, second] - x[row, second]) < 1e-6)
                }
            }
        }
    }

    @Test("Columns times factors, and sums of products by columns", arguments: widths)
    func columns(width: Int) {
        let (a, b, y) = (Self.random(4, width, path: "a"), Self.random(4, width, path: "b"), Self.random(4, width, path: "y"))
        let factors = Storage(count: width).matrix(rows: width, columns: 1)
        let sums = Storage(count: width).matrix(rows: width, columns: 1)
        for column in 0..<width { factors[column, 0] = Float(column) - 3.5 }
        sums.fill(with: 2)
        y.setColumns(of: a, scaledBy: factors)
        sums.addColumnProducts(a, b)
        for column in 0..<width {
            for row in 0..<4 { #expect(y[row, column] == a[row, column] * factors[column, 0]) }
            let expected = (0..<4).reduce(2.0) { $0 + Double(a[$1, column]) * Double(b[$1, column]) }
            #expect(abs(Double(sums[column, 0]) - expected) <= 1e-6 * max(1, abs(expected)) * 4)
        }
    }

    @Test("Softmax adds up to 1, leaves what is not visible at 0, and shifts with its input", arguments: widths)
    func softmax(width: Int) {
        let x = Self.random(3, width, scale: 4, path: "x")
        let y = Self.random(3, width, path: "y")
        for row in 0..<3 {
            for visible in Set([1, (width + 1) / 2, width]) {
                y.setSoftmaxRow(row, of: x, visible: visible)
                let exponentials = Self.doubles(x, row: row).prefix(visible).map { exp($0) }
                let total = exponentials.reduce(0, +)
                for column in 0..<width {
                    let expected = column < visible ? exponentials[column] / total : 0
                    #expect(abs(Double(y[row, column]) - expected) <= 3e-7)
                }
            }
        }
    }

    @Test("Softmax of scores far from 0 is finite", arguments: [Float(-1e4), 0, 80, 1e4])
    func extremeSoftmax(shift: Float) {
        let x = Storage(count: 4).matrix(rows: 1, columns: 4)
        x.write([shift, shift + 1, shift + 2, -3e38])
        x.setSoftmaxRow(0, of: x, visible: 4)
        #expect(abs(x.values.reduce(0, +) - 1) < 1e-6)
        #expect(x[0, 3] == 0)
    }

    @Test("Each row of the softmax gradient adds up to 0", arguments: widths)
    func softmaxGradient(width: Int) {
        let x = Self.random(1, width, path: "x")
        let dy = Self.random(1, width, path: "dy")
        let y = Self.random(1, width, path: "y")
        let dx = Self.random(1, width, path: "dx")
        y.setSoftmaxRow(0, of: x, visible: width)
        dx.setSoftmaxGradientRow(0, at: y, upstream: dy, visible: width)
        let inner = zip(Self.doubles(y, row: 0), Self.doubles(dy, row: 0)).map(*).reduce(0, +)
        for column in 0..<width {
            #expect(abs(Double(dx[0, column]) - Double(y[0, column]) * (Double(dy[0, column]) - inner)) < 1e-6)
        }
        #expect(abs(dx.values.reduce(0, +)) < 1e-6)
    }

    @Test("Layer normalisation, and a gradient orthogonal to 1 and to the normalised row", arguments: [2, 15, 16, 17, 64, 100])
    func layerNorm(width: Int) {
        let x = Self.random(3, width, scale: 5, path: "x")
        let scale = Self.random(1, width, path: "scale")
        let shift = Self.random(1, width, path: "shift")
        let dy = Self.random(3, width, path: "dy")
        let y = Self.random(3, width, path: "y")
        let dx = Self.random(3, width, path: "dx")
        y.setLayerNorm(x, scale: scale, shift: shift, epsilon: 1e-5)
        dx.setLayerNormGradient(at: x, scale: scale, upstream: dy, epsilon: 1e-5)
        for row in 0..<3 {
            let values = Self.doubles(x, row: row)
            let mean = values.reduce(0, +) / Double(width)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            let normal = values.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
            for column in 0..<width {
                let expected = normal[column] * Double(scale[0, column]) + Double(shift[0, column])
                #expect(abs(Double(y[row, column]) - expected) < 3e-6)
            }
            let gradient = Self.doubles(dx, row: row)
            let size = gradient.map(abs).max() ?? 0
            #expect(abs(gradient.reduce(0, +)) <= 1e-5 * max(size, 1) * Double(width))
            #expect(abs(zip(gradient, normal).map(*).reduce(0, +)) <= 2e-5 * max(size, 1) * Double(width))
        }
    }

    @Test("The exponential is within 2⁻²² of the true one over its whole range")
    func exponential() {
        let x = Storage(count: 4_000).matrix(rows: 1, columns: 4_000)
        for column in 0..<4_000 { x[0, column] = -87 + Float(column) * 0.043 }
        let y = Storage(count: 4_000).matrix(rows: 1, columns: 4_000)
        y.setExponential(x)
        for column in 0..<4_000 {
            let expected = exp(Double(x[0, column]))
            #expect(abs(Double(y[0, column]) - expected) <= expected * 0x1p-22)
        }
    }

    @Test("A matrix product in every orientation, scaled and accumulated, equals its definition")
    func product() {
        for (a, b) in [(Orientation.asStored, Orientation.asStored), (.asStored, .transposed), (.transposed, .asStored)] {
            for accumulating in [false, true] {
                let left = Self.random(a == .asStored ? 5 : 7, a == .asStored ? 7 : 5, path: "a")
                let right = Self.random(b == .asStored ? 7 : 9, b == .asStored ? 9 : 7, path: "b")
                let result = Self.random(5, 9, path: "c")
                let before = result.values
                result.setProduct(left, a, right, b, scale: 0.5, accumulating: accumulating)
                for row in 0..<5 {
                    for column in 0..<9 {
                        var sum = accumulating ? Double(before[row * 9 + column]) : 0
                        for k in 0..<7 {
                            let x = a == .asStored ? left[row, k] : left[k, row]
                            let y = b == .asStored ? right[k, column] : right[column, k]
                            sum += 0.5 * Double(x) * Double(y)
                        }
                        #expect(abs(Double(result[row, column]) - sum) < 1e-5)
                    }
                }
            }
        }
    }

    @Test("A product over no inner dimension is 0, or adds nothing")
    func emptyProduct() {
        let result = Self.random(2, 3, path: "c")
        let before = result.values
        let empty = Storage(count: 8)
        result.setProduct(
            empty.matrix(rows: 2, columns: 0, stride: 4), .asStored, empty.matrix(rows: 0, columns: 3), accumulating: true)
        #expect(result.values == before)
        result.setProduct(empty.matrix(rows: 2, columns: 0, stride: 4), .asStored, empty.matrix(rows: 0, columns: 3))
        #expect(result.values == Array(repeating: 0, count: 6))
    }

    @Test("Column sums, sums of squares and cross-entropy equal their definitions", arguments: widths)
    func sums(width: Int) {
        let x = Self.random(6, width, path: "x")
        let sums = Storage(count: width).matrix(rows: 1, columns: width)
        sums.addColumnSums(of: x)
        for column in 0..<width {
            #expect(abs(Double(sums[0, column]) - (0..<6).reduce(0.0) { $0 + Double(x[$1, column]) }) < 1e-5)
        }
        let squares = x.values.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(Double(x.sumOfSquares) - squares) < 1e-5 * max(1, squares))
        let row = Self.doubles(x, row: 2)
        let expected = log(row.reduce(0) { $0 + exp($1) }) - row[width - 1]
        #expect(abs(Double(x.crossEntropy(ofRow: 2, target: width - 1)) - expected) < 2e-6)
    }
}
