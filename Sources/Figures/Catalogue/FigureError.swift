internal import Drawing
public import Recordings

/// Why a figure is not drawn.
public enum FigureError: Error, Hashable, Sendable {
    case unknownFigure(String, near: [String])
    /// The recording does not hold what the figure shows.
    case cannotShow(figure: String, reason: String)
    /// An option names something that the recording does not have.
    case badOption(figure: String, option: String, problem: String)
    /// The recorded numbers contradict what the figure says of them.
    case violated(figure: String, invariant: String)
    case recording(RecordingError)
}

extension FigureError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownFigure(let name, let near):
            "There is no figure \"\(name)\"\(NearNames.hint(near))."
        case .cannotShow(let figure, let reason):
            "The figure \(figure) cannot be drawn from this recording: \(reason)."
        case .badOption(let figure, let option, let problem):
            "The figure \(figure) cannot be drawn with this \(option): \(problem)."
        case .violated(let figure, let invariant):
            "The figure \(figure) is not drawn, for the recorded numbers contradict it: \(invariant)."
        case .recording(let error):
            error.description
        }
    }
}
