/// Why a step of a recording cannot be computed again.
public enum ReplayError: Error, Sendable, Hashable {
    /// The base model is not found, or cannot be opened.
    case modelGone(String, reason: String)
    /// There is a model of the name, with other weights.
    case modelDiffers(String, found: String, recorded: String)
    case unknownMethod(String)
    case setting(method: String, key: String, problem: String)
    case training(key: String, problem: String)
    /// The method, made again, computes something else than what was recorded.
    case graphDiffers(run: String, value: String)
    /// What the journal says of a step contradicts what is computed by.
    case journalDiffers(run: String, step: Int, what: String)
    /// A step that no update follows: there is no batch to compute it with.
    case noUpdate(step: Int, run: String)
    /// What cannot be computed again was not kept either.
    case notKept(value: String, step: Int, reason: String)
}

extension ReplayError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .modelGone(let name, let reason):
            "The base model \(name) cannot be opened (\(reason)), so that only what was kept can be seen; give its folder with --model."
        case .modelDiffers(let name, let found, let recorded):
            "The base model \(name) has other weights (SHA-256 \(found.prefix(12))…) than the one that was recorded "
                + "(\(recorded.prefix(12))…), so that only what was kept can be seen; give the right folder with --model."
        case .unknownMethod(let id):
            "The recording is of the method \"\(id)\", which this version of foreword does not know; use the one that recorded it."
        case .setting(let method, let key, let problem):
            "The setting \(key) of the method \(method) in recording.json cannot be followed: \(problem)."
        case .training(let key, let problem):
            "The training's \(key) in recording.json cannot be followed: \(problem)."
        case .graphDiffers(let run, let value):
            "The run \(run), made again, computes something else than what was recorded, first at \(value); use the version of "
                + "foreword that recorded it."
        case .journalDiffers(let run, let step, let what):
            "The journal of run \(run) contradicts itself at step \(step): \(what); restore the recording or record it again."
        case .noUpdate(let step, let run):
            "Step \(step) of run \(run) is the state after the last update, of which no frame was kept; choose a step before it."
        case .notKept(let value, let step, let reason):
            "The value \(value) was not kept at step \(step) and cannot be computed again: \(reason)"
        }
    }
}
