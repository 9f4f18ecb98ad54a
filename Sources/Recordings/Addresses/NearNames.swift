/// Finds the names that someone who mistyped may have meant.
public enum NearNames {
    /// Up to three of the known names, the nearest first: those that differ by few letters or hold the given name.
    public static func of(_ name: String, among known: some Sequence<String>) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars)
        let bound = max(2, wanted.count / 3)
        var found: [(name: String, distance: Int)] = []
        for candidate in known {
            let letters = Array(candidate.lowercased().unicodeScalars)
            let distance = self.distance(wanted, letters)
            if distance <= bound {
                found.append((candidate, distance))
            } else if wanted.count >= 3, candidate.lowercased().contains(name.lowercased()) {
                found.append((candidate, bound + letters.count - wanted.count))
            }
        }
        return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    /// The fewest letters to insert, delete, change or swap with their neighbour (optimal string alignment).
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }

    /// `; near it: a, b`, or nothing: the end of a sentence that names what is unknown.
    public static func hint(_ names: [String]) -> String { names.isEmpty ? "" : "; near it: " + names.joined(separator: ", ") }
}
