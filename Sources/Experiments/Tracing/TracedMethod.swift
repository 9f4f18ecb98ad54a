internal import Autodiff
internal import Foundation
internal import Interchange
internal import LinearAlgebra
internal import Transformer
internal import Tuning

/// The method that a trace follows, and its trained parameters under the names of both sides.
struct TracedMethod {
    /// What stands in front of the text.
    enum Front: Hashable {
        case nothing
        case softPrompt
        case prefix
    }

    /// A trained parameter as the trace begins.
    struct Parameter {
        /// Its name in the graph.
        let name: String
        /// Its name with Transformers or PEFT.
        let peftName: String
        /// Its shape there: a vector has one axis.
        let shape: [Int]
        let values: [Float]
    }

    let method: any TuningMethod
    /// The same method with virtual tokens that have rows of their own in every sequence; `nil` where nothing like that is needed.
    private(set) var placed: (any TuningMethod)?
    let front: Front
    /// P.
    let virtualTokens: Int
    /// Empty where nothing is trained.
    let parameters: [Parameter]
    /// Why it can be run but not trained; `nil` where it can.
    private(set) var obstacle: String?

    /// Parameters before they are sorted out: by what follows `start/`.
    typealias Start = [String: Tensor]

    /// The bare model.
    static let bare = TracedMethod(
        method: FullFineTuning(), front: .nothing, virtualTokens: 0, parameters: [],
        obstacle: "nothing is trained; name an adapter, start parameters or --method full-fine-tuning")

    private init(
        method: any TuningMethod, placed: (any TuningMethod)? = nil, front: Front, virtualTokens: Int,
        parameters: [Parameter], obstacle: String? = nil
    ) {
        self.method = method
        self.placed = placed
        self.front = front
        self.virtualTokens = virtualTokens
        self.parameters = parameters
        self.obstacle = obstacle
    }

    /// Methods that were trained together, such as a soft prompt and LoRA.
    private init(together parts: [TracedMethod]) throws(InterchangeError) {
        let fronts = parts.filter { $0.front != .nothing }
        guard fronts.count <= 1 else {
            throw InterchangeError("two of the adapters put virtual tokens in front of the text; use one of the two")
        }
        self.init(
            method: Combination(parts.map(\.method)),
            placed: fronts.first?.placed == nil ? nil : Combination(parts.map { $0.placed ?? $0.method }),
            front: fronts.first?.front ?? .nothing, virtualTokens: fronts.first?.virtualTokens ?? 0,
            parameters: parts.flatMap(\.parameters), obstacle: parts.lazy.compactMap(\.obstacle).first)
    }

    /// Every weight of the model.
    private init(all start: Start, of weights: LoadedWeights) throws(InterchangeError) {
        let shapes = weights.configuration.shapes
        let names = Dictionary(uniqueKeysWithValues: weights.model.parameters.map { ($0.name, $0.name) })
        var start = start
        if start.isEmpty {
            for parameter in weights.model.parameters {
                start[parameter.name] = Tensor(
                    weights.parameters[parameter.name]?.values ?? [],
                    shape: shapes[parameter.name] ?? [parameter.rows, parameter.columns])
            }
        }
        self.init(
            method: FullFineTuning(), front: .nothing, virtualTokens: 0,
            parameters: try Self.parameters(of: FullFineTuning(), names: names, start, weights))
    }

    /// Low-rank changes as an adapter's file holds them.
    ///
    /// - Parameter names: PEFT's while training → those in an adapter's file.
    private init(
        _ configuration: LoRAConfiguration, _ start: Start, names: [String: String], _ weights: LoadedWeights
    ) throws(InterchangeError) {
        let tensors = Dictionary(uniqueKeysWithValues: names.compactMap { peft, saved in start[peft].map { (saved, $0) } })
        try configuration.check(tensors)
        try configuration.check(tensors, fit: weights.configuration)
        try weights.checkAreProjections(LoRAConfiguration.modules(in: tensors))
        let method = try LowRankAdapter(configuration, tensors)
        self.init(
            method: method, front: .nothing, virtualTokens: 0,
            parameters: try Self.parameters(of: method, names: names.mapValues(LowRankNames.path), start, weights))
    }

