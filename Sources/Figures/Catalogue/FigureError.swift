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
    /// At this width, px, type would be smaller than ``Font/smallestSize`` or something would not fit; at the least it does.
    case tooNarrow(figure: String, width: Double, least: Double)
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
        case .tooNarrow(let figure, let width, let least):
            "The figure \(figure) cannot be drawn \(Self.length(width)) wide with legible text: the narrowest it can be is \(Self.length(least))."
        case .recording(let error):
            error.description
        }
    }

    /// `321 px (85 mm)`.
    private static func length(_ pixels: Double) -> String {
        // Not below the least, which is a whole number of px.
        let millimetres = (pixels / LengthUnit.millimetres.pixels * 10 - 1e-6).rounded(.up) / 10
        return "\(NumberFormat.whole(Int(pixels.rounded()))) px (\(NumberFormat.fixed(millimetres, decimals: 1)) mm)"
    }
}
