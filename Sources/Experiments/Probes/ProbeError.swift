/// Why something cannot be measured beside the steps of a run.
public enum ProbeError: Error, Sendable, Hashable {
    case noLandscape(run: String, reason: String)
}

extension ProbeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noLandscape(let run, let reason):
            "The loss around the end of run \(run) cannot be measured, for \(reason); ask for it with a soft prompt that is trained "
                + "for a few steps."
        }
    }
}
