/// Why a recording cannot be written or read.
public enum RecordingError: Error, Sendable, Hashable {
    /// The folder has no `recording.json`, or it is not one of ours.
    case notARecording(folder: String, reason: String)
    case newerVersion(found: Int, known: Int, folder: String)
    case missingFile(String, folder: String)
    /// A file's bytes are not those that were written.
    case changed(file: String, folder: String)
    /// A file is whole, yet does not say what it must.
    case malformed(file: String, key: String, problem: String)
    case unreadable(file: String, reason: String)
    case cannotWrite(String, reason: String)
    /// What was given to the writer contradicts what was declared to it.
    case inconsistent(String)
    case address(AddressError)
}

extension RecordingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notARecording(let folder, let reason):
            "\(folder) is not a recording: \(reason); give the folder that holds recording.json."
        case .newerVersion(let found, let known, let folder):
            "The recording \(folder) has format version \(found), and this version of foreword reads up to \(known); "
                + "use a newer foreword."
        case .missingFile(let file, let folder):
            "The recording \(folder) is incomplete: \(file) is missing; record it again or restore the file."
        case .changed(let file, let folder):
            "The recording \(folder) is damaged: \(file) is not as it was written (cut short or edited); record it again or "
                + "restore the file."
        case .malformed(let file, let key, let problem):
            "\(file) is not valid at \(key): \(problem)."
        case .unreadable(let file, let reason):
            "\(file) cannot be read: \(reason)."
        case .cannotWrite(let path, let reason):
            "The recording cannot be written to \(path): \(reason)."
        case .inconsistent(let problem):
            "The recording was given something that does not fit what was declared: \(problem)."
        case .address(let error):
            error.description
        }
    }
}
