import Autodiff
import LinearAlgebra
import RandomStreams
import Testing
import Transformer

@testable import Tuning

/// Sequences of several adapters in one batch, on one loaded base model.
@Suite struct MixedAdaptersTests {
    /// Soft prompts of two lengths, in front and in templates, a prompt encoder, a prefix, low-rank changes of different ranks on different
    /// projections, with singular values and beside a soft prompt; `nil` for none.
    static func methods(for tiny: TinyModel) -> [(any TuningMethod)?] {
        let projections = tiny.model is Llama ? ["q_proj", "v_proj", "up_proj", "down_proj"] : ["c_attn", "mlp.c_proj"]
        return [
            PromptTuning(virtualTokens: 3, initialisation: .normal(deviation: 1)), nil,
            LoRA(rank: 2, alpha: 3, targets: Array(projections.prefix(2))),
            PromptTuning(virtualTokens: 7, initialisation: .normal(deviation: 1)), PrefixTuning(virtualTokens: 4),
            LoRA(rank: 4, alpha: 2, isRankStabilised: true, targets: Array(projections.suffix(projections.count / 2))),
            PTuning(virtualTokens: 2, encoder: .mlp, hiddenWidth: 5),
            PromptTuning(
                template: VirtualTokenTemplate([.virtual, .prompt, .words([3]), .virtual]), initialisation: .normal(deviation: 1)),
            PTuning(template: VirtualTokenTemplate([.prompt, .virtual]), encoder: .mlp, hiddenWidth: 5),
            AdaLoRA(initialRank: 3, targetRank: 2, totalSteps: 9, targets: Array(projections.prefix(1))),
            Combination([
                PromptTuning(virtualTokens: 2, initialisation: .normal(deviation: 1)),
                LoRA(rank: 1, alpha: 2, targets: Array(projections.suffix(1))),
            ]),
        ]
    }

    /// Base and adapters; everything that an adapter adds is random, so that none of them is without effect.
    struct Stores {
        let base: ParameterStore
        let adapters: [MixedAdapters.Adapter]
        /// Each adapter alone, with the base's weights.
        let alone: [(method: any TuningMethod, parameters: ParameterStore)]

        init(_ tiny: TinyModel, _ methods: [(any TuningMethod)?]) throws {
            let bare = PromptTuning(virtualTokens: 0, initialisation: .sampledVocabulary)
            let base = try tiny.parameters(for: bare)
            self.base = base
            let stores = try methods.enumerated().map { index, method in
                let added = ParameterStore(method?.addedParameters(for: tiny.model) ?? [])
                try method?.initialise(base.joined(with: added), for: tiny.model, seed: UInt64(index))
                for name in added.names {
                    var stream = RandomStream(seed: UInt64(index), path: "\(name)/noise")
                    guard let matrix = added[name] else { continue }
                    matrix.write(matrix.values.map { $0 + 0.3 * stream.normal() })
                }
                return added
            }
            adapters = zip(methods, stores).map { method, added in
                method.map { MixedAdapters.Adapter($0, parameters: added) } ?? .none
            }
            alone = zip(methods, stores).map { ($0 ?? bare, base.joined(with: $1)) }
        }

        func mixed(_ tiny: TinyModel, limits: BatchLimits) throws -> MixedAdapters {
            try MixedAdapters(model: tiny.model, base: base, adapters: adapters, limits: limits, pool: WorkerPool(threads: 2))
        }
    }

