/// What can be wrong with a question to the world.
public enum WorldError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknownWord(String)
    case unknownSkill(String, known: [String])

    public var description: String {
        switch self {
        case .unknownWord(let word):
            "The tiny world has no word \"\(word)\"; `foreword world` lists its words, which are written with spaces between them."
        case .unknownSkill(let id, let known):
            "The tiny world has no skill \"\(id)\"; use one of \(known.joined(separator: ", "))."
        }
    }
}
