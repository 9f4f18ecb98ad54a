public import Autodiff
internal import LinearAlgebra
public import Transformer

extension GPT2 {
    /// Fills parameters as a model is before pretraining: weights and embeddings N(0, 0.02²), those that write into the residual
    /// stream scaled by 1/√(2L), biases 0, scales 1 (Radford et al. 2019, §2.3; `GPT2PreTrainedModel._init_weights`).
    public func initialise(_ parameters: ParameterStore, seed: UInt64) {
        for shape in self.parameters {
            guard let matrix = parameters[shape.name] else { continue }
            if shape.name.hasSuffix(".bias") {
                matrix.fill(with: 0)
            } else if shape.rows == 1 {
                matrix.fill(with: 1)
            } else {
                let deviation = shape.name.hasSuffix("c_proj.weight") ? 0.02 / Float(2 * layers).squareRoot() : 0.02
                parameters.fillNormally(shape.name, deviation: deviation, seed: seed)
            }
        }
    }
}

extension Llama {
    /// Fills parameters as a model is before pretraining: weights and embeddings N(0, 0.02²), scales 1
    /// (`LlamaPreTrainedModel._init_weights`).
    public func initialise(_ parameters: ParameterStore, seed: UInt64) {
        for shape in self.parameters {
            if shape.rows == 1 {
                parameters[shape.name]?.fill(with: 1)
            } else {
                parameters.fillNormally(shape.name, deviation: 0.02, seed: seed)
            }
        }
    }
}
