internal import Drawing
internal import Recordings

/// The frames that a training step is told in: from the tokens forward to the loss, the same rooms back, and the optimizer.
struct Storyboard {
    /// The part of the step a frame belongs to.
    enum Act: Hashable, CaseIterable {
        case forward, backward, optimizer
    }

    /// What a frame shows.
    enum Picture: Hashable {
        case tokens, ids
        /// The numbers of a value.
        case numbers
        /// Scores, with those that a row must not see crossed out.
        case mask
        /// What an update adds to a parameter.
        case update
        /// Which words a soft prompt is nearest to.
        case nearestWords
    }

    struct Shot {
        let act: Act
        let title: Localised
        var picture = Picture.numbers
        /// What is new in this frame, and lit.
        var value: ValueName?
        /// What is made at the same time and in the same way.
        var also: [ValueName] = []
        /// The gradient that arrives in a room that is gone through backwards.
        var arriving: ValueName?
        /// Frozen weights of the room, whose gradients are not computed.
        var notComputed: [ValueName] = []
        /// How many such weights a room has that is told in one frame.
        var notComputedCount = 0
        /// Whether it is one of the few of a filmstrip.
        var isKey = false
    }

    let shots: [Shot]
    /// The block that is told room by room.
    let layer: Int
    /// The trained parameter whose update is shown.
    let parameter: ValueName?

    var keyShots: [Int] { shots.indices.filter { shots[$0].isKey } }

    // MARK: Telling

    init(_ graph: GraphDescription, run: RunDescription, layers: Int, layer: Int, hasWords: Bool) {
        var teller = Teller(graph: graph, run: run, layers: layers, layer: layer)
        teller.tellForward()
        teller.tellBackward()
        teller.tellOptimizer(hasWords: hasWords)
        shots = teller.shots
        parameter = teller.parameter
        self.layer = layer
    }
}

/// Tells a step frame by frame, in the order of its graph.
private struct Teller {
    let graph: GraphDescription
    let run: RunDescription
    let layers: Int
    let layer: Int
    let nodes: [ValueName: NodeDescription]
    var shots: [Storyboard.Shot] = []

    init(graph: GraphDescription, run: RunDescription, layers: Int, layer: Int) {
        (self.graph, self.run, self.layers, self.layer) = (graph, run, layers, layer)
        nodes = Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
    }

    private func has(_ name: ValueName) -> Bool { nodes[name] != nil }

    /// The soft prompt, the prefix, or of changed weights one of the block that is told in detail.
    var parameter: ValueName? {
        let names = run.parameters.map(\.name).filter { has($0.updated) && has($0.gradient) }
        let inBlock = names.filter { BlockGraph.layer(ofWeight: $0) == layer }
        // Of BA, B: A gets no gradient as long as B is zero.
        return inBlock.first { $0.rawValue.contains("lora_B") } ?? inBlock.first ?? names.first { $0 == .softPrompt }
            ?? names.first
    }

    private static func inBlock(_ layer: Int, _ text: Localised) -> Localised {
        Localised(en: "Layer \(layer + 1): \(text.en)", zhHans: "第 \(layer + 1) 层：\(text.zhHans)")
    }

    // MARK: Forward

