import ArgumentParser
import Experiments

/// Which tuning method, and what it is told: shared by all commands that train.
struct MethodOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The method: \(MethodSpecification.Kind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "method"))
    var method: MethodSpecification.Kind

    @Option(
        help: "Virtual tokens of a soft prompt or a prefix, or words of a hard prompt that is searched for; 8 by default, 1 word."
    )
    var virtualTokens: Int?

    @Option(
        name: .customLong("init"),
        help:
            "How a soft prompt starts: random, sampled-vocabulary (the default), text or class-labels; a prefix is always random."
    )
    var start: MethodSettings.Start.Kind?

    @Option(help: "The text that --init text starts from.")
    var initText: String?

    @Option(help: "The standard deviation of --init random; 1, as in PEFT, by default.")
    var initDeviation: Double?

    @Option(help: "The labels that --init class-labels starts from, separated by commas; those of the data by default.")
    var labels: String?

    @Option(
        help: ArgumentHelp(
            "Where virtual tokens stand, such as '[P] {prompt} [P]': [P] is one, {prompt} the row's prompt, all else are words.",
            valueName: "template"))
    var virtualTokenTemplate: String?

    @Option(
        help: "The width of the layer through which a prefix is trained (Li and Liang 2021); without it, the prefix itself is.")
    var projectionWidth: Int?

    @Option(help: "What makes the virtual tokens of P-tuning: mlp (the default) or lstm.")
    var encoder: MethodSettings.Encoder?

    @Option(help: "The width of that network's hidden layers; the model's by default.")
    var encoderWidth: Int?

    @Option(help: "Layers of the LSTM; 2 by default.")
    var encoderLayers: Int?

    @Option(help: "The rank of low-rank changes; 8 by default.")
    var rank: Int?

    @Option(help: "What low-rank changes are scaled by, before it is divided by the rank; twice the rank by default.")
    var alpha: Double?

    @Flag(help: "Scale low-rank changes by alpha / √rank (rank-stabilised LoRA).")
    var rankStabilised = false

    @Option(
        help: "The projections that are changed, separated by commas, such as attn.c_attn,mlp.c_fc; PEFT's choice by default.")
    var targets: String?

    @Option(help: "The rank that AdaLoRA leaves on average; half of --rank by default.")
    var targetRank: Int?

    @Option(help: "The words of a hard prompt; without it, the best ones are searched for.")
    var text: String?

    @Flag(help: "Answer with a class, told by a head of its own that is trained too, instead of with a next token.")
    var classHead = false

    func validate() throws {
        let counts: [(String, Int?)] = [
            ("--virtual-tokens", virtualTokens), ("--projection-width", projectionWidth), ("--encoder-width", encoderWidth),
            ("--encoder-layers", encoderLayers), ("--rank", rank), ("--target-rank", targetRank),
        ]
        for case (let name, let count?) in counts where count < 1 {
            throw ValidationError("\(name) is \(count); expected a number from 1.")
        }
        for case (let name, let number?) in [("--init-deviation", initDeviation), ("--alpha", alpha)]
        where !(number.isFinite && number > 0) {
            throw ValidationError("\(name) is \(number); expected a number above 0.")
        }
        let known = method.family.keys
        for (option, key, isGiven) in given where isGiven && !known.contains(key) {
            let others = MethodSpecification.Kind.allCases.filter { $0.family.keys.contains(key) }.map(\.rawValue)
            throw ValidationError(
                "\(option) does not go with the method \(method.rawValue); it goes with \(others.joined(separator: ", ")).")
        }
        if start == .text, initText == nil { throw ValidationError("--init text needs a text; give it with --init-text.") }
        if virtualTokenTemplate != nil, virtualTokens != nil {
            throw ValidationError("The template says how many virtual tokens there are; leave out --virtual-tokens.")
        }
        if text != nil, virtualTokens != nil {
            throw ValidationError("--text gives the words of the hard prompt; leave out --virtual-tokens.")
        }
    }

    private var given: [(option: String, key: MethodSettings.Key, isGiven: Bool)] {
        [
            ("--virtual-tokens", .virtualTokens, virtualTokens != nil), ("--init", .start, start != nil),
            ("--init-text", .start, initText != nil), ("--init-deviation", .start, initDeviation != nil),
            ("--labels", .start, labels != nil), ("--virtual-token-template", .template, virtualTokenTemplate != nil),
            ("--projection-width", .projectionWidth, projectionWidth != nil), ("--encoder", .encoder, encoder != nil),
            ("--encoder-width", .encoderWidth, encoderWidth != nil), ("--encoder-layers", .encoderLayers, encoderLayers != nil),
            ("--rank", .rank, rank != nil), ("--alpha", .alpha, alpha != nil),
            ("--rank-stabilised", .isRankStabilised, rankStabilised), ("--targets", .targets, targets != nil),
            ("--target-rank", .targetRank, targetRank != nil), ("--text", .text, text != nil),
            ("--class-head", .hasClassHead, classHead),
        ]
    }

    var specification: MethodSpecification {
        var settings = MethodSettings()
        settings.virtualTokens = virtualTokens ?? (method == .hardPrompt ? 1 : settings.virtualTokens)
        settings.start = startChoice
        settings.template = virtualTokenTemplate
        settings.projectionWidth = projectionWidth
        settings.encoder = encoder ?? settings.encoder
        settings.encoderWidth = encoderWidth
        settings.encoderLayers = encoderLayers ?? settings.encoderLayers
        settings.rank = rank ?? settings.rank
        settings.alpha = alpha
        settings.isRankStabilised = rankStabilised
        settings.targets = targets?.split(separator: ",").map(String.init)
        settings.targetRank = targetRank
        settings.text = text
        settings.hasClassHead = classHead
        return MethodSpecification(method, settings: settings)
    }

    private var startChoice: MethodSettings.Start? {
        if let initText { return .text(initText) }
        switch start {
        case .random?: return .random(deviation: initDeviation ?? 1)
        case .sampledVocabulary?: return .sampledVocabulary
        case .classLabels?: return .classLabels(nil)
        case .text?, nil: return initDeviation.map { .random(deviation: $0) } ?? (labels == nil ? nil : .classLabels(nil))
        }
    }
}
