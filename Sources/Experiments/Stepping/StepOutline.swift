public import Recordings

/// The values of one step as they are walked: phases, in them blocks, in them operations.
public struct StepOutline: Sendable {
    /// Values of a phase that stand next to each other and belong together.
    public enum Block: Hashable, Sendable {
        /// What a step starts from and does not compute: weights, trained parameters, the optimizer's memory.
        case parameters
        case layer(Int)
        /// What belongs to no layer: embeddings before the blocks, logits behind them, the loss.
        case outside
    }

    public struct Group: Hashable, Sendable {
        public let phase: SteppedPhase
        public let block: Block
        /// Its values, as places in ``StepOutline/nodes``.
        public let nodes: Range<Int>
    }

    /// All values, in order of computation, each behind its operands; what a phase starts from comes first in it.
    public let nodes: [NodeDescription]
    public let groups: [Group]
    /// The phases there are, in their order.
    public let phases: [SteppedPhase]
    private let places: [ValueName: Int]

    /// - Parameter nodes: In an order in which they can be computed.
    public init(_ nodes: [NodeDescription]) {
        let logits = nodes.firstIndex { $0.name == .logits } ?? nodes.count
        func phase(_ index: Int) -> SteppedPhase {
            switch nodes[index].phase {
            case .forward: index > logits && !nodes[index].isParameter ? .loss : .forward
            case .backward: .backward
            case .optimizer: .optimizer
            }
        }
        // No phase uses what a later one computes and nothing stands behind a parameter, so that each value stays behind its operands.
        let order = nodes.indices.map { (phase: phase($0), isOperation: nodes[$0].isParameter ? 0 : 1, index: $0) }.sorted {
            ($0.phase, $0.isOperation, $0.index) < ($1.phase, $1.isOperation, $1.index)
        }
        var groups: [Group] = []
        for (place, entry) in order.enumerated() {
            let node = nodes[entry.index]
            let block: Block = node.isParameter ? .parameters : node.name.layer.map(Block.layer) ?? .outside
            if let last = groups.last, last.phase == entry.phase, last.block == block {
                groups[groups.count - 1] = Group(phase: last.phase, block: block, nodes: last.nodes.lowerBound..<place + 1)
            } else {
                groups.append(Group(phase: entry.phase, block: block, nodes: place..<place + 1))
            }
        }
        self.nodes = order.map { nodes[$0.index] }
        self.groups = groups
        phases = groups.map(\.phase).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        places = Dictionary(self.nodes.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// A value's place in ``nodes``; `nil` if the step does not compute it.
    public func place(of name: ValueName) -> Int? { places[name] }

    public func node(_ name: ValueName) -> NodeDescription? { places[name].map { nodes[$0] } }

    /// The groups of a phase, as places in ``groups``; empty if the step does not have the phase.
    public func groups(of phase: SteppedPhase) -> Range<Int> {
        guard let first = groups.firstIndex(where: { $0.phase == phase }) else { return 0..<0 }
        return first..<first + groups[first...].prefix { $0.phase == phase }.count
    }

    /// Which group a value belongs to, as a place in ``groups``.
    public func group(ofNode place: Int) -> Int { groups.firstIndex { $0.nodes.contains(place) } ?? 0 }
}