    mutating func tellForward() {
        shots.append(
            Storyboard.Shot(act: .forward, title: Localised(en: "Tokens", zhHans: "token"), picture: .tokens, isKey: true))
        shots.append(Storyboard.Shot(act: .forward, title: Localised(en: "Their ids", zhHans: "token 的编号"), picture: .ids))
        let forward = graph.nodes.filter { $0.phase == .forward && !$0.isParameter }
        let firstOfBlocks = forward.firstIndex { $0.name.layer != nil && !BlockGraph.isPrefix($0.name) } ?? forward.count
        for node in forward[..<firstOfBlocks] where node.name.layer == nil { tellBefore(node) }
        // Whether or not positions are added to it.
        if let name = existing([.promptInput, .softPrompt]).first { join(name) }
        if let prefix = run.parameters.first(where: { $0.name == "prefix.embeddings" })?.name, has(prefix) {
            shots.append(
                Storyboard.Shot(
                    act: .forward, title: Localised(en: "The prefix: keys and values of every layer", zhHans: "前缀：每一层的键和值"),
                    value: prefix))
        }
        for block in 0..<layers {
            guard block == layer else {
                if has(.block(block, "output")) {
                    shots.append(
                        Storyboard.Shot(
                            act: .forward,
                            title: Localised(en: "Layer \(block + 1), as a whole", zhHans: "第 \(block + 1) 层（整体）"),
                            value: .block(block, "output"), also: existing([.block(block, "output", ofPrompt: true)])))
                }
                continue
            }
            tellBlock(forward.filter { $0.name.layer == block && !$0.name.isOfPrompt && !BlockGraph.isPrefix($0.name) })
        }
        let ends: [(ValueName, Localised, Bool)] = [
            ("final.norm", Localised(en: "Final norm", zhHans: "末归一化"), false),
            (.logits, Localised(en: "Logits", zhHans: "logits"), false),
            (.probabilities, Localised(en: "Probabilities", zhHans: "概率"), true),
            (.tokenLosses, Localised(en: "Loss of each counted token", zhHans: "每个计入的 token 的损失"), false),
            (.loss, Localised(en: "Loss", zhHans: "损失"), false),
        ]
        for (name, title, isKey) in ends where has(name) {
            shots.append(Storyboard.Shot(act: .forward, title: title, value: name, isKey: isKey))
        }
    }

    private func existing(_ names: [ValueName]) -> [ValueName] { names.filter(has) }

    private mutating func join(_ name: ValueName) {
        shots.append(
            Storyboard.Shot(
                act: .forward, title: Localised(en: "The prompt joins, in front of the text", zhHans: "软提示加入，位于文本之前"),
                value: name, isKey: true))
    }

    private mutating func tellBefore(_ node: NodeDescription) {
        let text = node.name.rawValue
        if text.hasSuffix("rotation") || text.hasPrefix("positions.") || text == "prompt.positions"
            || BlockGraph.isPrefix(node.name)
        {
            return
        }
        switch node.name {
        case .promptInput: break
        case .tokenEmbeddings:
            shots.append(
                Storyboard.Shot(act: .forward, title: Localised(en: "Embeddings", zhHans: "嵌入"), value: node.name, isKey: true))
        case .embeddings:
            let isSum = node.operands.count > 1
            shots.append(
                Storyboard.Shot(
                    act: .forward,
                    title: isSum
                        ? Localised(en: "Plus positions", zhHans: "加上位置嵌入") : Localised(en: "Embeddings", zhHans: "嵌入"),
                    value: node.name, isKey: !isSum))
        default:
            shots.append(
                Storyboard.Shot(
                    act: .forward, title: Localised(en: "Before the blocks: \(text)", zhHans: "各块之前：\(text)"), value: node.name))
        }
    }

    /// Queries, keys and values are made at one time: the frame of the query stands for all.
    private static let companions = ["key", "value"]

    private mutating func tellBlock(_ nodes: [NodeDescription]) {
        let names = nodes.map(\.name)
        for node in nodes {
            let part = BlockGraph.part(node.name)
            // Their own frame was that of the query.
            let isCompanion = Self.companions.contains { part == "attention.\($0)" || part == "attention.\($0).projected" }
            if isCompanion || part == "attention.heads" { continue }
            var title = OperationLabels.title(part)
            var also: [ValueName] = []
            if part == "attention.query" || part == "attention.query.projected" {
                also = Self.companions.map { ValueName(node.name.rawValue.replacing("attention.query", with: "attention.\($0)")) }
                    .filter(names.contains)
                if part.hasSuffix("projected") { title = Localised(en: "queries, keys and values", zhHans: "查询、键和值") }
            }
            if part == "attention.scores" { joinKeys() }
            let keys: Set = ["attention.scores", "attention.weights", "output"]
            let isKey = keys.contains(part) || part.hasSuffix(".lora.change")
            shots.append(
                Storyboard.Shot(act: .forward, title: Self.inBlock(layer, title), value: node.name, also: also, isKey: isKey))
            if part == "attention.scores" {
                shots.append(
                    Storyboard.Shot(
                        act: .forward,
                        title: Self.inBlock(layer, Localised(en: "mask of what comes later", zhHans: "屏蔽后面的 token")),
                        picture: .mask,
                        value: node.name))
            }
        }
    }

