internal import LinearAlgebra
internal import Recordings
internal import Tuning

extension Run {
    /// Writes the first rows of a weight that is held in 4 bits: as it was, its codes and maxima, and what they stand for.
    func writeQuantisation(into run: RunWriter) throws {
        guard let sample = base.quantisedSample, let matrix = base.quantised?.weights[sample.weight] else { return }
        let (shape, count) = ([sample.rows, sample.columns], sample.numbers.count)
        let blocks = sample.maxima.count
        let values: [(ValueName, [Int], [Float])] = [
            (QuantisationValue.levels, [NormalFloat4.numbers.count, 1], NormalFloat4.numbers),
            (QuantisationValue.weights, shape, sample.numbers),
            (QuantisationValue.codes, shape, matrix.unpackedCodes.prefix(count).map { Float($0) }),
            (QuantisationValue.exactMaxima, [blocks, 1], sample.maxima),
            (QuantisationValue.maxima, [blocks, 1], Array(matrix.blockMaxima.prefix(blocks))),
            (QuantisationValue.dequantised, shape, Array(matrix.dequantised().values.prefix(count))),
        ]
        try run.writeProbe(
            ProbeDescription(
                id: ProbeDescription.quantisation, step: 0, subject: ValueName(sample.weight),
                values: values.map { ProbeValueDescription(name: $0.0, shape: $0.1) }), numbers: values.map(\.2))
    }
}
