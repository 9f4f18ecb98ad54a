import Autodiff
import Interchange
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct AdaLoRATests {
    static let method = AdaLoRA(
        initialRank: 4, targetRank: 2, initialSteps: 2, finalSteps: 3, totalSteps: 12, alpha: 6, targets: ["c_attn", "c_fc"])

    /// Our names → PEFT's, as Transformers' model with a PEFT adapter has them.
    static var names: [String: String] {
        Dictionary(
            uniqueKeysWithValues: method.addedParameters(for: Reference.Base.gpt2.model).map {
                ($0.name, "base_model.model.\($0.name).default")
            })
    }

    static var singularValues: [String] { names.keys.filter { $0.hasSuffix("lora_E") }.sorted() }

    static func trainer(_ reference: Reference) throws -> Trainer {
        let training = TrainingGraph(
            model: Reference.Base.gpt2.model, method: method, optimizer: AdamW(weightDecay: reference.weightDecay), textLength: 11
        )
        return try Trainer(
            training, parameters: reference.parameters(of: method, names: names), limits: BatchLimits(sequences: 4, length: 11),
            pool: WorkerPool(threads: 2))
    }

    static func step(_ trainer: Trainer, _ index: Int, of reference: Reference) throws -> Trainer.Step {
        let examples = try reference.examples()
        let pack = { (batch: inout Batch) in for example in examples { batch.append(example, virtualTokens: 0) } }
        // Every other step is kept whole, as for a recording: that must change nothing.
        return index % 2 == 0
            ? try trainer.step(learningRate: reference.learningRate, pack: pack)
            : try trainer.keptStep(learningRate: reference.learningRate, pack: pack) { _ in }
    }

    @Test("Losses, gradients, surviving triplets and parameters over a whole training are PEFT's")
    func reference() throws {
        let reference = try Reference("adalora", of: .gpt2)
        let trainer = try Self.trainer(reference)
        let losses = try reference.expected.floats("losses")
        #expect(losses.count == Self.method.totalSteps)
        for index in losses.indices {
            let taken = try Self.step(trainer, index, of: reference)
            #expect(abs(taken.loss - losses[index]) <= 1e-4, "loss before step \(index + 1)")
            #expect(taken.taskLoss < taken.loss)
            if index == 0 {
                #expect(trainer.training.trained.count == Self.names.count)
                for (parameter, gradient) in trainer.training.trained {
                    let theirs = try #require(Self.names[trainer.training.graph[parameter].name])
                    let found = difference(
                        trainer.executor.numbers(gradient), try reference.expected.floats("gradient/\(theirs)"))
                    #expect(found.relative <= 1e-4, "gradient of \(theirs): \(found)")
                }
            }
            for ours in Self.singularValues {
                let theirs = try reference.expected.floats("step-\(index + 1)/\(Self.names[ours] ?? "")")
                let values = trainer.parameters[ours]?.values ?? []
                #expect(values.map { $0 == 0 } == theirs.map { $0 == 0 }, "\(ours) after step \(index + 1)")
                #expect(difference(values, theirs).absolute <= 1e-4, "\(ours) after step \(index + 1)")
            }
        }
        for (ours, theirs) in Self.names {
            let found = difference(
                trainer.parameters[ours]?.values ?? [], try reference.expected.floats("after-12/\(theirs)"))
            #expect(found.absolute <= 1e-4, "\(theirs): \(found)")
        }
        let survivors = try #require(Self.method.survivors(in: trainer.parameters, for: Reference.Base.gpt2.model))
        #expect(survivors.count == Self.singularValues.count)
        for (path, rows) in survivors {
            let theirs = try reference.expected.integers("rank-pattern/\(path).lora_E.default")
            #expect(rows == theirs.map { $0 == 1 }, "\(path)")
        }
    }

    @Test(
        "A run that stops and goes on from its parameters and state gives the same bits as one that does not",
        arguments: [1, 5, 10])
    func resuming(after stop: Int) throws {
        let reference = try Reference("adalora", of: .gpt2)
        let whole = try Self.trainer(reference)
        for index in 0..<12 { _ = try Self.step(whole, index, of: reference) }
        let first = try Self.trainer(reference)
        for index in 0..<stop { _ = try Self.step(first, index, of: reference) }
        let second = try Self.trainer(reference)
        for name in first.resumableNames { second.parameters[name]?.write(first.parameters[name]?.values ?? []) }
        second.resume(afterSteps: stop)
        for index in stop..<12 { _ = try Self.step(second, index, of: reference) }
        for name in whole.resumableNames {
            #expect(
                whole.parameters[name]?.values.map(\.bitPattern) == second.parameters[name]?.values.map(\.bitPattern), "\(name)")
        }
    }

    @Test(
        "The budget never rises, starts with everything and ends with the target",
        arguments: [
            (0, 0, 1, 10), (2, 3, 1, 12), (5, 10, 4, 100), (0, 50, 7, 101), (3, 0, 3, 5),
        ])
    func budget(first: Int, last: Int, between: Int, total: Int) {
        let budget = RankBudget(
            initial: 60, target: 13, initialSteps: first, finalSteps: last, stepsBetweenCuts: between, totalSteps: total)
        let triplets = (1...total).map(budget.triplets)
        #expect(zip(triplets, triplets.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(triplets.prefix(first).allSatisfy { $0 == 60 })
        #expect(triplets.suffix(last + 1).allSatisfy { $0 == 13 })
        #expect(budget.cuts(atStep: total - last) && !(1...max(1, first)).contains { $0 <= first && budget.cuts(atStep: $0) })
    }

    /// An allocator of a tiny model, in a store of random parameters.
    static func allocator(steps: Int = 9) throws -> (RankAllocator, ParameterStore) {
        let method = AdaLoRA(
            initialRank: 5, targetRank: 2, finalSteps: 2, totalSteps: steps, targets: ["c_attn", "c_proj", "c_fc"])
        let allocator = method.allocator(for: TinyModel.gpt2.model)
        let parameters = try TinyModel.gpt2.parameters(for: method).joined(with: ParameterStore(allocator.state))
        for shape in method.addedParameters(for: TinyModel.gpt2.model) {
            parameters.fillNormally(shape.name, deviation: 1, seed: 3)
        }
        return (allocator, parameters)
    }

    @Test("After every cut the triplets that are left have higher scores than those that are cut, and are as many as the budget")
    func highestScores() throws {
        let (allocator, parameters) = try Self.allocator()
        let values = allocator.matrices.map(\.values.name)
        for step in 1...9 {
            // Random gradients, new at every step; singular values that were cut are trained like all others.
            let gradients = ParameterStore(allocator.matrices.flatMap(\.all))
            for name in gradients.names { gradients.fillNormally(name, deviation: 1, seed: UInt64(step)) }
            for name in values { parameters.fillNormally(name, deviation: 1, seed: UInt64(100 + step)) }
            let before = allocator.scores(in: parameters)
            allocator.finish(step: step, parameters: parameters) { gradients[$0] }
            let scores = step < allocator.budget.lastCut ? allocator.scores(in: parameters) : before
            let all = values.flatMap { name in
                zip(scores[name] ?? [], parameters[name]?.values ?? []).map { (score: $0, isLeft: $1 != 0) }
            }
            #expect(all.count { $0.isLeft } == allocator.budget.triplets(atStep: step))
            guard step <= allocator.budget.lastCut else { continue }
            let lowestLeft = all.filter(\.isLeft).map(\.score).min() ?? 0
            let highestCut = all.filter { !$0.isLeft }.map(\.score).max() ?? 0
            #expect(lowestLeft > highestCut)
        }
    }

    @Test("Triplets that tie at the threshold are cut together, and without a budget to cut none is")
    func ties() throws {
        let (allocator, parameters) = try Self.allocator()
        // No gradient at all: every score is 0.
        let gradients = ParameterStore(allocator.matrices.flatMap(\.all))
        allocator.finish(step: 1, parameters: parameters) { gradients[$0] }
        #expect(allocator.matrices.allSatisfy { parameters[$0.values.name]?.values.allSatisfy { $0 == 0 } ?? false })

        let whole = AdaLoRA(initialRank: 3, targetRank: 3, totalSteps: 4, targets: ["c_attn"])
        let other = try TinyModel.gpt2.parameters(for: whole).joined(
            with: ParameterStore(whole.allocator(for: TinyModel.gpt2.model).state))
        for shape in whole.addedParameters(for: TinyModel.gpt2.model) { other.fillNormally(shape.name, deviation: 1, seed: 3) }
        for step in 1...4 {
            whole.allocator(for: TinyModel.gpt2.model).finish(step: step, parameters: other) { other[$0] }
        }
        #expect(whole.survivors(in: other, for: TinyModel.gpt2.model) == nil)
        #expect(!(other["transformer.h.0.attn.c_attn.lora_E"]?.values.contains(0) ?? true))
    }

    @Test("Training starts from the base model, lowers the task's loss and leaves every weight of the model as it was")
    func training() throws {
        let method = AdaLoRA(initialRank: 3, targetRank: 1, finalSteps: 10, totalSteps: 60, targets: ["c_attn", "c_fc"])
        let parameters = try TinyModel.gpt2.parameters(for: method)
        let before = try TinyModel.gpt2.parameters(for: method)
        let base = try TinyModel.gpt2.logits(of: FullFineTuning(), parameters: parameters)
        #expect(try TinyModel.gpt2.logits(of: method, parameters: parameters).map(\.bitPattern) == base.map(\.bitPattern))
        let training = TrainingGraph(model: TinyModel.gpt2.model, method: method, optimizer: AdamW(), clipping: 1, textLength: 16)
        let trainer = try Trainer(training, parameters: parameters, limits: TinyModel.limits, pool: WorkerPool(threads: 2))
        let losses = try (0..<60).map { _ in
            try trainer.step(learningRate: 0.05) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: 0) }
            }.taskLoss
        }
        #expect(losses[59] < losses[0] * 0.8)
        for shape in TinyModel.gpt2.model.parameters {
            #expect(before[shape.name]?.values.map(\.bitPattern) == parameters[shape.name]?.values.map(\.bitPattern))
        }
        let survivors = try #require(method.survivors(in: trainer.parameters, for: TinyModel.gpt2.model))
        #expect(survivors.values.reduce(0) { $0 + $1.count { $0 } } == 4)
        // Evaluation knows nothing of the penalty.
        let evaluator = try Evaluator(
            model: TinyModel.gpt2.model, method: method, parameters: parameters, limits: TinyModel.limits,
            pool: WorkerPool(threads: 1)
        )
        let now = try trainer.step(learningRate: 0) { batch in
            for example in TinyModel.examples { batch.append(example, virtualTokens: 0) }
        }
        #expect(now.taskLoss < now.loss)
        #expect(try abs(evaluator.evaluate(TinyModel.examples).loss - now.taskLoss) < 1e-5)
    }

    @Test("An adapter saves the surviving rows only, and computes the same when they are put back")
    func saving() throws {
        let method = AdaLoRA(initialRank: 4, targetRank: 2, totalSteps: 3, targets: ["c_attn", "c_fc"])
        let allocator = method.allocator(for: TinyModel.gpt2.model)
        let parameters = try TinyModel.gpt2.parameters(for: method).joined(with: ParameterStore(allocator.state))
        #expect(method.survivors(in: parameters, for: TinyModel.gpt2.model) == nil)
        for shape in method.addedParameters(for: TinyModel.gpt2.model) {
            parameters.fillNormally(shape.name, deviation: 1, seed: 3)
        }
        #expect(
            method.survivingMatrices(in: parameters, for: TinyModel.gpt2.model).map {
                ParameterShape($0.name, $0.rows, $0.columns)
            }
                == method.addedParameters(for: TinyModel.gpt2.model))
        for step in 1...3 { allocator.finish(step: step, parameters: parameters) { parameters[$0] } }
        let survivors = try #require(method.survivors(in: parameters, for: TinyModel.gpt2.model))
        let saved = method.survivingMatrices(in: parameters, for: TinyModel.gpt2.model)
        for matrix in saved {
            let left = survivors[matrix.name.replacing(/\.lora_.$/, with: "")]?.count { $0 }
            #expect((matrix.name.hasSuffix("lora_B") ? matrix.columns : matrix.rows) == left)
            #expect(matrix.values.count == matrix.rows * matrix.columns)
        }
        let restored = try TinyModel.gpt2.parameters(for: method)
        let numbers = Dictionary(uniqueKeysWithValues: saved.map { ($0.name, $0.values) })
        try method.restore(numbers, survivors: survivors, into: restored, for: TinyModel.gpt2.model)
        let (a, b) = try (
            TinyModel.gpt2.logits(of: method, parameters: parameters), TinyModel.gpt2.logits(of: method, parameters: restored)
        )
        #expect(a == b)
        // The saved file alone is an adapter too, of smaller ranks.
        let adapter = LowRankAdapter(
            method.lowRankChanges(of: TinyModel.gpt2.model).map { change in
                let path = change.weight.replacing(".weight", with: "")
                return LowRankChange(
                    weight: change.weight, rank: survivors[path]?.count { $0 } ?? 0, inputs: change.inputs,
                    outputs: change.outputs, scale: method.scale, hasValues: true)
            }, of: method.name)
        let loaded = try TinyModel.gpt2.parameters(for: adapter)
        for matrix in saved { loaded[matrix.name]?.write(matrix.values) }
        #expect(try difference(TinyModel.gpt2.logits(of: adapter, parameters: loaded), a).absolute <= 1e-5)
        #expect(throws: TuningError.self) {
            try method.restore(numbers, survivors: nil, into: restored, for: TinyModel.gpt2.model)
        }
    }

    @Test("Beside a soft prompt the penalty and the budget are at work as they are alone")
    func combined() throws {
        let adaLoRA = AdaLoRA(initialRank: 3, targetRank: 1, totalSteps: 6, targets: ["c_attn"])
        let prompt = PromptTuning(virtualTokens: 2, initialisation: .sampledVocabulary)
        let method = Combination([prompt, adaLoRA])
        let training = TrainingGraph(model: TinyModel.gpt2.model, method: method, optimizer: AdamW(), textLength: 16)
        let trainer = try Trainer(
            training, parameters: TinyModel.gpt2.parameters(for: method), limits: TinyModel.limits, pool: WorkerPool(threads: 1))
        for _ in 0..<6 {
            let taken = try trainer.step(learningRate: 0.05) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: 2) }
            }
            #expect(taken.taskLoss < taken.loss)
        }
        let survivors = try #require(adaLoRA.survivors(in: trainer.parameters, for: TinyModel.gpt2.model))
        #expect(survivors.values.reduce(0) { $0 + $1.count { $0 } } == 2)
        #expect(Set(trainer.resumableNames).isSuperset(of: adaLoRA.allocator(for: TinyModel.gpt2.model).state.map(\.name)))
    }

    @Test(
        "Settings that the budget cannot follow are refused by name",
        arguments: [
            AdaLoRA(initialRank: 2, targetRank: 3, totalSteps: 9, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 0, totalSteps: 9, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 1, initialSteps: 5, finalSteps: 4, totalSteps: 9, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 1, stepsBetweenCuts: 0, totalSteps: 9, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 1, totalSteps: 9, beta1: 1, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 1, totalSteps: 9, orthogonalityWeight: -1, targets: ["c_attn"]),
            AdaLoRA(initialRank: 13, targetRank: 1, totalSteps: 9, targets: ["c_attn"]),
            AdaLoRA(initialRank: 2, targetRank: 1, totalSteps: 9, targets: ["q_proj"]),
        ])
    func impossible(method: AdaLoRA) {
        #expect(throws: TuningError.self) { try TinyModel.gpt2.parameters(for: method) }
    }
}
