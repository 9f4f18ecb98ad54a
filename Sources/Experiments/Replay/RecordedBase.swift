internal import Foundation
internal import Interchange
public import Recordings

extension BaseModel {
    /// The model that a recording was made with: found by its name, or as the training run beside the recording called it, and known by
    /// its weights' hash.
    ///
    /// - Parameters:
    ///   - place: A model's folder or name, where the reader says which it is.
    ///   - run: The run whose model is wanted; the recording's main model without one.
    /// - Throws: ``ReplayError/modelGone(_:reason:)`` or ``ReplayError/modelDiffers(_:found:recorded:)``.
    public init(of recording: Recording, at place: String? = nil, run: RecordedRun? = nil) throws(ReplayError) {
        let described = run?.model ?? recording.description.model
        var candidates = place.map { [$0] } ?? [described.name]
        if place == nil, run?.isOfMainModel ?? true, let told = TrainingSummary.model(beside: recording.folder),
            told != described.name
        {
            candidates.append(told)
        }
        var reason = "there is no such model"
        var difference: ReplayError?
        for candidate in candidates {
            let url = ModelLibrary.url(of: candidate)
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            do throws(InterchangeError) {
                let model = try BaseModel(opening: url)
                guard model.weightsHash.hex == described.weightsSha256 else {
                    difference = .modelDiffers(
                        candidate, found: model.weightsHash.hex, recorded: described.weightsSha256)
                    continue
                }
                self = model
                return
            } catch { reason = error.description }
        }
        throw difference ?? .modelGone(place ?? described.name, reason: reason)
    }
}

extension TrainingSummary {
    /// What the reader called the model of the training run whose folder holds a recording.
    fileprivate static func model(beside recording: URL) -> String? {
        let file = recording.deletingLastPathComponent().appending(path: TrainingJob.Part.summary)
        return try? JSON(reading: file).object?["model"]?.string
    }
}