    private init(
        _ configuration: AdaLoRAConfiguration, _ start: Start, names: [String: String], _ weights: LoadedWeights
    ) throws(InterchangeError) {
        let tensors = Dictionary(uniqueKeysWithValues: names.compactMap { peft, saved in start[peft].map { (saved, $0) } })
        var whole = configuration
        whole.survivors = nil
        try whole.check(tensors)
        try whole.check(tensors, fit: weights.configuration)
        try weights.checkAreProjections(AdaLoRAConfiguration.modules(in: tensors))
        let method = try AdaLoRA(configuration, modules: AdaLoRAConfiguration.modules(in: tensors))
        self.init(
            method: method, front: .nothing, virtualTokens: 0,
            parameters: try Self.parameters(of: method, names: names.mapValues(LowRankNames.path), start, weights))
    }

    /// An adapter's own triplets, of which those that were cut are 0.
    private init(_ configuration: AdaLoRAConfiguration, of adapter: AdapterFolder, _ weights: LoadedWeights) throws {
        try weights.checkAreProjections(AdaLoRAConfiguration.modules(in: adapter.tensors))
        let method = try AdaLoRA(configuration, modules: AdaLoRAConfiguration.modules(in: adapter.tensors))
        let store = ParameterStore(method.addedParameters(for: weights.model))
        var numbers: [String: [Float]] = [:]
        for (name, tensor) in adapter.tensors { numbers[LowRankNames.path(name)] = try tensor.floats() }
        try method.restore(numbers, survivors: configuration.survivors, into: store, for: weights.model)
        let isWhole = configuration.survivors?.values.allSatisfy { !$0.contains(false) } ?? true
        self.init(
            method: method, front: .nothing, virtualTokens: 0,
            parameters: method.addedParameters(for: weights.model).map { shape in
                Parameter(
                    name: shape.name, peftName: LowRankNames.training("base_model.model.\(shape.name)"),
                    shape: [shape.rows, shape.columns], values: store[shape.name]?.values ?? [])
            },
            obstacle: isWhole
                ? nil : "the adapter has only the triplets that AdaLoRA left; give start parameters that have all of them")
    }

