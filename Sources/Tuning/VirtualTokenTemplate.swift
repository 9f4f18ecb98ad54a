/// Where virtual tokens stand among the words of a prompt (Liu et al. 2021, "GPT Understands, Too", eq. 2): anywhere, not only in front.
public struct VirtualTokenTemplate: Sendable, Hashable {
    public enum Piece: Sendable, Hashable {
        /// One virtual token; they are numbered from left to right.
        case virtual
        /// The example's own prompt.
        case prompt
        /// Words that are the same for every example.
        case words([Int32])
    }

    public let pieces: [Piece]

    /// - Precondition: The prompt stands in it exactly once.
    public init(_ pieces: [Piece]) {
        precondition(pieces.count { $0 == .prompt } == 1, "a template has one place for the prompt")
        self.pieces = pieces
    }

    /// P virtual tokens in front of the prompt: what prompt tuning does, but with rows of their own in every sequence.
    public static func front(_ count: Int) -> VirtualTokenTemplate {
        VirtualTokenTemplate(Array(repeating: .virtual, count: count) + [.prompt])
    }

    /// Virtual tokens, P.
    public var virtualTokens: Int { pieces.count { $0 == .virtual } }

    /// How many tokens the template adds to a prompt.
    public var addedTokens: Int {
        pieces.reduce(0) { sum, piece in
            switch piece {
            case .virtual: sum + 1
            case .prompt: sum
            case .words(let tokens): sum + tokens.count
            }
        }
    }

    /// The example with its prompt in the template; the completion stays behind it. Virtual token i has the id V + i.
    public func applied(to example: Example, vocabularySize: Int) -> Example {
        var tokens: [Int32] = []
        var next = Int32(vocabularySize)
        for piece in pieces {
            switch piece {
            case .virtual:
                tokens.append(next)
                next += 1
            case .words(let words): tokens += words
            case .prompt: tokens += example.tokens.prefix(example.promptLength)
            }
        }
        let flags = Array(repeating: false, count: tokens.count)
        return Example(
            tokens: tokens + example.tokens[example.promptLength...], isTarget: flags + example.isTarget[example.promptLength...],
            label: example.label)
    }
}
