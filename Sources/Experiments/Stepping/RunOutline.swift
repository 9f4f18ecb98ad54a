public import Recordings

/// A run as it is walked: its steps, and what each consists of.
public struct RunOutline: Sendable {
    public let run: String
    /// The steps one can stand at. The state behind the last update is among them if a frame of it was kept.
    public let steps: ClosedRange<Int>
    /// How many updates were made.
    public let updates: Int
    private let whole: StepOutline
    /// Of the state behind the last update, which has no backward pass and no update.
    private let last: StepOutline

    /// - Parameters:
    ///   - updates: How many updates were made.
    ///   - graph: In an order in which it can be computed.
    ///   - lastNames: The values of the state behind the last update; none if one cannot stand there.
    /// - Returns: `nil` if there is no step to stand at.
    public init?(run: String, updates: Int, graph: GraphDescription, lastNames: Set<ValueName> = []) {
        let last = lastNames.isEmpty ? updates - 1 : updates
        guard last >= 0 else { return nil }
        self.run = run
        self.updates = updates
        steps = 0...last
        whole = StepOutline(graph.nodes)
        self.last = StepOutline(graph.nodes.filter { lastNames.contains($0.name) })
    }

    /// - Throws: ``SteppingError/nothingToStep(run:)``, or what reading the last frame throws.
    public init(_ replayed: ReplayedRun) throws {
        let updates = replayed.run.journal.stepCount
        var names: Set<ValueName> = []
        if replayed.run.description.frames.contains(where: { $0.step == updates }) {
            names = Set(try replayed.values(atStep: updates).names)
        }
        guard
            let outline = RunOutline(
                run: replayed.run.id, updates: updates, graph: replayed.graphDescription, lastNames: names)
        else { throw SteppingError.nothingToStep(run: replayed.run.id) }
        self = outline
    }

    /// What a step consists of.
    public func outline(atStep step: Int) -> StepOutline { step < updates ? whole : last }

    /// All values of the graph, whichever steps have them.
    public var nodes: [NodeDescription] { whole.nodes }

    public func node(_ name: ValueName) -> NodeDescription? { whole.node(name) }

    /// Names near one that is unknown.
    func near(_ name: String) -> [String] { NearNames.of(name, among: nodes.lazy.map(\.name.rawValue)) }
}
