public import Foundation
public import Interchange
internal import Recordings
internal import Transformer

/// What a folder holds: a model, an adapter, a recording, or what a training run wrote.
public struct Inspection: Sendable {
    public enum Kind: String, Sendable, Hashable {
        case model, adapter, adapters, recording, training
    }

    public let kind: Kind
    /// What there is to say, by name, in a sensible order; numbers as numbers.
    public private(set) var facts: JSONObject
    /// Tensors in the order of the model: name, element type and shape.
    public let tensors: [(name: String, type: String, shape: [Int])]
    /// Files of the folder and below it, by path, with their sizes in bytes.
    public let files: [(path: String, bytes: Int)]
    /// Whether an adapter fits the model that it was held against; `nil` where there was none.
    public let fits: Bool?

    /// - Parameter base: The model that an adapter is held against.
    /// - Throws: An error that names the folder and what it lacks to be one of the four, or the file in it that is damaged.
    public init(of url: URL, against base: BaseModel? = nil) throws {
        kind = try Self.kind(of: url)
        files = try Self.files(in: url)
        var fits: Bool?
        (facts, tensors) =
            switch kind {
            case .model: try Self.model(url)
            case .adapter: try Self.adapter(url, against: base, fits: &fits)
            case .adapters: try Self.adapters(url, against: base, fits: &fits)
            case .recording: (try Self.recording(url), [])
            case .training: (try Self.training(url), [])
            }
        self.fits = fits
        facts["bytes"] = .integer(files.reduce(0) { $0 + $1.bytes })
    }

    /// Everything as one object.
    public var json: JSON {
        var object = JSONObject([("kind", .string(kind.rawValue))])
        for member in facts.members { object[member.key] = member.value }
        if !tensors.isEmpty {
            object["tensors"] = .array(
                tensors.map {
                    ["name": .string($0.name), "type": .string($0.type), "shape": .array($0.shape.map { .integer($0) })]
                })
        }
        object["files"] = .array(files.map { ["path": .string($0.path), "bytes": .integer($0.bytes)] })
        return .object(object)
    }