    @Test(
        "Adapters interleaved in one batch give what each gives alone, whichever of them is the first",
        arguments: TinyModel.families, 0..<11)
    func equalSeparateRuns(tiny: TinyModel, first: Int) throws {
        let all = Self.methods(for: tiny)
        let stores = try Stores(tiny, Array(all[first...] + all[..<first]))
        let count = stores.adapters.count
        let questions = (0..<(2 * count)).map { index in
            (example: TinyModel.examples[index % TinyModel.examples.count], adapter: index * 3 % count)
        }
        #expect(Set(questions.map(\.adapter)).count == count)
        let mixed = try stores.mixed(tiny, limits: BatchLimits(sequences: questions.count, length: 9, parts: 3))
        let answers = try mixed.logits(of: questions)
        var separate: [[Float]] = []
        for (example, adapter) in questions {
            let (method, parameters) = stores.alone[adapter]
            separate += try tiny.values(of: method, parameters: parameters, examples: [example], logitRows: .countedByHead) {
                [$0.pass.logits]
            }
        }
        for (index, question) in questions.enumerated() {
            let found = difference(answers[index], separate[index])
            #expect(found.relative <= 1e-6, "adapter \(question.adapter): \(found)")
        }
        // The comparison means something only if the adapters answer differently.
        let same = try mixed.logits(of: (0..<count).map { (example: TinyModel.examples[0], adapter: $0) })
        for (a, b) in zip(same, same.dropFirst()) { #expect(difference(a, b).relative > 1e-2) }
    }

    @Test("One adapter alone has the graph and the bits of the usual forward pass", arguments: TinyModel.families)
    func single(tiny: TinyModel) throws {
        for method in Self.methods(for: tiny) {
            let stores = try Stores(tiny, [method])
            let mixed = try stores.mixed(tiny, limits: TinyModel.limits)
            let answers = try mixed.logits(of: TinyModel.examples.map { (example: $0, adapter: 0) })
            let usual = try tiny.values(
                of: stores.alone[0].method, parameters: stores.alone[0].parameters, logitRows: .counted
            ) { [$0.pass.logits] }
            #expect(answers.flatMap { $0 }.map(\.bitPattern) == usual[0].map(\.bitPattern))
        }
    }

    @Test(
        "In memory are the base model once and the adapters, and the base's weights are not copied", arguments: TinyModel.families
    )
    func memory(tiny: TinyModel) throws {
        let methods = Self.methods(for: tiny)
        let stores = try Stores(tiny, methods)
        let mixed = try stores.mixed(tiny, limits: TinyModel.limits)
        let added = methods.reduce(0) { $0 + ($1?.trainedCount(for: tiny.model) ?? 0) }
        #expect(mixed.parameterCount == tiny.model.parameterCount + added)
        for shape in tiny.model.parameters {
            let (held, loaded) = try (#require(mixed.parameters[shape.name]), #require(stores.base[shape.name]))
            #expect(held.hasPlace(of: loaded), "\(shape.name)")
        }
    }

    @Test("Texts that go on together go on as each would alone", arguments: TinyModel.families)
    func generation(tiny: TinyModel) throws {
        let stores = try Stores(tiny, Self.methods(for: tiny))
        let count = stores.adapters.count
        let mixed = try stores.mixed(tiny, limits: BatchLimits(sequences: count, length: 20))
        let prompts = (0..<count).map { (text: [Int32](TinyModel.examples[$0 % 4].tokens), adapter: $0) }
        let sampling = Sampling(temperature: 1.5, topK: 5, seed: 4)
        let together = try mixed.generate(after: prompts, limit: 12, ends: [3, 8], sampling: sampling)
        for (prompt, added) in zip(prompts, together) {
            let (method, parameters) = stores.alone[prompt.adapter]
            let generator = try Generator(
                model: tiny.model, method: method, parameters: parameters, longest: 20, pool: WorkerPool(threads: 1))
            #expect(try generator.generate(after: prompt.text, limit: 12, ends: [3, 8], sampling: sampling).tokens == added)
        }
        #expect(Set(together.map(\.count)).count > 1, "texts that end at different times")
    }

    @Test("A method that changes the base model's own weights is refused in a sentence that names it")
    func fullFineTuning() throws {
        let tiny = TinyModel.gpt2
        let base = try tiny.parameters(for: FullFineTuning())
        let expected = MixedAdaptersError.changesBase(adapter: 1, method: "full-fine-tuning")
        #expect(throws: expected) {
            _ = try MixedAdapters(
                model: tiny.model, base: base, adapters: [.none, MixedAdapters.Adapter(FullFineTuning(), parameters: base)],
                limits: TinyModel.limits, pool: WorkerPool(threads: 1))
        }
        #expect(expected.description.contains("full-fine-tuning"))
    }

    @Test("An adapter that is not there, a text that is too long and a missing parameter are refused")
    func refusals() throws {
        let tiny = TinyModel.gpt2
        let stores = try Stores(tiny, Self.methods(for: tiny))
        let mixed = try stores.mixed(tiny, limits: BatchLimits(sequences: 2, length: 32))
        #expect(throws: MixedAdaptersError.noSuchAdapter(11, count: 11)) {
            try mixed.logits(of: [(example: TinyModel.examples[0], adapter: 11)])
        }
        let long = Array(repeating: Int32(1), count: 30)
        #expect(throws: MixedAdaptersError.tuning(.textTooLong(tokens: 30, virtualTokens: 7, context: 32))) {
            try mixed.nextLogits(after: [(text: long, adapter: 3)])
        }
        #expect(try mixed.nextLogits(after: [(text: long, adapter: 1)]).count == 1)
        let empty = MixedAdapters.Adapter(PrefixTuning(virtualTokens: 2), parameters: ParameterStore([]))
        #expect(throws: MixedAdaptersError.executor(.missingParameter("adapter.1.\(PrefixTuning.prefix)"))) {
            _ = try MixedAdapters(
                model: tiny.model, base: stores.base, adapters: [.none, empty], limits: TinyModel.limits,
                pool: WorkerPool(threads: 1))
        }
    }
}
