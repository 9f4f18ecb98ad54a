public import Autodiff
public import Transformer

/// A way to adapt a pretrained model: which parameters it trains, how they start, and what they do to the forward pass.
///
/// One file holds one method. Everything else, from the loss to the recording, is the same for all of them.
public protocol TuningMethod: Sendable {
    /// What the field calls it, in the form the command line uses: `prompt-tuning`.
    var name: String { get }
    /// Virtual tokens in front of every text, P: the text's positions start behind them.
    var virtualTokens: Int { get }
    /// Tokens that it puts among those of a text, virtual ones and others; they have rows and positions of their own.
    var placedTokens: Int { get }
    /// The parameters it adds to the model's.
    func addedParameters(for model: any LanguageModel) -> [ParameterShape]
    /// The names of all parameters it trains, its own and the model's. What is not named is frozen: no gradient is built for it.
    func trainedParameters(for model: any LanguageModel) -> [String]
    /// Gives the added parameters their first values.
    ///
    /// - Parameters:
    ///   - parameters: Holds the model's parameters, loaded, and the added ones.
    ///   - seed: Decides every random number.
    func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError)
    /// What goes into the forward pass, made of the added parameters, which the graph has already.
    func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning
    /// What goes into the forward pass of each of several adapters, where a batch mixes them; ``conditioning(in:for:)`` alone where it
    /// does not.
    func conditionings(in graph: inout Graph, for model: any LanguageModel) -> [Conditioning]
    /// Whether the answer is a class, told by a head, instead of a next token.
    var answersWithClass: Bool { get }
    /// An example as the method shows it to the model: in a template, or with a class instead of a completion.
    func prepared(_ example: Example, for model: any LanguageModel) -> Example
    /// What training adds to the loss, `[1, 1]`, made of the added parameters, which the graph has already; `nil` for nothing.
    func penalty(in graph: inout Graph, for model: any LanguageModel) -> Value?
    /// What is done to the parameters after every step; `nil` for nothing.
    func stepHook(for model: any LanguageModel) -> (any StepHook)?
}

extension TuningMethod {
    public var placedTokens: Int { 0 }

    public func conditionings(in graph: inout Graph, for model: any LanguageModel) -> [Conditioning] {
        [conditioning(in: &graph, for: model)]
    }

    public var answersWithClass: Bool { false }

    public func prepared(_ example: Example, for model: any LanguageModel) -> Example { example }

    /// How many tokens are added to a text, in front of it or among it.
    public var addedTokens: Int { virtualTokens + placedTokens }

    public func penalty(in graph: inout Graph, for model: any LanguageModel) -> Value? { nil }

    public func stepHook(for model: any LanguageModel) -> (any StepHook)? { nil }

    /// How many numbers are trained.
    public func trainedCount(for model: any LanguageModel) -> Int {
        let names = Set(trainedParameters(for: model))
        return (model.parameters + addedParameters(for: model)).reduce(0) { names.contains($1.name) ? $0 + $1.count : $0 }
    }
}

/// Why a method, a schedule or a data set cannot be used as asked.
public enum TuningError: Error, Sendable, Equatable {
    case promptTooLong(virtualTokens: Int, context: Int)
    case emptyInitialisation(String)
    case tokenOutsideVocabulary(Int32, vocabulary: Int)
    case missingParameter(String)
    case noExamples(String)
    case textTooLong(tokens: Int, virtualTokens: Int, context: Int)
    case lossNotFinite(step: Int, firstBadValue: String)
    case noTargets([String])
    case rankOutOfRange(Int, weight: String, largest: Int)
    case noClasses(Int)
    case wrongCount(String, found: Int, expected: Int)
    case impossibleBudget(setting: String, found: String, expected: String)
}

extension TuningError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .promptTooLong(let count, let context):
            "\(count) virtual tokens do not fit: the model has \(context) positions and the text needs at least one; use fewer."
        case .emptyInitialisation(let what):
            "The soft prompt cannot start from \(what): it has no tokens; give at least one word of the vocabulary."
        case .tokenOutsideVocabulary(let id, let vocabulary):
            "Token id \(id) is outside the model's vocabulary of \(vocabulary); use the tokenizer that belongs to the model."
        case .missingParameter(let name):
            "The parameter \(name) is missing; load the model before the tuning method starts from it."
        case .noExamples(let what):
            "There are no examples to \(what); give at least one."
        case .textTooLong(let tokens, let virtualTokens, let context):
            "A text of \(tokens) tokens behind \(virtualTokens) virtual tokens exceeds the model's \(context) positions; shorten it."
        case .noTargets(let targets):
            "No projection of the model is called \(targets.joined(separator: " or ")); name ones that it has, such as attn.c_attn."
        case .rankOutOfRange(let rank, let weight, let largest):
            "Rank \(rank) is not possible for \(weight); choose one from 1 to \(largest)."
        case .noClasses(let count):
            "The data has \(count == 0 ? "no classes" : "one class"), and a class head needs at least two; give data with labels."
        case .wrongCount(let name, let found, let expected):
            "\(name) has \(found) numbers, expected \(expected); load an adapter that was trained with the same settings."
        case .impossibleBudget(let setting, let found, let expected):
            "The rank budget cannot follow \(setting) = \(found); choose \(expected)."
        case .lossNotFinite(let step, let name):
            "The loss stopped being a number at step \(step), first in \(name); lower the learning rate or clip the gradient."
        }
    }
}
