internal import LinearAlgebra
internal import Recordings
internal import Tuning

/// A weight in 4 bits is what its codes and maxima say, and these are the base model's.
struct QuantisationCheck: RunCheck {
    let id = "quantisation"
    let claim = BilingualText(
        english: "each weight in 4 bits is its code's level times its block's maximum, and codes and maxima are the base model's",
        chinese: "每个 4 位权重等于其编码的级别乘以所在块的最大值，编码和最大值与基座模型一致")

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        guard let probe = try run.run.probe(ProbeDescription.quantisation) else { return }
        let levels = try probe.value(QuantisationValue.levels).numbers
        let (codes, maxima) = (
            try probe.value(QuantisationValue.codes).numbers, try probe.value(QuantisationValue.maxima).numbers
        )
        let dequantised = try probe.value(QuantisationValue.dequantised).numbers
        func address(_ name: ValueName) -> Address { Address(run: run.run.id, step: probe.description.step, name) }
        guard codes.count == dequantised.count, codes.allSatisfy({ levels.indices.contains(Int($0)) }),
            maxima.count == (codes.count + QuantisationValue.blockSize - 1) / QuantisationValue.blockSize
        else { return finding.fail("the parts of the quantised weight of run \(run.run.id) do not fit together") }
        finding.compareBits(
            dequantised, codes.indices.map { levels[Int(codes[$0])] * maxima[$0 / QuantisationValue.blockSize] },
            "level times maximum gives", at: address(QuantisationValue.dequantised))
        guard let base = run.base, let sample = base.quantisedSample, let matrix = base.quantised?.weights[sample.weight] else {
            return finding.skip(run.obstacle.map { "\($0)" } ?? "the base model is not held in 4 bits.")
        }
        finding.require(
            probe.description.subject?.rawValue == sample.weight, "it is recorded of another weight than \(sample.weight)")
        finding.compareBits(
            try probe.value(QuantisationValue.weights).numbers, sample.numbers, "the base model has",
            at: address(QuantisationValue.weights))
        finding.compareBits(
            codes, matrix.unpackedCodes.prefix(codes.count).map { Float($0) }, "the base model has",
            at: address(QuantisationValue.codes))
        finding.compareBits(
            maxima, Array(matrix.blockMaxima.prefix(maxima.count)), "the base model has", at: address(QuantisationValue.maxima))
    }
}
