/// Why the parts of an experiment do not go together.
public enum ExperimentError: Error, Sendable, Hashable {
    case unknownBase(String, run: String, known: [String])
    case unknownTask(String, run: String, known: [String])
    case sameName(String, what: String)
    case otherVocabulary(String, main: String)
    /// A mixed batch names a run that does not stand before it.
    case unknownAdapter(String, run: String, known: [String])
    case adapterUnfit(String, run: String, reason: String)
}

extension ExperimentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownBase(let name, let run, let known):
            "The run \(run) names the base model \(name), which the experiment does not have; it has \(known.joined(separator: ", "))."
        case .unknownTask(let id, let run, let known):
            "The run \(run) names the task \(id), which the experiment does not have; it has \(known.joined(separator: ", "))."
        case .sameName(let name, let what):
            "The experiment has two \(what) called \(name); give each a name of its own."
        case .otherVocabulary(let name, let main):
            "The base model \(name) has other tokens than \(main), so that their runs cannot stand in one recording; record them apart."
        case .unknownAdapter(let name, let run, let known):
            "The mixed batch \(run) names the run \(name), which does not stand before it; before it stand "
                + "\(known.isEmpty ? "none" : known.joined(separator: ", "))."
        case .adapterUnfit(let name, let run, let reason):
            "The mixed batch \(run) cannot hold the run \(name): \(reason)."
        }
    }
}
