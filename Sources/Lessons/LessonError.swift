internal import Recordings

/// Why a lesson cannot be read or run.
public enum LessonError: Error, Sendable, Hashable {
    case unknownLesson(String, near: [String])
    /// Something in a lesson's files is not as it must be.
    case file(String, line: Int?, problem: String)
    case unknownMeasure(String, claim: String)
    case nothingMeasured(String, run: String, split: String)
}

extension LessonError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownLesson(let name, let near): "There is no lesson \"\(name)\"\(NearNames.hint(near))."
        case .file(let file, let line, let problem): "\(file)\(line.map { ", line \($0)" } ?? ""): \(problem)."
        case .unknownMeasure(let name, let claim):
            "The claim \(claim) compares \"\(name)\", which is not among the lesson's measures."
        case .nothingMeasured(let metric, let run, let split): "The run \(run) has no \(metric) of the split \(split)."
        }
    }
}