    /// Methods with virtual tokens.
    ///
    /// - Parameter isComputed: Whether the rows are what an encoder has computed, as an adapter holds them.
    private init(
        virtualTokens kind: TraceRequest.Method, isComputed: Bool, _ start: Start, _ weights: LoadedWeights
    ) throws(InterchangeError) {
        var parts: [String: String] = [:]
        for name in start.keys.sorted() {
            let path = name.split(separator: ".", maxSplits: 2).map(String.init)
            guard path.count == 3, path[0] == "prompt_encoder" else {
                throw InterchangeError(
                    place: "tensor \"start/\(name)\"",
                    "it is no parameter of \(kind.rawValue); expected names like start/prompt_encoder.default.embedding.weight")
            }
            guard parts.updateValue(name, forKey: path[2]) == nil else {
                throw InterchangeError(
                    place: "tensor \"start/\(name)\"", "it belongs to another adapter than the same parameter before it; give one"
                )
            }
        }
        func shape(_ part: String) throws(InterchangeError) -> [Int] {
            guard let name = parts[part], let tensor = start[name] else {
                throw InterchangeError(
                    "the start parameters have no prompt_encoder.default.\(part), which \(kind.rawValue) needs")
            }
            guard tensor.shape.count == 2, !tensor.shape.contains(0) else {
                throw InterchangeError(
                    place: "tensor \"start/\(name)\"", "its shape is \(tensor.shape), expected two axes, both from 1")
            }
            return tensor.shape
        }
        let count = try shape("embedding.weight")[0]
        func names(_ prefix: String) -> [String: String] {
            Dictionary(uniqueKeysWithValues: parts.map { part, peft in (peft, prefix + part) })
        }
        func named(_ embedding: String) -> [String: String] {
            names("").mapValues { $0 == "embedding.weight" ? embedding : $0 }
        }
        let template = VirtualTokenTemplate.front(count)
        let random = SoftPromptInitialisation.normal(deviation: 1)
        let (method, placed, peftNames): (any TuningMethod, (any TuningMethod)?, [String: String])
        if kind == .prefixTuning {
            let isProjected = parts.keys.contains { $0.hasPrefix("transform.") }
            let width = isProjected ? try shape("transform.0.weight")[0] : nil
            method = PrefixTuning(virtualTokens: count, projectionWidth: width)
            placed = nil
            peftNames = isProjected ? names("prefix.encoder.") : named(PrefixTuning.prefix)
        } else if kind == .pTuning, !isComputed {
            let layers = parts.keys.count { $0.wholeMatch(of: /lstm_head\.weight_hh_l[0-9]+/) != nil }
            let width = layers > 0 ? try shape("lstm_head.weight_hh_l0")[1] : try shape("mlp_head.0.weight")[0]
            let encoder: PTuning.Encoder = layers > 0 ? .lstm(layers: layers) : .mlp
            method = PTuning(virtualTokens: count, encoder: encoder, hiddenWidth: width)
            placed = PTuning(template: template, encoder: encoder, hiddenWidth: width)
            peftNames = names("prompt.encoder.")
        } else {
            method = PromptTuning(virtualTokens: count, initialisation: random)
            placed = PromptTuning(template: template, initialisation: random)
            peftNames = named(PromptTuning.parameter)
        }
        self.init(
            method: method, placed: placed, front: kind == .prefixTuning ? .prefix : .softPrompt, virtualTokens: count,
            parameters: try Self.parameters(of: method, names: peftNames, start, weights))
    }

    /// The trained parameters of a method, each with its start.
    ///
    /// - Parameter names: PEFT's name → the graph's.
    private static func parameters(
        of method: some TuningMethod, names: [String: String], _ start: Start, _ weights: LoadedWeights
    ) throws(InterchangeError) -> [Parameter] {
        let model = weights.model
        let shapes = Dictionary(
            uniqueKeysWithValues: (model.parameters + method.addedParameters(for: model)).map { ($0.name, $0) })
        let peftNames = Dictionary(names.map { ($1, $0) }) { first, _ in first }
        let trained = method.trainedParameters(for: model)
        let known = Set(trained)
        for name in start.keys.sorted() where names[name].map({ !known.contains($0) }) ?? true {
            throw InterchangeError(
                place: "tensor \"start/\(name)\"", "\(method.name) on this model trains no such parameter; leave it out")
        }
        var parameters: [Parameter] = []
        for name in trained {
            guard let shape = shapes[name] else { continue }
            guard let peftName = peftNames[name], let tensor = start[peftName] else {
                throw InterchangeError(
                    "the start parameters lack \(peftNames[name] ?? name), which \(method.name) trains; give all of them or none")
            }
            guard tensor.shape == [shape.rows, shape.columns] || (shape.rows == 1 && tensor.shape == [shape.columns]) else {
                throw InterchangeError(
                    place: "tensor \"start/\(peftName)\"",
                    "its shape is \(tensor.shape), but \(method.name) on this model needs \(shape.rows == 1 ? [shape.columns] : [shape.rows, shape.columns])"
                )
            }
            let values: [Float]
            do { values = try tensor.floats() } catch { throw error.at(place: "tensor \"start/\(peftName)\"") }
            parameters.append(Parameter(name: name, peftName: peftName, shape: tensor.shape, values: values))
        }
        return parameters
    }
}

