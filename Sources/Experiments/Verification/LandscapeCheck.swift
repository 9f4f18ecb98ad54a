internal import Autodiff
internal import LinearAlgebra
internal import Recordings
internal import Tuning

/// The loss around the end of a path, measured again at some of its points.
struct LandscapeCheck: RunCheck {
    let id = "landscape"
    let claim = BilingualText(
        english:
            "the loss around where training ended, measured again at its corners, its middle and its centre, is the same bit for bit",
        chinese: "在训练终点周围的网格四角、中间和中心重新测得的损失逐位相同")

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        guard let probe = try run.run.probe(ProbeDescription.landscape), let batch = try probe.batch() else { return }
        let (end, losses) = (probe.description.step, try probe.value(LandscapeValue.losses))
        let (first, second) = (try probe.value(LandscapeValue.first).numbers, try probe.value(LandscapeValue.second).numbers)
        let centre = try probe.value(LandscapeValue.centre).numbers
        let directions = try probe.value(LandscapeValue.directions)
        func address(_ name: ValueName, _ element: Int?...) -> Address {
            Address(run: run.run.id, step: end, name, element: element)
        }
        guard !first.isEmpty, !second.isEmpty, directions.rowCount == 2, directions.columns == centre.count,
            losses.rowCount == second.count, losses.columns == first.count
        else { return finding.fail("the parts of the landscape of run \(run.run.id) do not fit together") }
        if let last = try run.run.journal.parameter(.softPrompt, atStep: end) {
            finding.compareBits(centre, last.numbers, "the journal has", at: address(LandscapeValue.centre))
        }
        if let reason = run.otherArithmetic { return finding.skip(reason) }
        guard let replay = run.replay else { throw run.obstacle ?? ReplayError.noUpdate(step: end, run: run.run.id) }
        let (columns, rows) = (first.count - 1, second.count - 1)
        let zero = (second.firstIndex(of: 0) ?? rows / 2, first.firstIndex(of: 0) ?? columns / 2)
        let points = [(0, 0), (0, columns), (rows, 0), (rows, columns), (rows / 2, columns / 2), zero]
        let axes = (0..<2).map { Array(directions.row($0)) }
        let made = try replay.losses(
            over: batch,
            withSoftPrompts: points.map { row, column in
                LandscapePlane.point(centre: centre, directions: axes, x: first[column], y: second[row])
            })
        for (place, loss) in zip(points, made) {
            finding.compareBits(
                [losses[place.0, place.1]], [loss], "measuring it again gives",
                at: address(LandscapeValue.losses, place.0, place.1))
        }
    }
}

extension RunReplay {
    /// The mean loss over the sequences of a batch behind the last update, with other soft prompts in the place of the run's.
    ///
    /// Sequences are evaluated in the chunks of an evaluation, which fixes the bits.
    func losses(over batch: RecordedBatch, withSoftPrompts prompts: [[Float]]) throws -> [Float] {
        let parameters = try parameters(atStep: run.journal.stepCount)
        guard let prompt = parameters[ValueName.softPrompt.rawValue] else {
            throw TuningError.missingParameter(ValueName.softPrompt.rawValue)
        }
        let own = prompt.values
        defer { prompt.write(own) }
        let limits = setup.limits
        let evaluator = try Evaluator(
            model: setup.base.model, method: setup.method, parameters: parameters,
            limits: BatchLimits(
                evaluating: limits.length - setup.method.placedTokens, counted: limits.counted ?? limits.length,
                by: setup.base.model), pool: pool)
        let examples = (0..<batch.sequenceCount).map { index in
            let rows = batch.sequence(index)
            let counted = Set(batch.countedRows[batch.counted(ofSequence: index)])
            return Tuning.Example(
                tokens: Array(batch.tokens[rows]), isTarget: rows.map { $0 > rows.lowerBound && counted.contains(Int32($0 - 1)) })
        }
        return try prompts.map { numbers in
            guard numbers.count == own.count else {
                throw TuningError.wrongCount(ValueName.softPrompt.rawValue, found: numbers.count, expected: own.count)
            }
            prompt.write(numbers)
            return try evaluator.score(examples).loss
        }
    }
}
