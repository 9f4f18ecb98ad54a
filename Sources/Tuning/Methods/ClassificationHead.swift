public import Autodiff
public import Transformer

/// A linear layer from the last token's hidden state to classes, trained beside another method (Liu et al. 2022, "P-Tuning v2", §3.3):
/// the `score` of Hugging Face Transformers' models for sequence classification.
///
/// The answer is a class instead of a next token: of an example, its completion says which.
public struct ClassificationHead: TuningMethod {
    public let name = "classification-head"
    public let virtualTokens = 0
    public let answersWithClass = true
    /// The completions that stand for the classes, in their order.
    public let classes: [[Int32]]

    /// The trained parameter: `[classes, d]`.
    public static let parameter = "score.weight"

    public init(classes: [[Int32]]) { self.classes = classes }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        [ParameterShape(Self.parameter, classes.count, model.width)]
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { [Self.parameter] }

    /// N(0, 0.02²), as Transformers starts a new head.
    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        guard classes.count > 1 else { throw .noClasses(classes.count) }
        parameters.fillNormally(Self.parameter, deviation: 0.02, seed: seed)
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        Conditioning(classHead: graph.known(Self.parameter))
    }

    /// The text alone, and the class that its completion stands for; one whose completion is no class is never right.
    public func prepared(_ example: Example, for model: any LanguageModel) -> Example {
        let completion = Array(example.tokens[example.promptLength...])
        return Example(
            tokens: Array(example.tokens.prefix(example.promptLength)), label: Int32(classes.firstIndex(of: completion) ?? -1))
    }
}
