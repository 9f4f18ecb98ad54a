public import Autodiff
public import LinearAlgebra
public import TinyWorld
public import Transformer
internal import Tuning

/// How well a model knows each skill of the world.
public struct SkillReport: Codable, Sendable, Hashable {
    public struct Line: Codable, Sendable, Hashable {
        public let skill: String
        /// Right answers where the cue asks for the skill.
        public let cued: Double
        /// Right answers to a bare prompt, which may mean other skills too.
        public let bare: Double
        /// Items asked.
        public let items: Int
    }

    public let lines: [Line]

    /// Asks for every item of every skill once, with the English cue and without.
    public init(
        of model: any LanguageModel, parameters: ParameterStore, world: World, pool: WorkerPool
    ) throws {
        let evaluator = try Evaluator(
            model: model, method: FullFineTuning(), parameters: parameters,
            limits: BatchLimits(sequences: 64, length: min(model.context, PretrainingRows.length)), pool: pool)
        lines = try world.skills.map { skill in
            let (cued, bare) = try world.questions(of: skill)
            return Line(
                skill: skill.id, cued: try evaluator.evaluate(cued).accuracy,
                bare: try evaluator.evaluate(bare).accuracy, items: bare.count)
        }
    }
}

extension World {
    /// Every item of a skill as a question: behind the skill's English cue, and bare.
    func questions(of skill: Skill) throws -> (cued: [Tuning.Example], bare: [Tuning.Example]) {
        let cue = try vocabulary.ids(of: [skill.cue.english, Marks.cue])
        let bare = try skill.items.map { item in
            Tuning.Example(
                prompt: try vocabulary.ids(of: item.prompt + [Marks.answer]), completion: try vocabulary.ids(of: item.answer))
        }
        let cued = bare.map { Tuning.Example(tokens: cue + $0.tokens, isTarget: cue.map { _ in false } + $0.isTarget) }
        return (cued, bare)
    }
}
