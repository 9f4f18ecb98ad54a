internal import Autodiff
internal import LinearAlgebra
internal import RandomStreams
internal import Transformer

/// A linear layer of a prompt encoder, as torch's `Linear`: y = x·Wᵀ + b, W stored `[out, in]`.
struct DenseLayer: Sendable, Hashable {
    /// What its parameters' names begin with.
    let name: String
    let input: Int
    let output: Int

    var parameters: [ParameterShape] {
        [ParameterShape("\(name).weight", output, input), ParameterShape("\(name).bias", 1, output)]
    }

    /// W and b ~ U(±1/√in), torch's default.
    func initialise(_ store: ParameterStore, seed: UInt64) {
        for shape in parameters { store.fillUniformly(shape.name, bound: 1 / Float(input).squareRoot(), seed: seed) }
    }

    func apply(to x: Value, named result: String, in graph: inout Graph) -> Value {
        graph.add(Linear.transposed, [x] + parameters.map { graph.known($0.name) }, named: result)
    }
}

extension ParameterStore {
    /// Fills a parameter from U(−bound, bound), from a stream of its own name.
    func fillUniformly(_ name: String, bound: Float, seed: UInt64) {
        var stream = RandomStream(seed: seed, path: name)
        fill(name) { bound * (2 * stream.uniform() - 1) }
    }

    /// Fills a parameter from N(0, deviation²), from a stream of its own name.
    func fillNormally(_ name: String, deviation: Float, seed: UInt64) {
        var stream = RandomStream(seed: seed, path: name)
        fill(name) { deviation * stream.normal() }
    }

    private func fill(_ name: String, _ next: () -> Float) {
        guard let matrix = self[name] else { return }
        matrix.write((0..<matrix.rows * matrix.columns).map { _ in next() })
    }
}
