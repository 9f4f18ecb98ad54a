internal import Drawing
internal import Recordings

/// The values of one block of a recorded graph, placed in lanes and ranks: the text's rows, and beside them what joins from the side,
/// the rows of a soft prompt, a prefix or a low-rank change. An operand always has a lower rank than its result.
struct BlockGraph {
    enum Lane: Hashable {
        case side, text
    }

    /// A value of the block, or one from before it that the block starts from.
    struct Place {
        let name: ValueName
        let shape: RecordedShape
        let lane: Lane
        var rank: Int
        /// The part of the lane's width it takes, 0 to 1.
        var span: ClosedRange<Double>
        /// The block's weights that are among its operands.
        let weights: [Weight]
        /// Whether it comes from before the block.
        let isInput: Bool
        /// The gradient, if it is computed.
        let gradient: ValueName?
        /// The parts that the gradient is the sum of, each a value of its own.
        let gradientParts: [ValueName]
        /// Places among ``BlockGraph/places`` it is computed from.
        let operands: [Int]
    }

    /// A weight of the block.
    struct Weight {
        let name: ValueName
        let isTrained: Bool
        /// What is computed of its gradient: nothing for a frozen one.
        let gradients: [ValueName]
    }

    let layer: Int
    private(set) var places: [Place]
    let weights: [Weight]
    /// The places whose values go on to what follows the block.
    let outputs: [Int]
    let rankCount: Int
    /// Operands that come from elsewhere and are not placed, such as angles of rotation.
    let unplaced: [ValueName]
    /// All values that belong to the block, by their names alone.
    let members: Set<ValueName>

    var hasSide: Bool { places.contains { $0.lane == .side } }
    var forwardCount: Int { places.count { !$0.isInput } }
    /// Gradients of values and of weights, with their parts.
    var backwardCount: Int {
        places.reduce(0) { $0 + ($1.isInput ? 0 : ($1.gradient == nil ? 0 : 1) + $1.gradientParts.count) }
            + weights.reduce(0) { $0 + $1.gradients.count }
    }
    /// Gradients that are drawn with the sum they are a part of.
    var foldedCount: Int { places.reduce(0) { $0 + ($1.isInput ? 0 : $1.gradientParts.count) } }

    /// The names of all values that are placed or stand at one that is.
    var drawn: Set<ValueName> {
        var names: Set<ValueName> = []
        for place in places where !place.isInput {
            names.insert(place.name)
            names.formUnion(place.gradient.map { [$0] } ?? [])
            names.formUnion(place.gradientParts)
        }
        for weight in weights { names.formUnion([weight.name] + weight.gradients) }
        return names
    }

    // MARK: Names

    /// The value that a gradient, or a part of one, belongs to; of all others the value itself.
    static func subject(_ name: ValueName) -> ValueName {
        guard name.isGradient else { return name }
        var text = String(name.rawValue.dropFirst("gradient/".count))
        for mark in ["/via/", "/sum/"] {
            guard let range = text.firstRange(of: mark) else { continue }
            text = String(text[..<range.lowerBound])
        }
        return ValueName(text)
    }

    /// The block that a weight of the base model belongs to, by its name in GPT-2's or Llama's layout.
    static func layer(ofWeight name: ValueName) -> Int? {
        let parts = name.rawValue.split(separator: ".")
        guard let index = parts.firstIndex(where: { $0 == "h" || $0 == "layers" }), index + 1 < parts.count else { return nil }
        return Int(parts[index + 1])
    }

    /// The part of the block a value is: `attention.scores`.
    static func part(_ name: ValueName) -> String {
        let parts = name.rawValue.split(separator: ".")
        guard let block = parts.firstIndex(of: "block"), block + 2 < parts.count else { return name.rawValue }
        return parts[(block + 2)...].joined(separator: ".")
    }

    // MARK: Placing

