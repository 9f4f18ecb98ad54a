public import Experiments
public import Foundation
internal import LinearAlgebra
internal import Recordings

/// A recording that figures of the gallery are drawn from: small, and of real runs.
///
/// Training gives other last bits on other processors. So that the pictures do not depend on it, recordings are kept with them, and
/// made again only on purpose.
public struct GalleryRecording: Sendable {
    /// Its folder's name.
    public let name: String
    /// The ids of figures that are drawn from it although an earlier one could show them too.
    var figures: Set<String> = []
    /// What is trained and kept.
    let experiment: @Sendable () throws -> Experiment

    /// All of them. A figure is drawn from the one that names it, else from the first that can show it.
    public static let all: [GalleryRecording] = [
        .promptTuning, .oneStep, .prefix, .pTuning, .adapters, .lengths, .starts, .landscape, .methods, .combined, .tasks, .sizes,
        .forgetting, .limits,
    ]

    /// Its place in the gallery's folder.
    public func url(in folder: URL) -> URL { folder.appending(path: "recordings/\(name)") }

    /// Trains and writes it.
    public func record(into folder: URL, version: String, progress: (Experiment.Progress) -> Void) throws {
        _ = try experiment().record(to: url(in: folder), version: version, pool: WorkerPool(), progress: progress)
    }
}
