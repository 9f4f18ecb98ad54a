/// The part of a training step a value belongs to.
public enum RecordedPhase: String, Codable, Hashable, Sendable, CaseIterable {
    case forward
    case backward
    case optimizer
}

/// The computation of a run as it was executed, forward pass, backward pass and optimizer: what was computed from what.
///
/// A frozen weight is seen by what is absent: no value is named `gradient/<weight>`.
public struct GraphDescription: Codable, Hashable, Sendable {
    /// In an order in which they can be computed.
    public var nodes: [NodeDescription]

    public init(nodes: [NodeDescription]) { self.nodes = nodes }

    public func node(_ name: ValueName) -> NodeDescription? { nodes.first { $0.name == name } }

    /// What is wrong with it: a name that occurs twice, or an operand that is not there or stands behind its use.
    var flaw: String? {
        var known: Set<ValueName> = []
        for node in nodes {
            if let missing = node.operands.first(where: { !known.contains($0) }) {
                return "\(node.name) uses \(missing), which does not stand before it"
            }
            if !known.insert(node.name).inserted { return "\(node.name) occurs twice" }
        }
        return nil
    }
}

/// One value of a graph.
public struct NodeDescription: Codable, Hashable, Sendable {
    public var name: ValueName
    public var shape: RecordedShape
    public var phase: RecordedPhase
    /// What computes it, for example `layer normalisation`; nothing computes a parameter.
    public var operation: String?
    /// Its formula, in plain Unicode.
    public var formula: String?
    public var operands: [ValueName]

    public init(
        name: ValueName, shape: RecordedShape, phase: RecordedPhase, operation: String? = nil, formula: String? = nil,
        operands: [ValueName] = []
    ) {
        self.name = name
        self.shape = shape
        self.phase = phase
        self.operation = operation
        self.formula = formula
        self.operands = operands
    }

    /// Kept between steps rather than computed: a weight, a soft prompt, an optimizer's state, a learning rate.
    public var isParameter: Bool { operation == nil }
}
