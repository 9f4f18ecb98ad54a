/// What a colour stands for: the same in every figure, in both themes.
public enum ColourRole: String, CaseIterable, Hashable, Sendable {
    case paper
    case ink
    case frozen
    case trained
    case gradient
    case textToken
    case key
    case value
    case good
    case bad
}
