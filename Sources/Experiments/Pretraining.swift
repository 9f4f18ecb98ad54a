public import Autodiff
public import LinearAlgebra
public import TinyWorld
public import Transformer
public import Tuning

/// Makes a model of the tiny world from random weights, step by step. It can stop after any step and go on later: the bits are
/// those of a run that never stopped.
public final class Pretraining {
    public let recipe: PretrainingRecipe
    public let world: World
    public let model: GPT2
    /// The weights so far.
    public let parameters: ParameterStore
    private let rows: PretrainingRows
    let trainer: Trainer
    let pool: WorkerPool

    public init(_ recipe: PretrainingRecipe, pool: WorkerPool = WorkerPool()) throws {
        if let flaw = recipe.flaw { throw PretrainingError.recipe(flaw) }
        self.recipe = recipe
        self.pool = pool
        world = World(seed: recipe.worldSeed)
        rows = try world.pretrainingRows()
        model = recipe.model(vocabularySize: world.vocabulary.count)
        parameters = ParameterStore(model.parameters)
        model.initialise(parameters, seed: recipe.seed)
        let length = min(PretrainingRows.length, recipe.context)
        let training = TrainingGraph(
            model: model, method: FullFineTuning(), optimizer: AdamW(weightDecay: recipe.weightDecay), clipping: recipe.clipping,
            textLength: length, logitRows: .countedByHead)
        trainer = try Trainer(
            training, parameters: parameters, limits: BatchLimits(sequences: recipe.rowsPerStep, length: length), pool: pool)
    }

    /// Steps taken.
    public var steps: Int { trainer.steps }

    public var isFinished: Bool { steps >= recipe.steps }

    /// Takes one step.
    @discardableResult
    public func step() throws -> Trainer.Step {
        let examples = (0..<recipe.rowsPerStep).map { Tuning.Example(rows.row($0, ofStep: steps)) }
        return try trainer.step(learningRate: recipe.schedule.rate(atStep: steps, of: recipe.steps)) { batch in
            for example in examples { batch.append(example, virtualTokens: 0) }
        }
    }
}

extension Tuning.Example {
    /// A row of pretraining: what the world calls counted at a token is the target that follows it.
    init(_ row: PretrainingRow) {
        self.init(tokens: row.tokens, isTarget: [false] + row.isCounted.dropLast())
    }

    /// An example of a tuning task.
    init(_ example: TinyWorld.Example) {
        self.init(prompt: example.prompt, completion: example.completion)
    }
}

/// Why a model cannot be made.
public enum PretrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    case recipe(String)

    public var description: String {
        switch self {
        case .recipe(let flaw): "The recipe cannot be followed: \(flaw)."
        }
    }
}
