public import Transformer
public import Tuning

/// How a model of the tiny world is made: with a recipe and a machine kind, the same bits each time.
public struct PretrainingRecipe: Codable, Sendable, Hashable {
    /// The folder's name, for example `tiny-world-4x64`.
    public var name: String
    /// Decides the first weights and the rows.
    public var seed: UInt64
    /// Decides which rows are met; the same for all models, so that they differ in size alone.
    public var worldSeed: UInt64
    public var layers: Int
    public var heads: Int
    public var width: Int
    public var context: Int
    public var steps: Int
    /// Sequences of a step, each of up to as many tokens as the world's rows have.
    public var rowsPerStep: Int
    public var peakLearningRate: Double
    /// Steps over which the learning rate rises from 0, before it falls along half a cosine.
    public var warmup: Int
    public var weightDecay: Double
    /// The largest global norm of a gradient.
    public var clipping: Double

    public init(
        name: String, seed: UInt64, worldSeed: UInt64, layers: Int, heads: Int, width: Int, context: Int, steps: Int,
        rowsPerStep: Int,
        peakLearningRate: Double, warmup: Int, weightDecay: Double, clipping: Double
    ) {
        self.name = name
        self.seed = seed
        self.worldSeed = worldSeed
        self.layers = layers
        self.heads = heads
        self.width = width
        self.context = context
        self.steps = steps
        self.rowsPerStep = rowsPerStep
        self.peakLearningRate = peakLearningRate
        self.warmup = warmup
        self.weightDecay = weightDecay
        self.clipping = clipping
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, seed, layers, heads, width, context, steps, warmup, clipping
        case worldSeed = "world_seed"
        case rowsPerStep = "rows_per_step"
        case peakLearningRate = "peak_learning_rate"
        case weightDecay = "weight_decay"
    }

    /// The model, for a vocabulary of a given size.
    public func model(vocabularySize: Int) -> GPT2 {
        GPT2(GPT2.Configuration(layers: layers, heads: heads, width: width, vocabularySize: vocabularySize, context: context))
    }

    public var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, peak: peakLearningRate, warmup: warmup) }

    /// What is wrong with it, in one sentence that names the key; `nil` for a recipe that can be followed.
    var flaw: String? {
        let counts = [
            ("layers", layers), ("heads", heads), ("width", width), ("context", context), ("steps", steps),
            ("rows_per_step", rowsPerStep),
        ]
        if let (key, count) = counts.first(where: { $0.1 < 1 }) { return "\(key) is \(count), expected at least 1" }
        if width % heads != 0 { return "width \(width) is not a multiple of heads \(heads); give each head a whole width" }
        if peakLearningRate <= 0 || !peakLearningRate.isFinite {
            return "peak_learning_rate is \(peakLearningRate), expected above 0"
        }
        if clipping <= 0 { return "clipping is \(clipping), expected above 0" }
        if warmup < 0 || warmup > steps { return "warmup is \(warmup), expected 0 to steps (\(steps))" }
        if name.isEmpty || name.contains("/") { return "name is \"\(name)\", expected a folder's name" }
        return nil
    }
}