    /// The keys and values that join from the side, before they are compared with the queries.
    private mutating func joinKeys() {
        let prefix = existing([.block(layer, "attention.prefix.key"), .block(layer, "attention.prefix.value")])
        let prompt = existing([.block(layer, "attention.key", ofPrompt: true), .block(layer, "attention.value", ofPrompt: true)])
        for (names, title, isKey) in [
            (prefix, Localised(en: "the prefix joins the keys and values", zhHans: "前缀加入键和值"), true),
            (prompt, Localised(en: "the prompt’s keys and values join", zhHans: "软提示的键和值加入"), false),
        ] where !names.isEmpty {
            shots.append(
                Storyboard.Shot(
                    act: .forward, title: Self.inBlock(layer, title), value: names[0], also: Array(names.dropFirst()),
                    isKey: isKey))
        }
    }

    // MARK: Backward

    /// The frozen weights beside which a value is used.
    private func frozenBeside(_ name: ValueName) -> [ValueName] {
        graph.nodes.filter { $0.phase == .forward && $0.operands.contains(name) }.flatMap(\.operands).filter { operand in
            nodes[operand]?.isParameter == true && !run.isTrained(operand) && operand != name
        }
    }

    /// The gradients that a gradient is made of.
    private func arriving(_ name: ValueName) -> ValueName? {
        let subject = BlockGraph.subject(name)
        let uses = graph.nodes.filter { $0.phase == .forward && $0.operands.contains(subject) }
        return uses.map(\.name.gradient).first(where: has)
    }

    private func backwardShot(
        _ name: ValueName, _ title: Localised, also: [ValueName] = [], isKey: Bool = false
    ) -> Storyboard.Shot {
        // A gradient of one part is that part: its formula says more than a copy's.
        var (name, also) = (name, also)
        if let node = nodes[name], node.operation == "identity", let part = node.operands.first, part.isGradient,
            BlockGraph.subject(part) == BlockGraph.subject(name)
        {
            (name, also) = (part, [name] + also)
        }
        return Storyboard.Shot(
            act: .backward, title: title, value: name, also: also, arriving: arriving(name),
            notComputed: frozenBeside(BlockGraph.subject(name)), isKey: isKey)
    }

    mutating func tellBackward() {
        let first: [(ValueName, Localised, Bool)] = [
            (ValueName.loss.gradient, Localised(en: "Back from the loss", zhHans: "从损失返回"), false),
            (ValueName.logits.gradient, Localised(en: "Gradient of the logits", zhHans: "logits 的梯度"), true),
            (ValueName("final.norm").gradient, Localised(en: "Gradient of the final norm", zhHans: "末归一化的梯度"), false),
        ]
        for (name, title, isKey) in first where has(name) { shots.append(backwardShot(name, title, isKey: isKey)) }
        for block in (0..<layers).reversed() {
            guard block == layer else {
                let text = existing([
                    ValueName.block(block, "output").gradient, ValueName.block(block, "output", ofPrompt: true).gradient,
                ])
                guard let name = text.first else { continue }
                let frozen = graph.nodes.count {
                    $0.isParameter && BlockGraph.layer(ofWeight: $0.name) == block && !run.isTrained($0.name)
                }
                shots.append(
                    Storyboard.Shot(
                        act: .backward, title: Localised(en: "Back through layer \(block + 1)", zhHans: "反向穿过第 \(block + 1) 层"),
                        value: name,
                        also: Array(text.dropFirst()), arriving: arriving(name), notComputedCount: frozen))
                continue
            }
            tellBlockBack()
        }
        guard let parameter, BlockGraph.layer(ofWeight: parameter) == nil, has(parameter.gradient) else { return }
        if parameter == .softPrompt, has(ValueName.promptInput.gradient) {
            shots.append(
                backwardShot(
                    ValueName.promptInput.gradient, Localised(en: "Out of the blocks, at the prompt", zhHans: "走出各块，到达软提示")))
        }
        let title: Localised =
            switch parameter {
            case .softPrompt: Localised(en: "The gradient ends at the soft prompt", zhHans: "梯度到达软提示")
            case "prefix.embeddings": Localised(en: "The gradient ends at the prefix", zhHans: "梯度到达前缀")
            default: Localised(en: "The gradient ends at \(parameter)", zhHans: "梯度到达 \(parameter)")
            }
        shots.append(backwardShot(parameter.gradient, title, isKey: true))
    }

