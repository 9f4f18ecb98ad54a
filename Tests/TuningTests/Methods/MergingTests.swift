import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct MergingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let tiny: TinyModel
        let method: any LowRankMethod
        var testDescription: String { "\(method.name) of \(tiny.testDescription)" }

        /// The tiny model, and the method's matrices such that the change matters.
        func parameters() throws -> ParameterStore {
            let parameters = try tiny.parameters(for: method)
            for shape in method.addedParameters(for: tiny.model) {
                parameters.fillNormally(shape.name, deviation: 0.2, seed: 9)
            }
            return parameters
        }
    }

    static let cases = [
        Case(tiny: .gpt2, method: LoRA(rank: 3, alpha: 6, targets: ["c_attn", "c_proj"])),
        Case(tiny: .gpt2, method: LoRA(rank: 2, alpha: 3, isRankStabilised: true, targets: ["c_fc"])),
        Case(
            tiny: .gpt2,
            method: AdaLoRA(initialRank: 3, targetRank: 1, totalSteps: 9, alpha: 6, targets: ["c_attn", "c_proj", "c_fc"])),
        Case(
            tiny: .gpt2,
            method: LowRankAdapter(
                [
                    LowRankChange(weight: "transformer.h.0.attn.c_attn.weight", rank: 2, inputs: 12, outputs: 36, scale: 1.5),
                    LowRankChange(
                        weight: "transformer.h.1.mlp.c_fc.weight", rank: 1, inputs: 12, outputs: 48, scale: 2, hasValues: true),
                ], of: "adalora")),
        Case(tiny: .llama, method: LoRA(rank: 3, alpha: 6, targets: ["q_proj", "v_proj", "down_proj"])),
        Case(
            tiny: .llama,
            method: AdaLoRA(initialRank: 3, targetRank: 1, totalSteps: 9, alpha: 6, targets: ["k_proj", "o_proj", "up_proj"])),
    ]

    @Test("A merged model computes alone what it computed under the method", arguments: cases)
    func merged(theCase: Case) throws {
        let (tiny, method, parameters) = (theCase.tiny, theCase.method, try theCase.parameters())
        let under = try tiny.logits(of: method, parameters: parameters)
        let before = try tiny.logits(of: FullFineTuning(), parameters: parameters)
        try #require(difference(under, before).relative > 0.01, "the change matters")
        try method.merge(into: parameters, for: tiny.model)
        let merged = try tiny.logits(of: FullFineTuning(), parameters: parameters)
        let found = difference(merged, under)
        #expect(found.absolute <= 1e-5 || found.relative <= 1e-5, "\(found)")
    }

    @Test("Unmerging restores the weights to rounding, and leaves all others alone", arguments: cases)
    func unmerged(theCase: Case) throws {
        let (tiny, method, parameters) = (theCase.tiny, theCase.method, try theCase.parameters())
        let before = try theCase.parameters()
        let changed = Set(method.lowRankChanges(of: tiny.model).map(\.weight))
        try method.merge(into: parameters, for: tiny.model)
        for name in parameters.names {
            let isSame = parameters[name]?.values == before[name]?.values
            #expect(isSame != changed.contains(name), "\(name)")
        }
        try method.unmerge(from: parameters, for: tiny.model)
        for name in changed {
            let found = difference(parameters[name]?.values ?? [], before[name]?.values ?? [])
            #expect(found.relative <= 3e-7, "\(name): \(found)")
        }
    }

    @Test("A weight stored [out, in] gets the transpose of what one stored [in, out] gets")
    func orientation() {
        func matrix(_ rows: Int, _ columns: Int, _ values: [Float]) -> Matrix {
            let matrix = Storage(count: rows * columns).matrix(rows: rows, columns: columns)
            matrix.write(values)
            return matrix
        }
        let (down, up) = (matrix(2, 3, [1, 2, 3, -1, 0, 1]), matrix(2, 2, [2, 1, 0, -3]))
        let inputsFirst = matrix(3, 2, [10, 20, 30, 40, 50, 60])
        inputsFirst.addLowRankChange(down: down, up: up, scale: 0.5, storesInputsFirst: true)
        #expect(inputsFirst.values == [10.5, 21.5, 32, 40, 53.5, 58.5])
        let outputsFirst = matrix(2, 3, [10, 30, 50, 20, 40, 60])
        outputsFirst.addLowRankChange(down: down, up: up, scale: 0.5, storesInputsFirst: false)
        #expect(outputsFirst.values == [10.5, 32, 53.5, 21.5, 40, 58.5])
    }

    @Test("A missing matrix is named, and no weight is changed")
    func missing() throws {
        let method = LoRA(rank: 3, alpha: 6, targets: ["c_attn"])
        let whole = try TinyModel.gpt2.parameters(for: method)
        let shapes = TinyModel.gpt2.model.parameters + method.addedParameters(for: TinyModel.gpt2.model).dropLast()
        let parameters = ParameterStore(shapes)
        for shape in shapes { parameters[shape.name]?.write(whole[shape.name]?.values ?? []) }
        #expect(throws: TuningError.missingParameter("transformer.h.1.attn.c_attn.lora_B.weight")) {
            try method.merge(into: parameters, for: TinyModel.gpt2.model)
        }
        let first = "transformer.h.0.attn.c_attn.weight"
        #expect(parameters[first]?.values == whole[first]?.values)
    }
}