extension TracedMethod {
    /// Finds out what is traced, and what it starts from.
    ///
    /// - Throws: An error that names the file and what does not fit the model.
    static func resolve(_ request: TraceRequest, input: SafetensorsFile, _ weights: LoadedWeights) throws -> TracedMethod {
        let file = try request.parameters.map { url throws(InterchangeError) in try SafetensorsFile(reading: url) } ?? input
        var start: Start = [:]
        for (name, tensor) in file.tensors where name.hasPrefix("start/") {
            start[String(name.dropFirst("start/".count))] = tensor
        }
        if request.parameters != nil, start.isEmpty {
            throw InterchangeError(file: file.file, "no tensor's name begins with start/; expected the parameters to start from")
        }
        let adapters = try request.adapter.map { url throws(InterchangeError) in
            let adapters = try AdapterFolder.all(in: url)
            for adapter in adapters { try adapter.check(fits: weights.configuration) }
            return adapters
        }
        if let adapters, adapters.count > 1 {
            return try TracedMethod(
                together: adapters.map { adapter in
                    let own = start.filter { $0.key.hasPrefix("prompt_encoder.") != adapter.configuration.isLowRank }
                    do { return try resolve(adapter, own, weights) } catch let error as InterchangeError {
                        throw error.at(file: own.isEmpty ? adapter.url.relativePath : file.file)
                    }
                })
        }
        let adapter = adapters?.first
        if let adapter { try adapter.checkIsTraceable(request) }
        do {
            return try resolve(request, adapter: adapter, start, weights)
        } catch let error as InterchangeError {
            throw error.at(file: start.isEmpty ? adapter?.url.relativePath : file.file)
        }
    }

    private static func resolve(
        _ request: TraceRequest, adapter: AdapterFolder?, _ start: Start, _ weights: LoadedWeights
    ) throws -> TracedMethod {
        if let adapter { return try resolve(adapter, start, weights) }
        guard let method = try request.method ?? inferred(from: start, weights) else { return bare }
        if method != .fullFineTuning, start.isEmpty {
            throw InterchangeError(
                "\(method.rawValue) starts from random numbers, and there are none to start from; give an --adapter, or tensors named start/… in --parameters"
            )
        }
        guard method == .lora || (request.alpha == nil && request.isRankStabilised == nil) else {
            throw InterchangeError(
                "--alpha and --rank-stabilised belong to lora, but the method is \(method.rawValue); leave them out")
        }
        switch method {
        case .fullFineTuning: return try TracedMethod(all: start, of: weights)
        case .promptTuning, .prefixTuning, .pTuning:
            return try TracedMethod(virtualTokens: method, isComputed: false, start, weights)
        case .adaLoRA:
            throw InterchangeError("AdaLoRA's budget and α are told by adapter_config.json alone; name the folder with --adapter")
        case .lora:
            guard let alpha = request.alpha else {
                throw InterchangeError(
                    "the scale of LoRA's change is not known; give α with --alpha, or the folder with --adapter")
            }
            let names = try LowRankNames.saved(start)
            var ranks: [(pattern: String, value: Int)] = []
            for (peft, saved) in names.sorted(by: { $0.key < $1.key }) where saved.hasSuffix(".lora_A.weight") {
                let module = String(LowRankNames.path(saved).dropLast(".lora_A.weight".count))
                ranks.append((module, max(1, start[peft]?.shape.first ?? 1)))
            }
            let configuration = LoRAConfiguration(
                rank: ranks.first?.value ?? 1, alpha: alpha, rankPattern: ranks,
                isRankStabilised: request.isRankStabilised ?? false,
                storesInputsFirst: weights.configuration.checkpoint.storesInputsFirst,
                targetModules: .names(ranks.map(\.pattern)))
            return try TracedMethod(configuration, start, names: names, weights)
        }
    }

