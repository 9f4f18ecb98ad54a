/// A value of a graph.
public struct Value: Hashable, Sendable {
    let index: Int
}

/// The part of a training step a value belongs to.
public enum Phase: String, Sendable, Hashable, CaseIterable {
    case forward
    case backward
    case optimizer
}

/// Whole numbers that come with a batch and say which rows an operation looks up.
public enum IndexList: String, Sendable, Hashable {
    /// The token id of each text row.
    case tokens
    /// The position of each text row, virtual tokens counted.
    case positions
    /// Of each counted row: the text row it is.
    case countedRows = "counted-rows"
    /// Of each counted row: the id of the token that should follow.
    case targets

    /// What there is one number for.
    public var rows: Rows {
        switch self {
        case .tokens, .positions: .tokens
        case .countedRows, .targets: .counted
        }
    }
}

/// A computation as plain data: named values, each a parameter or the result of an operation on earlier values.
///
/// Forward pass, backward pass and optimizer are parts of one graph, so that they are planned, run, recorded and explained in
/// the same way. A name occurs once.
public struct Graph: Sendable {
    /// Where a value comes from.
    public enum Source: Sendable {
        /// Kept between steps: weights, soft prompts, the optimizer's moments, a learning rate.
        case parameter
        case operation(any Operation, operands: [Value])
    }

    public struct Node: Sendable {
        public let name: String
        public let shape: Shape
        public let source: Source
        public let phase: Phase
    }

    public private(set) var nodes: [Node] = []
    /// Values that replace a parameter when the step is done.
    public private(set) var assignments: [(parameter: Value, value: Value)] = []
    /// The phase that values added from now on belong to.
    public var phase = Phase.forward
    private var byName: [String: Value] = [:]
    private var namePrefix = ""

    public init() {}

    public subscript(value: Value) -> Node { nodes[value.index] }

    /// All values, in an order in which they can be computed.
    public var values: [Value] { nodes.indices.map(Value.init(index:)) }

    public func value(named name: String) -> Value? { byName[namePrefix + name] ?? byName[name] }

    /// Lets `body` add values whose names begin with a prefix, and find them without it: several of a kind, such as adapters, fit into
    /// one graph. What is not found under the prefix is looked for without.
    public mutating func under<Result>(_ prefix: String, _ body: (inout Graph) -> Result) -> Result {
        let outer = namePrefix
        namePrefix = outer + prefix
        defer { namePrefix = outer }
        return body(&self)
    }

    /// Adds a parameter of fixed shape.
    public mutating func parameter(_ name: String, _ shape: Shape) -> Value {
        precondition(!shape.rows.vary, "the shape of parameter \(name) is fixed")
        return append(Node(name: namePrefix + name, shape: shape, source: .parameter, phase: phase))
    }

    /// Adds the result of an operation.
    public mutating func add(_ operation: some Operation, _ operands: [Value], named name: String) -> Value {
        let shape = operation.shape(of: operands.map { self[$0].shape })
        return append(
            Node(name: namePrefix + name, shape: shape, source: .operation(operation, operands: operands), phase: phase))
    }

    /// Makes a parameter take over a value's numbers when the step is done.
    public mutating func assign(_ value: Value, to parameter: Value) {
        precondition(self[value].shape == self[parameter].shape, "\(self[value].name) does not fit \(self[parameter].name)")
        assignments.append((parameter, value))
    }

    private mutating func append(_ node: Node) -> Value {
        let value = Value(index: nodes.count)
        precondition(byName.updateValue(value, forKey: node.name) == nil, "two values are named \(node.name)")
        nodes.append(node)
        return value
    }
}
