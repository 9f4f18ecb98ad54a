internal import Drawing
internal import Recordings

extension RecordedRun {
    /// The learning rate of a run, as captions write it.
    var learningRate: String { NumberFormat.significant(description.training.optimizer.learningRate, digits: 1) }
}