    /// The method of an adapter folder.
    private static func resolve(_ adapter: AdapterFolder, _ start: Start, _ weights: LoadedWeights) throws -> TracedMethod {
        let isComputed = start.isEmpty
        func resolve(_ kind: TraceRequest.Method, _ tokens: VirtualTokens) throws(InterchangeError) -> TracedMethod {
            var start = start
            if isComputed {
                start["prompt_encoder.default.embedding.weight"] = adapter.tensors[AdapterTensorName.promptEmbeddings]
            }
            let traced = try TracedMethod(virtualTokens: kind, isComputed: isComputed, start, weights)
            guard traced.virtualTokens == tokens.count else {
                throw InterchangeError(
                    "the start parameters have \(traced.virtualTokens) virtual tokens, but adapter_config.json says \(tokens.count)"
                )
            }
            return traced
        }
        switch adapter.configuration {
        case .promptTuning(let settings): return try resolve(.promptTuning, settings.virtualTokens)
        case .prefixTuning(let settings):
            let traced = try resolve(.prefixTuning, settings.virtualTokens)
            if !isComputed, let method = traced.method as? PrefixTuning {
                guard settings.isProjected == (method.projectionWidth != nil) else {
                    throw InterchangeError(
                        "the start parameters \(settings.isProjected ? "lack" : "have") a projection, but adapter_config.json says prefix_projection is \(settings.isProjected)"
                    )
                }
                if let width = method.projectionWidth { try check(width, settings.encoderWidth) }
            }
            return traced
        case .pTuning(let settings):
            let traced = try resolve(.pTuning, settings.virtualTokens)
            if !isComputed, let method = traced.method as? PTuning {
                let expected: PTuning.Encoder = settings.encoder == .mlp ? .mlp : .lstm(layers: settings.encoderLayers)
                guard method.encoder == expected else {
                    throw InterchangeError(
                        "the start parameters are not those of the \(settings.encoder.rawValue) encoder that adapter_config.json names, with as many layers"
                    )
                }
                try check(method.hiddenWidth, settings.encoderWidth)
            }
            return traced
        case .lora(let settings):
            let start = isComputed ? LowRankNames.start(adapter.tensors) : start
            return try TracedMethod(settings, start, names: LowRankNames.saved(start), weights)
        case .adaLoRA(let settings):
            return isComputed
                ? try TracedMethod(settings, of: adapter, weights)
                : try TracedMethod(settings, start, names: LowRankNames.saved(start), weights)
        }
    }

    private static func check(_ width: Int, _ expected: Int?) throws(InterchangeError) {
        guard let expected, width != expected else { return }
        throw InterchangeError(
            "the start parameters' encoder is \(width) wide, but adapter_config.json says encoder_hidden_size is \(expected)")
    }

    /// The method whose parameters have such names and shapes; `nil` for none.
    private static func inferred(
        from start: Start, _ weights: LoadedWeights
    ) throws(InterchangeError) -> TraceRequest.Method? {
        let names = start.keys.sorted()
        guard let first = names.first else { return nil }
        if names.contains(where: { $0.contains(".lora_E") }) { return .adaLoRA }
        if names.contains(where: { $0.contains(".lora_A") }) { return .lora }
        let ends = names.filter { $0.hasPrefix("prompt_encoder.") }.map { $0.split(separator: ".").dropFirst(2).first ?? "" }
        if ends.contains(where: { $0 == "lstm_head" || $0 == "mlp_head" }) { return .pTuning }
        if ends.contains("transform") { return .prefixTuning }
        if !ends.isEmpty {
            let model = weights.model
            let width = start[first]?.shape.last
            switch (width == model.width, width == 2 * model.layers * model.keyValueWidth) {
            case (true, false): return .promptTuning
            case (false, true): return .prefixTuning
            default:
                throw InterchangeError(
                    place: "tensor \"start/\(first)\"",
                    "its width \(width ?? 0) does not tell a soft prompt from a prefix on this model; say which with --method")
            }
        }
        let known = Set(weights.model.parameters.map(\.name))
        if let other = names.first(where: { !known.contains($0) }) {
            throw InterchangeError(
                place: "tensor \"start/\(other)\"", "it is no weight of the model and no parameter of a method that is known here"
            )
        }
        return .fullFineTuning
    }
}

