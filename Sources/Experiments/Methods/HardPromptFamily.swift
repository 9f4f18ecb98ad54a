internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// Words in front of the text, given or searched for (``HardPromptSearch``); nothing is trained.
struct HardPromptFamily: MethodFamily {
    let id = "hard-prompt"
    let name = BilingualText(english: "hard prompt", chinese: "硬提示")
    let keys: Set<MethodSettings.Key> = [.virtualTokens, .text]
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        guard let text = settings.text else {
            throw InterchangeError(
                place: "text", "a hard prompt consists of words; give them, or let foreword train search for them")
        }
        let tokens = try use.base.tokenizer.encode(text)
        guard !tokens.isEmpty else { throw TuningError.emptyInitialisation("an empty text") }
        try use.checkRoom(for: tokens.count)
        return HardPrompt(tokens: tokens)
    }
}

extension HardPrompt: AdapterMethod {
    /// A soft prompt that equals the words' embeddings.
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        try PromptTuning(virtualTokens: tokens.count, initialisation: .text(tokens))
            .adapter(parameters, on: base, called: name)
    }
}
