/// Moves labels along one axis until none covers another, each as little as can be.
public enum LabelSpreading {
    /// - Parameters:
    ///   - wanted: Where the middle of each label would best be, px.
    ///   - lengths: How much of the axis each label takes, px.
    ///   - gap: The least distance between two labels.
    ///   - range: Where the labels must stay; where they are longer than it together, they begin at its start.
    /// - Returns: The middle of each label. The labels keep the order of what was wanted, and the sum of the squared distances
    ///   from it is the least possible (isotonic regression by pooling neighbours; Ayer et al., 1955).
    public static func positions(
        wanted: [Double], lengths: [Double], gap: Double = 2, within range: ClosedRange<Double>
    ) -> [Double] {
        precondition(wanted.count == lengths.count)
        let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }

        /// Labels that touch each other and move as one.
        struct Pool {
            var members: [Int]
            /// The sum over the members of where the pool would have to begin for each to stand where it wants.
            var sum: Double
            var length: Double
        }
        func start(of pool: Pool) -> Double {
            max(range.lowerBound, min(pool.sum / Double(pool.members.count), range.upperBound - pool.length))
        }
        var pools: [Pool] = []
        for index in order {
            pools.append(Pool(members: [index], sum: wanted[index] - lengths[index] / 2, length: lengths[index]))
            while pools.count >= 2 {
                let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
                guard start(of: before) + before.length + gap > start(of: last) else { break }
                pools.removeLast(2)
                let shift = before.length + gap
                pools.append(
                    Pool(
                        members: before.members + last.members, sum: before.sum + last.sum - shift * Double(last.members.count),
                        length: before.length + gap + last.length))
            }
        }
        var result = wanted
        for pool in pools {
            var position = start(of: pool)
            for index in pool.members {
                result[index] = position + lengths[index] / 2
                position += lengths[index] + gap
            }
        }
        return result
    }
}