extension AdapterFolder {
    /// Refuses what a trace cannot show, and what contradicts the adapter.
    fileprivate func checkIsTraceable(_ request: TraceRequest) throws(InterchangeError) {
        let kind: TraceRequest.Method =
            switch configuration {
            case .promptTuning: .promptTuning
            case .prefixTuning: .prefixTuning
            case .pTuning: .pTuning
            case .lora: .lora
            case .adaLoRA: .adaLoRA
            }
        if let method = request.method, method != kind {
            throw InterchangeError(
                file: url.relativePath,
                "the adapter is one of \(kind.rawValue), but --method says \(method.rawValue); leave it out")
        }
        if request.alpha != nil || request.isRankStabilised != nil {
            throw InterchangeError(
                file: url.relativePath, "the adapter says how its change is scaled; leave out --alpha and --rank-stabilised")
        }
        if head != nil {
            throw InterchangeError(file: url.relativePath, "it has a head for classes, which a trace does not show")
        }
        let template = configuration.method.otherSettings[VirtualTokenTemplate.setting]
        if let template, template != .null {
            throw InterchangeError(
                file: url.relativePath, place: "key \"\(VirtualTokenTemplate.setting)\"",
                "a trace puts virtual tokens in front of the text only, as PEFT does")
        }
    }
}

extension LoadedWeights {
    /// Checks that modules are linear maps of the model's blocks, which are all that a low-rank change is computed for here.
    fileprivate func checkAreProjections(_ modules: [String]) throws(InterchangeError) {
        let known = Set(model.projections.map(\.weight))
        for module in modules where !known.contains("\(module).weight") {
            throw InterchangeError(
                place: "module \"\(module)\"", "it is no projection of a block; low-rank changes of others are not computed here")
        }
    }
}

/// The names of low-rank matrices: PEFT's while it trains (`….lora_A.default.weight`, `….lora_E.default`), those in an adapter's file
/// without the adapter's name, and ours without what PEFT puts before the module's path.
enum LowRankNames {
    private static let prefix = "base_model.model."

    /// Names while training → in the file.
    ///
    /// - Throws: An error that names a tensor which is no such matrix, or one of two that are the same matrix of two adapters.
    static func saved(_ start: TracedMethod.Start) throws(InterchangeError) -> [String: String] {
        var names: [String: String] = [:]
        var taken: Set<String> = []
        for name in start.keys.sorted() {
            guard let match = name.wholeMatch(of: /(base_model\.model\..+\.lora_[ABE])((?:\.[^.]+){0,2})/) else {
                throw InterchangeError(
                    place: "tensor \"start/\(name)\"",
                    "it is no low-rank matrix; expected names like start/\(prefix)<module>.lora_A.default.weight")
            }
            let saved = String(match.1) + (match.2.hasSuffix(".weight") ? ".weight" : "")
            guard taken.insert(saved).inserted else {
                throw InterchangeError(
                    place: "tensor \"start/\(name)\"", "it belongs to another adapter than the same matrix before it; give one")
            }
            names[name] = saved
        }
        return names
    }

    /// The name in our graph of one in a file.
    static func path(_ saved: String) -> String {
        saved.hasPrefix(prefix) ? String(saved.dropFirst(prefix.count)) : saved
    }

    /// The name while training of one in a file.
    static func training(_ saved: String) -> String {
        saved.hasSuffix(".weight") ? "\(saved.dropLast(".weight".count)).default.weight" : "\(saved).default"
    }

    static func start(_ saved: [String: Tensor]) -> TracedMethod.Start {
        Dictionary(uniqueKeysWithValues: saved.map { (training($0.key), $0.value) })
    }
}

extension AdaLoRA {
    init(_ settings: AdaLoRAConfiguration, modules: [String]) throws(InterchangeError) {
        guard let steps = settings.totalSteps else {
            throw InterchangeError(place: "key \"total_step\"", "it is missing in adapter_config.json; the budget falls along it")
        }
        self.init(
            initialRank: settings.initialRank, targetRank: settings.targetRank, initialSteps: settings.initialSteps,
            finalSteps: settings.finalSteps, stepsBetweenCuts: settings.stepsBetweenCuts, totalSteps: steps,
            beta1: settings.beta1, beta2: settings.beta2, orthogonalityWeight: settings.orthogonalityWeight,
            alpha: settings.alpha, targets: modules)
    }
}