    private mutating func tellBlockBack() {
        var toldQueries = false
        let hasSide = has(.block(layer, "attention.prefix.key")) || has(.block(layer, "attention.key", ofPrompt: true))
        for node in graph.nodes where node.phase == .backward {
            let subject = BlockGraph.subject(node.name)
            guard node.name == subject.gradient else { continue }
            if BlockGraph.layer(ofWeight: subject) == layer, run.isTrained(subject) {
                // All weights of full fine-tuning would be as many frames again; they come with what they belong to.
                guard subject.rawValue.contains("lora_") || subject == parameter else { continue }
                let parts = subject.rawValue.split(separator: ".").map(String.init)
                let matrix = parts.firstIndex { $0.hasPrefix("lora_") } ?? 0
                // Of a low-rank change, the projection and the matrix of it.
                let name = matrix > 0 ? "\(parts[matrix - 1]), \(parts[matrix])" : subject.rawValue
                shots.append(
                    backwardShot(
                        node.name, Self.inBlock(layer, Localised(en: "gradient of \(name)", zhHans: "\(name) 的梯度")),
                        isKey: subject == parameter))
                continue
            }
            guard subject.layer == layer else { continue }
            let part = BlockGraph.part(subject)
            let isSide = subject.isOfPrompt || BlockGraph.isPrefix(subject)
            if isSide {
                guard part == "attention.key" || part == "attention.prefix.key" else { continue }
                let also = existing([ValueName(node.name.rawValue.replacing(".key", with: ".value"))])
                let title =
                    subject.isOfPrompt
                    ? Localised(en: "gradient of the prompt’s keys and values", zhHans: "软提示的键和值的梯度")
                    : Localised(en: "gradient of the prefix’s keys and values", zhHans: "前缀的键和值的梯度")
                shots.append(backwardShot(node.name, Self.inBlock(layer, title), also: also, isKey: true))
                continue
            }
            // What is only handed on has no frame of its own.
            if node.operation == "identity" || part == "attention.heads" { continue }
            var also: [ValueName] = []
            var title = OperationLabels.title(part)
            if ["attention.query", "attention.key", "attention.value"].contains(where: { part == $0 || part == $0 + ".projected" }
            ) {
                guard !toldQueries, !part.hasSuffix("projected") else { continue }
                toldQueries = true
                title = Localised(en: "queries, keys and values", zhHans: "查询、键和值")
                also = existing(
                    ["query", "key", "value"].map { ValueName.block(layer, "attention.\($0)").gradient }.filter {
                        $0 != node.name
                    })
            }
            shots.append(
                backwardShot(
                    node.name,
                    Self.inBlock(layer, Localised(en: "gradient of \(title.en)", zhHans: "\(title.zhHans)的梯度")), also: also,
                    isKey: part == "attention.weights" && !hasSide))
        }
    }

    // MARK: Optimizer

    mutating func tellOptimizer(hasWords: Bool) {
        guard let parameter else { return }
        let entries: [(ValueName, Localised, Storyboard.Picture, Bool)] = [
            (parameter.firstMoment, Localised(en: "First moment: where to", zhHans: "一阶矩：往哪里走"), .numbers, false),
            (parameter.secondMoment, Localised(en: "Second moment: how large", zhHans: "二阶矩：幅度多大"), .numbers, false),
            (parameter.updated, Localised(en: "The update", zhHans: "更新量"), .update, true),
            (
                parameter.updated, Localised(en: "The new numbers", zhHans: "新的数值"), .numbers,
                !hasWords || parameter != .softPrompt
            ),
        ]
        for (name, title, picture, isKey) in entries where has(name) {
            shots.append(Storyboard.Shot(act: .optimizer, title: title, picture: picture, value: name, isKey: isKey))
        }
        if hasWords, parameter == .softPrompt, has(parameter.updated) {
            shots.append(
                Storyboard.Shot(
                    act: .optimizer, title: Localised(en: "The nearest words now", zhHans: "现在最接近的词"), picture: .nearestWords,
                    value: parameter.updated, isKey: true))
        }
    }
}
