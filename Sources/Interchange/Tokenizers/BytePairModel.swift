internal import HeapModule

/// Byte-pair encoding over bytes (Sennrich et al. 2016; GPT-2's form of it): a piece begins as its bytes, and the pair of neighbours
/// that was learnt first is merged, again and again.
struct BytePairModel: TokenModel {
    let vocabulary: TokenVocabulary
    private let single: [Int32?]
    private let merges: [Pair: Merge]
    private let unknown: Int32?
    private let fusesUnknown: Bool
    /// Whether a piece that is a token whole is taken whole, though no merges may lead to it.
    private let ignoresMerges: Bool

    private struct Pair: Hashable {
        let left: Int32
        let right: Int32
    }

    private struct Merge {
        let rank: Int
        let id: Int32
    }

    /// - Parameter merges: Pairs of tokens in the order in which they were learnt.
    /// - Throws: An error that names the merge whose parts or result are not in the vocabulary.
    init(
        vocabulary: TokenVocabulary, merges: [(String, String)], unknown: String? = nil, fusesUnknown: Bool = false,
        ignoresMerges: Bool = false
    ) throws(InterchangeError) {
        self.vocabulary = vocabulary
        self.fusesUnknown = fusesUnknown
        self.ignoresMerges = ignoresMerges
        single = (0...255).map { vocabulary.id(of: String(Character(ByteAlphabet.character(of: $0)))) }
        self.unknown = try unknown.map { token throws(InterchangeError) in
            guard let id = vocabulary.id(of: token) else {
                throw InterchangeError(place: "key \"unk_token\"", "the token \(token.quoted) is not in the vocabulary")
            }
            return id
        }
        var table: [Pair: Merge] = [:]
        for (rank, (left, right)) in merges.enumerated() {
            func id(_ token: String) throws(InterchangeError) -> Int32 {
                guard let id = vocabulary.id(of: token) else {
                    throw InterchangeError(place: "merge \(rank + 1)", "the token \(token.quoted) is not in the vocabulary")
                }
                return id
            }
            table[Pair(left: try id(left), right: try id(right))] = Merge(rank: rank, id: try id(left + right))
        }
        self.merges = table
    }

    func encode(_ piece: ArraySlice<Unicode.Scalar>, into ids: inout [Int32]) {
        let bytes = Array(String(String.UnicodeScalarView(piece)).utf8)
        if ignoresMerges {
            let token = String(String.UnicodeScalarView(bytes.map(ByteAlphabet.character)))
            if let id = vocabulary.id(of: token) {
                ids.append(id)
                return
            }
        }
        var symbols: [Int32] = []
        symbols.reserveCapacity(bytes.count)
        for byte in bytes {
            // As in the library: a byte that has no token is the unknown token, or falls away where there is none.
            guard let id = single[Int(byte)] ?? unknown else { continue }
            let isRepeated = fusesUnknown && single[Int(byte)] == nil && symbols.last == id
            if !isRepeated { symbols.append(id) }
        }
        merge(&symbols)
        ids += symbols.lazy.filter { $0 != Self.merged }
    }

    /// What stands in the place of a symbol that was merged into the one before it.
    private static let merged: Int32 = -1

    /// A pair that can be merged, found at a place. The lowest rank goes first, and the leftmost place among equals.
    private struct Candidate: Comparable {
        let rank: Int
        let place: Int
        let pair: Pair

        static func < (left: Candidate, right: Candidate) -> Bool { (left.rank, left.place) < (right.rank, right.place) }
    }

    /// Merges until no pair is known. Time is n log n in the symbols, so that one very long word does not stop a run.
    private func merge(_ symbols: inout [Int32]) {
        guard symbols.count > 1 else { return }
        var next = Array(1...symbols.count)
        var previous = Array(-1..<symbols.count - 1)
        var heap = Heap<Candidate>()
        func consider(_ place: Int) {
            guard place >= 0, next[place] < symbols.count else { return }
            let pair = Pair(left: symbols[place], right: symbols[next[place]])
            if let merge = merges[pair] { heap.insert(Candidate(rank: merge.rank, place: place, pair: pair)) }
        }
        for place in symbols.indices.dropLast() { consider(place) }
        while let candidate = heap.popMin() {
            let place = candidate.place
            let follower = next[place]
            // The pair may have changed since it was found.
            guard follower < symbols.count, symbols[place] == candidate.pair.left, symbols[follower] == candidate.pair.right,
                let merge = merges[candidate.pair]
            else { continue }
            symbols[place] = merge.id
            symbols[follower] = Self.merged
            next[place] = next[follower]
            if next[place] < symbols.count { previous[next[place]] = place }
            consider(previous[place])
            consider(place)
        }
    }
}
