internal import Drawing

/// The signs before claims and answers, which have a colour besides.
enum VerdictMark: String, CaseIterable {
    case good, bad

    var sign: String {
        switch self {
        case .good: "✓"
        case .bad: "✗"
        }
    }

    var paint: Paint {
        switch self {
        case .good: .good
        case .bad: .bad
        }
    }
}
