public import Foundation

/// What is to be traced: a model, what tunes it, and one batch.
public struct TraceRequest: Sendable {
    /// A way to tune, where no adapter says it.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        case promptTuning = "prompt-tuning"
        case prefixTuning = "prefix-tuning"
        case pTuning = "p-tuning"
        case lora
        case adaLoRA = "adalora"
        case fullFineTuning = "full-fine-tuning"
    }

    /// The model's folder; a tokenizer is not needed.
    public var model: URL
    /// A file with `input_ids` and, if they are wanted, `attention_mask` and `labels`.
    public var input: URL
    /// An adapter folder of PEFT's.
    public var adapter: URL?
    public var method: Method?
    /// A file with the parameters to start from, named `start/` and then as PEFT names them; by default the input itself.
    public var parameters: URL?
    /// Steps of AdamW on the batch.
    public var steps = 0
    public var learningRate = 0.01
    public var weightDecay = 0.01
    /// α of LoRA, where no adapter says it.
    public var alpha: Double?
    /// Whether LoRA's change is scaled by α/√r; `nil` leaves it to the adapter.
    public var isRankStabilised: Bool?

    public init(model: URL, input: URL) {
        self.model = model
        self.input = input
    }
}
