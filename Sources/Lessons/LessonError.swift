internal import Recordings

/// Why a lesson cannot be read or run.
public enum LessonError: Error, Sendable, Hashable {
    case unknownLesson(String, near: [String])
    /// Something in a lesson's files is not as it must be.
    case file(String, line: Int?, problem: String)
    case unknownMeasure(String, claim: String)
    /// A recording does not hold what a metric needs.
    case nothingMeasured(String, run: String, lack: String)
    /// A measure pairs the seeds of two that have not as many.
    case unpaired(String, counts: [Int])
    /// A task of the tiny world was asked of a model of other words.
    case otherWords(model: String)
    case folderExists(String)
}

extension LessonError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownLesson(let name, let near):
            "There is no lesson \"\(name)\"\(NearNames.hint(near)); foreword lessons lists them all."
        case .file(let file, let line, let problem): "\(file)\(line.map { ", line \($0)" } ?? ""): \(problem)."
        case .unknownMeasure(let name, let claim):
            "The claim \(claim) compares \"\(name)\", which is not among what the lesson measured."
        case .nothingMeasured(let metric, let run, let lack): "The run \(run) has no \(metric): \(lack)."
        case .unpaired(let name, let counts):
            "The measure \(name) pairs seed with seed (over), and its two measures have "
                + "\(counts.map(String.init).joined(separator: " and ")) values; leave out over, or give both runs as many seeds."
        case .otherWords(let model):
            "The words of the model \(model) are not those of the tiny world, of which the lesson's task is; give data of your own with "
                + "--data."
        case .folderExists(let path): "\(path) is there already; name a folder that is not."
        }
    }
}