    init(_ graph: GraphDescription, layer: Int, isTrained: (ValueName) -> Bool) {
        let nodes = graph.nodes.filter { $0.phase != .optimizer }
        func belongs(_ node: NodeDescription) -> Bool {
            let subject = Self.subject(node.name)
            return subject.layer == layer || Self.layer(ofWeight: subject) == layer
        }
        members = Set(nodes.filter(belongs).map(\.name))
        var gradients: [ValueName: [ValueName]] = [:]
        for node in nodes where node.phase == .backward { gradients[Self.subject(node.name), default: []].append(node.name) }

        let values = nodes.filter { $0.phase == .forward && !$0.isParameter && $0.name.layer == layer }
        let known = Set(values.map(\.name))
        let used = Set(values.flatMap(\.operands))
        let weights = nodes.filter { $0.isParameter && used.contains($0.name) && Self.layer(ofWeight: $0.name) == layer }
            .map { Weight(name: $0.name, isTrained: isTrained($0.name), gradients: gradients[$0.name] ?? []) }
        self.weights = weights
        let isWeight = Set(weights.map(\.name))
        // What the block starts from; angles are made of positions alone, and no gradient passes them.
        let outer = nodes.filter { used.contains($0.name) && !known.contains($0.name) && !isWeight.contains($0.name) }
        let inputs = outer.filter { !$0.name.rawValue.hasSuffix("rotation") }
        unplaced = outer.map(\.name).filter { name in !inputs.contains { $0.name == name } }

        let promptIsBeside = values.contains { $0.name.isOfPrompt }
        func lane(_ name: ValueName) -> Lane {
            if name.isOfPrompt || name.rawValue.hasPrefix("prefix") { return .side }
            if promptIsBeside { return .text }
            return Self.isLowRank(name) || Self.isPrefix(name) ? .side : .text
        }
        let all = inputs + values
        let index = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })
        let hasGate = values.contains { Self.part($0.name).hasPrefix("mlp.gate") }
        var places = all.enumerated().map { position, node in
            let computed = gradients[node.name] ?? []
            return Place(
                name: node.name, shape: node.shape, lane: lane(node.name), rank: 0,
                span: position < inputs.count
                    ? 0...1
                    : Self.span(Self.part(node.name), lane: lane(node.name), hasGate: hasGate, sharesLane: promptIsBeside),
                weights: weights.filter { node.operands.contains($0.name) }, isInput: position < inputs.count,
                gradient: computed.first { $0 == node.name.gradient },
                gradientParts: computed.filter { $0 != node.name.gradient },
                operands: position < inputs.count ? [] : node.operands.compactMap { index[$0] })
        }
        for (position, place) in places.enumerated() where !place.isInput {
            places[position].rank = 1 + (place.operands.map { places[$0].rank }.max() ?? 0)
        }
        // The rows that go on are chosen of the attention and of the residual stream at one height.
        if let chosen = places.first(where: { Self.part($0.name) == "attention.counted" }) {
            for position in places.indices where Self.part(places[position].name) == "counted" {
                places[position].rank = chosen.rank
            }
        }
        // A prefix stands beside the text's keys that it joins.
        if let key = places.first(where: { $0.lane == .text && Self.part($0.name) == "attention.key" }) {
            for position in places.indices where Self.isPrefix(places[position].name) { places[position].rank = key.rank }
        }
        for position in places.indices where places[position].isInput && places[position].lane == .side {
            let first = places.filter { $0.operands.contains(position) }.map(\.rank).min() ?? 1
            places[position].rank = max(0, first - 1)
        }
        let later = Set(nodes.filter { $0.phase == .forward && !known.contains($0.name) }.flatMap(\.operands))
        outputs = places.indices.filter { !places[$0].isInput && later.contains(places[$0].name) }
        rankCount = (places.map(\.rank).max() ?? 0) + 1
        self.layer = layer
        self.places = places
        separate()
    }

    static func isLowRank(_ name: ValueName) -> Bool { name.rawValue.contains(".lora.") }
    static func isPrefix(_ name: ValueName) -> Bool { name.rawValue.contains(".prefix.") }

    /// Where in its lane a part stands: queries, keys and values side by side, so that values reach the mix past scores and weights.
    private static func span(_ part: String, lane: Lane, hasGate: Bool, sharesLane: Bool) -> ClosedRange<Double> {
        if lane == .side, part.contains(".lora.") { return 0...1 }
        let third = 1.0 / 3
        for (rank, name) in ["attention.query", "attention.key", "attention.value"].enumerated()
        where part == name || part.hasPrefix(name + ".") {
            return Double(rank) * third...Double(rank + 1) * third
        }
        if part.hasSuffix("prefix.key") { return third...2 * third }
        if part.hasSuffix("prefix.value") { return 2 * third...1 }
        if part == "attention.scores" || part == "attention.weights" { return 0...2 * third }
        if hasGate, part.hasPrefix("mlp.gate") { return 0...0.5 }
        if hasGate, part.hasPrefix("mlp.hidden") { return 0.5...1 }
        if sharesLane, part.contains(".lora.") { return 0.5...1 }
        if sharesLane, part.hasSuffix(".base") { return 0...0.5 }
        return 0...1
    }

    /// Values of one rank and lane that would cover each other share the lane evenly.
    private mutating func separate() {
        for rank in 0..<rankCount {
            for lane in [Lane.side, .text] {
                let here = places.indices.filter { places[$0].rank == rank && places[$0].lane == lane }
                let overlap = here.contains { a in
                    here.contains {
                        $0 > a && places[$0].span.lowerBound < places[a].span.upperBound - 1e-9
                            && places[a].span.lowerBound < places[$0].span.upperBound - 1e-9
                    }
                }
                guard overlap else { continue }
                for (order, position) in here.enumerated() {
                    places[position].span = Double(order) / Double(here.count)...Double(order + 1) / Double(here.count)
                }
            }
        }
    }
}
