internal import Recordings
internal import Tuning

/// Two methods at once: something in front of the text, and changes of weights.
struct CombinationFamily: MethodFamily {
    let front: any MethodFamily
    let change: any MethodFamily

    init(_ front: some MethodFamily, _ change: some MethodFamily) {
        self.front = front
        self.change = change
    }

    var id: String { "\(front.id)+\(change.id)" }
    var name: BilingualText {
        BilingualText(
            english: "\(front.name.english) and \(change.name.english)", chinese: "\(front.name.chinese)加 \(change.name.chinese)")
    }
    var keys: Set<MethodSettings.Key> { front.keys.union(change.keys) }
    // What suits a soft prompt would tear weights apart.
    var defaultLearningRate: Double { min(front.defaultLearningRate, change.defaultLearningRate) }

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        Combination([try front.method(settings, for: use), try change.method(settings, for: use)])
    }
}