    private static func kind(of url: URL) throws(InterchangeError) -> Kind {
        let markers: [(String, Kind)] = [
            ("adapter_config.json", .adapter), ("recording.json", .recording), (TrainingJob.Part.summary, .training),
            ("config.json", .model),
        ]
        for (name, kind) in markers where FileManager.default.fileExists(atPath: url.appending(path: name).path) { return kind }
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw InterchangeError(file: url.relativePath, "there is no such folder")
        }
        if !AdapterFolder.inner(of: url).isEmpty { return .adapters }
        throw InterchangeError(
            file: url.relativePath,
            "it is no model, adapter, recording or training folder; expected one of the files "
                + markers.map(\.0).joined(separator: ", "))
    }

    private static func files(in url: URL) throws -> [(path: String, bytes: Int)] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
        return try paths.compactMap { path in
            // The size of what a link leads to: model caches hold links.
            let values = try url.appending(path: path).resolvingSymlinksInPath().resourceValues(forKeys: [
                .isRegularFileKey, .fileSizeKey,
            ])
            return values.isRegularFile == true ? (path, values.fileSize ?? 0) : nil
        }
    }

    private typealias Tensors = [(name: String, type: String, shape: [Int])]

    private static func model(_ url: URL) throws -> (JSONObject, Tensors) {
        let folder = try ModelFolder(opening: url)
        let checkpoint = folder.configuration.checkpoint
        var facts = JSONObject([
            ("family", .string(type(of: checkpoint).familyName)), ("layers", .integer(checkpoint.layers)),
            ("heads", .integer(checkpoint.heads)), ("width", .integer(checkpoint.width)),
            ("vocabulary", .integer(checkpoint.vocabularySize)), ("positions", .integer(checkpoint.context)),
            ("parameters", .integer(checkpoint.weights.reduce(0) { $0 + $1.shape.reduce(1, *) })),
            ("weights_sha256", .string(try folder.weightsHash().hex)),
        ])
        if let tokenizer = try folder.tokenizer() {
            facts["tokenizer"] = .string(tokenizer.json["model"]?.object?["type"]?.string ?? "unknown")
            facts["tokenizer_size"] = .integer(tokenizer.vocabularySize)
            facts["special_tokens"] = .array(tokenizer.specialTokens.map { .string($0.text) })
        } else {
            facts["tokenizer"] = .null
        }
        let tensors = checkpoint.weights.map { name, shape in
            (name: name, type: folder.tensors[name]?.elementType.rawValue ?? "", shape: shape)
        }
        return (facts, tensors)
    }

    private static func adapter(_ url: URL, against base: BaseModel?, fits: inout Bool?) throws -> (JSONObject, Tensors) {
        let adapter = try AdapterFolder(opening: url)
        var facts = JSONObject()
        for member in adapter.configuration.method.settings.members where member.value != .null {
            facts[member.key] = member.value
        }
        facts["parameters"] = .integer(adapter.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) })
        facts["trained_on_sha256"] = adapter.baseWeights.map { .string($0.hex) } ?? .null
        for (key, note) in adapter.notes.sorted(by: { $0.key < $1.key }) where key != AdapterFolder.baseWeightsNote {
            facts["note_\(key)"] = .string(note)
        }
        if let base {
            do throws(InterchangeError) {
                try adapter.check(fits: base.configuration)
                fits = true
                facts["warning"] = adapter.warning(on: base).map { .string($0) }
            } catch {
                fits = false
                facts["problem"] = .string(error.description)
            }
            facts["fits"] = .bool(fits == true)
        }
        let tensors = adapter.tensors.sorted { $0.key < $1.key }
            .map { (name: $0.key, type: $0.value.elementType.rawValue, shape: $0.value.shape) }
        return (facts, tensors)
    }

    /// Adapters that belong together: each by its folder's name. They fit a model if all of them do.
    private static func adapters(_ url: URL, against base: BaseModel?, fits: inout Bool?) throws -> (JSONObject, Tensors) {
        var facts = JSONObject()
        var tensors: Tensors = []
        var all: Bool?
        for folder in AdapterFolder.inner(of: url) {
            var own: Bool?
            let (about, held) = try adapter(folder, against: base, fits: &own)
            let name = folder.lastPathComponent
            facts[name] = .object(about)
            tensors += held.map { (name: "\(name)/\($0.name)", type: $0.type, shape: $0.shape) }
            if let own { all = own && all ?? true }
        }
        fits = all
        return (facts, tensors)
    }

    private static func recording(_ url: URL) throws -> JSONObject {
        let recording = try Recording(opening: url)
        let description = recording.description
        var facts = JSONObject([
            ("foreword", .string(description.provenance.foreword)), ("arithmetic", .string(description.provenance.arithmetic)),
            ("model", .string(description.model.name)), ("parameters", .integer(description.model.parameterCount)),
            ("weights_sha256", .string(description.model.weightsSha256)), ("task", .string(description.task.id)),
            ("splits", .object(JSONObject(description.task.splits.map { ($0.id, .integer($0.size)) }))),
        ])
        if let models = description.models { facts["further_models"] = .array(models.map { .string($0.name) }) }
        if let tasks = description.tasks { facts["further_tasks"] = .array(tasks.map { .string($0.id) }) }
        facts["runs"] = .array(recording.runs.map { .object(run($0)) })
        return facts
    }

    private static func run(_ run: RecordedRun) -> JSONObject {
        let description = run.description
        var facts = JSONObject([("id", .string(description.id)), ("method", .string(description.method.id))])
        if let model = description.model { facts["model"] = .string(model) }
        if let task = description.task { facts["task"] = .string(task) }
        for (name, setting) in description.method.settings.sorted(by: { $0.key < $1.key }) {
            facts[name] =
                switch setting {
                case .number(let number): Int(exactly: number).map { .integer($0) } ?? .number(number)
                case .text(let text): .string(text)
                case .flag(let flag): .bool(flag)
                }
        }
        let rest: [(String, JSON)] = [
            ("seed", .integer(Int(truncatingIfNeeded: description.seed))), ("steps", .integer(description.training.steps)),
            ("trained", .integer(description.trainedCount)), ("frozen", .integer(description.frozenCount)),
            ("weights_changed", .bool(description.weightsSha256.before != description.weightsSha256.after)),
            ("first_loss", run.journal.losses.first.map { .number(Double($0)) } ?? .null),
            ("last_loss", run.journal.losses.last.map { .number(Double($0)) } ?? .null),
            ("frames", .array(description.frames.map { .integer($0.step) })),
            ("checkpoints", .array(description.checkpoints.map { .integer($0) })),
        ]
        for (key, value) in rest { facts[key] = value }
        let sizes = run.sizes
        facts["journal_bytes"] = .integer(sizes.journal)
        facts["frames_bytes"] = .integer(sizes.frames)
        facts["checkpoints_bytes"] = .integer(sizes.checkpoints)
        guard let seconds = description.seconds, let recording = seconds.recording else { return facts }
        facts["seconds"] = .number(seconds.total)
        facts["step_seconds"] = .number(seconds.step)
        // Of the whole run, evaluations and the final write included.
        let shares = [("journal", recording.journal), ("frames", recording.frames), ("checkpoints", recording.checkpoints)]
        for (part, spent) in shares { facts["\(part)_share_of_time"] = .number(seconds.total > 0 ? spent / seconds.total : 0) }
        return facts
    }

    private static func training(_ url: URL) throws -> JSONObject {
        let file = url.appending(path: TrainingJob.Part.summary)
        guard let summary = try JSON(reading: file).object else {
            throw InterchangeError(file: file.relativePath, "expected an object")
        }
        return summary
    }
}
