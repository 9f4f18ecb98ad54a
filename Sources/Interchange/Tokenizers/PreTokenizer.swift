/// How a tokenizer cuts text into pieces before its model sees them: a step each, in order.
///
/// The steps are those of Hugging Face's tokenizers library with the same names; pieces are the same as there.
enum PreTokenizer: Hashable, Sendable {
    /// Runs of word characters and runs of other marks; white space falls away.
    case whitespace
    /// What stands between white space.
    case whitespaceSplit
    /// Digits cut off from the rest, each alone or a run together.
    case digits(individually: Bool)
    /// GPT-2's pattern (or no cut), after which the model sees bytes.
    case byteLevel(addsPrefixSpace: Bool, cuts: Bool)

    typealias Text = [Unicode.Scalar]

    /// Cuts each piece further.
    func cut(_ pieces: [ArraySlice<Unicode.Scalar>]) -> [ArraySlice<Unicode.Scalar>] {
        pieces.flatMap { piece in
            switch self {
            case .whitespace:
                Self.runs(of: piece) { $0.isWordPart ? 0 : $0.isSpace ? 1 : 2 }.filter { $0.first?.isSpace == false }
            case .whitespaceSplit:
                piece.split(whereSeparator: \.isSpace)
            case .digits(let individually):
                Self.runs(of: piece) { $0.isNumber ? 0 : 1 }
                    .flatMap { run in
                        individually && run.first?.isNumber == true
                            ? run.indices.map { run[$0...$0] } : [run]
                    }
            case .byteLevel(let addsPrefixSpace, let cuts):
                Self.byteLevel(
                    addsPrefixSpace && !piece.isEmpty && piece.first != " " ? ArraySlice([" "] + piece) : piece, cuts: cuts)
            }
        }
    }

    private static func byteLevel(_ piece: ArraySlice<Unicode.Scalar>, cuts: Bool) -> [ArraySlice<Unicode.Scalar>] {
        cuts ? GPT2Pattern.pieces(of: piece) : [piece]
    }

    /// Maximal runs of one class.
    private static func runs(of piece: ArraySlice<Unicode.Scalar>, _ kind: (Unicode.Scalar) -> Int) -> [ArraySlice<
        Unicode.Scalar
    >] {
        var runs: [ArraySlice<Unicode.Scalar>] = []
        var start = piece.startIndex
        while start < piece.endIndex {
            let own = kind(piece[start])
            let end = piece[start...].firstIndex { kind($0) != own } ?? piece.endIndex
            runs.append(piece[start..<end])
            start = end
        }
        return runs
    }
}

/// The pattern by which GPT-2 cuts text (Radford et al. 2019, `encoder.py`):
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
///
/// A scanner of its own, because the pattern runs over every text of a data set, and Foundation's regular expressions see UTF-16.
enum GPT2Pattern {
    private static let endings: [[Unicode.Scalar]] = [["s"], ["t"], ["r", "e"], ["v", "e"], ["m"], ["l", "l"], ["d"]]

    static func pieces(of text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        var pieces: [ArraySlice<Unicode.Scalar>] = []
        var start = text.startIndex
        while start < text.endIndex {
            let end = end(of: start, in: text)
            pieces.append(text[start..<end])
            start = end
        }
        return pieces
    }

    private static func end(of start: Int, in text: ArraySlice<Unicode.Scalar>) -> Int {
        let rest = text[start...]
        if rest.first == "'", let ending = endings.first(where: { rest.dropFirst().starts(with: $0) }) {
            return start + 1 + ending.count
        }
        // One space may belong to the word behind it.
        let word = rest.first == " " ? start + 1 : start
        if word < text.endIndex, !text[word].isSpace {
            let kind = kind(text[word])
            return text[word...].firstIndex { Self.kind($0) != kind } ?? text.endIndex
        }
        // White space, but not the last of it where a word follows: that one may belong to the word.
        let end = rest.firstIndex { !$0.isSpace } ?? text.endIndex
        return end < text.endIndex && end - start > 1 ? end - 1 : end
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Int {
        scalar.isLetter ? 0 : scalar.isNumber ? 1 : scalar.isSpace ? 2 : 3
    }
}
