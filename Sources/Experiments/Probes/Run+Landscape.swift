internal import Autodiff
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

extension Run {
    /// Measures the loss in the plane of a soft prompt's path, and leaves the soft prompt as it was.
    ///
    /// - Parameter path: The soft prompt at every step.
    /// - Throws: ``ProbeError`` if the path spans no plane.
    func writeLandscape(_ wanted: LandscapeSpecification, after step: Int, path: [[Float]], into run: RunWriter) throws {
        let name = ValueName.softPrompt
        guard let prompt = parameters[name.rawValue] else { throw TuningError.missingParameter(name.rawValue) }
        let examples = task.evaluated(wanted.split)
        guard !examples.isEmpty else { throw TuningError.noExamples("measure the loss around the end on") }
        guard let plane = LandscapePlane(through: path) else {
            throw ProbeError.noLandscape(run: specification.id, reason: "its path spans no plane")
        }
        defer { prompt.write(plane.centre) }
        let (first, second) = plane.coordinates(points: wanted.points)
        var losses: [Float] = []
        for y in second {
            for x in first {
                prompt.write(LandscapePlane.point(centre: plane.centre, directions: plane.directions, x: x, y: y))
                losses.append(try evaluator.score(examples).loss)
            }
        }
        var batch = Batch()
        for example in examples { batch.append(example, virtualTokens: method.virtualTokens) }
        let shape = [prompt.rows, prompt.columns]
        let values: [(ValueName, [Int], [Float])] = [
            (LandscapeValue.centre, shape, plane.centre),
            (LandscapeValue.directions, [2] + shape, plane.directions.flatMap { $0 }),
            (LandscapeValue.first, [first.count, 1], first), (LandscapeValue.second, [second.count, 1], second),
            (LandscapeValue.losses, [second.count, first.count], losses),
            (LandscapeValue.path, [plane.path.count, 2], plane.path.flatMap { [$0.x, $0.y] }),
            (LandscapeValue.shares, [2, 1], plane.shares),
        ]
        try run.writeProbe(
            ProbeDescription(
                id: ProbeDescription.landscape, step: step, subject: name, split: wanted.split.rawValue,
                values: values.map { ProbeValueDescription(name: $0.0, shape: $0.1) }),
            batch: RecordedBatch(batch), numbers: values.map(\.2))
    }
}

extension RunSpecification {
    /// Says before training whether the loss around its end can be measured.
    ///
    /// - Throws: ``ProbeError`` if the run trains no soft prompt in front of the text, or too little of it is asked for.
    func checkLandscape(of method: any TuningMethod, on model: any LanguageModel) throws(ProbeError) {
        guard let landscape else { return }
        let name = ValueName.softPrompt.rawValue
        if !method.trainedParameters(for: model).contains(name) || method.placedTokens > 0 || method.answersWithClass {
            throw .noLandscape(run: id, reason: "it trains no soft prompt in front of the text")
        }
        if training.steps < 2 { throw .noLandscape(run: id, reason: "a path of \(training.steps) updates spans no plane") }
        let points = LandscapeSpecification.possiblePoints
        if !points.contains(landscape.points) {
            throw .noLandscape(
                run: id,
                reason:
                    "\(landscape.points) points along a direction were asked for, and \(points.lowerBound) to \(points.upperBound) are possible"
            )
        }
    }
}
