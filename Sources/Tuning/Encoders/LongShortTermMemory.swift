internal import Autodiff
internal import LinearAlgebra
internal import Transformer

/// A bidirectional long short-term memory over the rows of a prompt, as torch's `LSTM` (Hochreiter and Schmidhuber 1997; gates in
/// the order input, forget, cell, output; both biases present).
///
///     i, f, o = σ(Wx + b + Uh + c),  g = tanh(Wx + b + Uh + c),  c ← f·c + i·g,  h ← o·tanh(c)
struct LongShortTermMemory: Sendable, Hashable {
    let name: String
    let input: Int
    /// The width of one direction's state, e; a layer's result is 2e wide.
    let hidden: Int
    let layers: Int

    /// One direction of one layer.
    private struct Direction {
        let input: Int
        let hidden: Int
        /// `l0`, `l0_reverse`, …
        let suffix: String
        let isReverse: Bool
    }

    private func directions(ofLayer layer: Int) -> [Direction] {
        [false, true].map { reverse in
            Direction(
                input: layer == 0 ? input : 2 * hidden, hidden: hidden, suffix: "l\(layer)\(reverse ? "_reverse" : "")",
                isReverse: reverse)
        }
    }

    var parameters: [ParameterShape] {
        (0..<layers).flatMap(directions).flatMap { direction in
            [
                ParameterShape("\(name).weight_ih_\(direction.suffix)", 4 * hidden, direction.input),
                ParameterShape("\(name).weight_hh_\(direction.suffix)", 4 * hidden, hidden),
                ParameterShape("\(name).bias_ih_\(direction.suffix)", 1, 4 * hidden),
                ParameterShape("\(name).bias_hh_\(direction.suffix)", 1, 4 * hidden),
            ]
        }
    }

    /// All parameters ~ U(±1/√e), torch's default.
    func initialise(_ store: ParameterStore, seed: UInt64) {
        for shape in parameters { store.fillUniformly(shape.name, bound: 1 / Float(hidden).squareRoot(), seed: seed) }
    }

    /// - Parameters:
    ///   - x: `[P, input]`.
    ///   - result: The name of the result, `[P, 2e]`.
    func apply(to x: Value, named result: String, in graph: inout Graph) -> Value {
        var rows = x
        for layer in 0..<layers {
            let both = directions(ofLayer: layer).map {
                run($0, over: rows, named: "\(result).l\(layer).\($0.isReverse ? "backward" : "forward")", in: &graph)
            }
            rows = graph.add(SideBySide(), both, named: layer == layers - 1 ? result : "\(result).l\(layer)")
        }
        return rows
    }

    private func run(_ direction: Direction, over x: Value, named name: String, in graph: inout Graph) -> Value {
        func own(_ parameter: String, _ graph: Graph) -> Value { graph.known("\(self.name).\(parameter)_\(direction.suffix)") }
        let count = graph[x].shape.fixedRows ?? 0
        // What the rows give to the gates does not depend on the state, so it is one product for all of them.
        let given = graph.add(
            Linear.transposed, [x, own("weight_ih", graph), own("bias_ih", graph)], named: "\(name).given")
        var (state, cell): (Value?, Value?) = (nil, nil)
        var states: [Int: Value] = [:]
        for row in direction.isReverse ? Array((0..<count).reversed()) : Array(0..<count) {
            let step = "\(name).row.\(row)"
            let fromRow = graph.add(RowSlice(row..<(row + 1)), [given], named: "\(step).given")
            // Before the first row the state is 0: its product vanishes and only the bias is left.
            let fromState =
                state.map {
                    graph.add(
                        Linear.transposed, [$0, own("weight_hh", graph), own("bias_hh", graph)], named: "\(step).remembered")
                } ?? own("bias_hh", graph)
            let sum = graph.add(Sum(), [fromRow, fromState], named: "\(step).gates")
            let gates = zip(["input", "forget", "candidate", "output"], [Activation.sigmoid, .sigmoid, .tanh, .sigmoid])
                .enumerated().map { index, gate in
                    let columns = Columns(index * hidden..<(index + 1) * hidden, inner: [hidden])
                    let raw = graph.add(columns, [sum], named: "\(step).\(gate.0).raw")
                    return graph.add(Activated(gate.1), [raw], named: "\(step).\(gate.0)")
                }
            var next = graph.add(ElementProduct(), [gates[0], gates[2]], named: cell == nil ? "\(step).cell" : "\(step).taken")
            if let cell {
                let kept = graph.add(ElementProduct(), [gates[1], cell], named: "\(step).kept")
                next = graph.add(Sum(), [kept, next], named: "\(step).cell")
            }
            let bent = graph.add(Activated(.tanh), [next], named: "\(step).cell.tanh")
            let output = graph.add(ElementProduct(), [gates[3], bent], named: "\(step).state")
            (state, cell) = (output, next)
            states[row] = output
        }
        return graph.add(StackedRows(), (0..<count).compactMap { states[$0] }, named: name)
    }
}
