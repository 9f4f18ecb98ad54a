/// The plane in which points of a space, such as a soft prompt at every step, spread the most: their first two principal components
/// (Pearson 1901).
public struct PrincipalPlane: Sendable {
    public let centre: [Double]
    /// Two directions of length 1, at right angles.
    public let axes: [[Double]]
    /// The part of the points' variance that lies along each.
    public let shares: [Double]

    /// Iterations of the power method; where two components are nearly equal, any two directions of their plane will do.
    private static let iterations = 200

    /// - Parameter points: At least one, all of one length.
    public init(_ points: [[Double]]) {
        let width = points[0].count
        var centre = [Double](repeating: 0, count: width)
        for point in points { for index in 0..<width { centre[index] += point[index] / Double(points.count) } }
        self.centre = centre
        let centred = points.map { point in zip(point, centre).map { $0 - $1 } }
        let total = centred.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + $1 * $1 } }

        // The smaller of covariance (width × width) and Gram matrix (points × points): both have the same eigenvalues.
        let isGram = points.count < width
        let size = isGram ? points.count : width
        var matrix = [Double](repeating: 0, count: size * size)
        if isGram {
            for i in 0..<size {
                for j in 0...i {
                    let sum = zip(centred[i], centred[j]).reduce(0.0) { $0 + $1.0 * $1.1 }
                    (matrix[i * size + j], matrix[j * size + i]) = (sum, sum)
                }
            }
        } else {
            for point in centred {
                for i in 0..<size {
                    let x = point[i]
                    for j in 0..<size { matrix[i * size + j] += x * point[j] }
                }
            }
        }
        var axes: [[Double]] = []
        var shares: [Double] = []
        for _ in 0..<2 {
            // A start that no symmetry makes perpendicular to what is sought.
            var vector = (0..<size).map { 1 + 0.1 * Double($0 % 7) }
            var value = 0.0
            for _ in 0..<Self.iterations {
                var next = [Double](repeating: 0, count: size)
                for i in 0..<size {
                    var sum = 0.0
                    for j in 0..<size { sum += matrix[i * size + j] * vector[j] }
                    next[i] = sum
                }
                value = next.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
                guard value > 0 else { break }
                vector = next.map { $0 / value }
            }
            var axis = vector
            if isGram {
                axis = [Double](repeating: 0, count: width)
                for (weight, point) in zip(vector, centred) { for index in 0..<width { axis[index] += weight * point[index] } }
            }
            let length = axis.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
            // The sign is free: the largest element is positive, so that the picture is the same every time.
            let largest = axis.max { abs($0) < abs($1) } ?? 1
            axis = axis.map { length > 0 && value > 0 ? $0 / (largest < 0 ? -length : length) : 0 }
            axes.append(axis)
            shares.append(total > 0 ? value / total : 0)
            for i in 0..<size { for j in 0..<size { matrix[i * size + j] -= value * vector[i] * vector[j] } }
        }
        self.axes = axes
        self.shares = shares
    }

    /// A point's place in the plane.
    public func place(_ point: some Sequence<Float>) -> (x: Double, y: Double) {
        var (x, y) = (0.0, 0.0)
        for (index, value) in point.enumerated() {
            let centred = Double(value) - centre[index]
            x += centred * axes[0][index]
            y += centred * axes[1][index]
        }
        return (x, y)
    }
}
