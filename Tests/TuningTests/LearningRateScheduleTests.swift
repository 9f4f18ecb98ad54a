import Testing

@testable import Tuning

@Suite struct LearningRateScheduleTests {
    /// `get_scheduler(name, optimizer with lr 2, 4 warm-up steps, 10 steps).get_last_lr()` of transformers, step by step.
    static let expected: [(LearningRateSchedule.Shape, [Double])] = [
        (.constant, [0, 0.5, 1, 1.5, 2, 2, 2, 2, 2, 2]),
        (.linear, [0, 0.5, 1, 1.5, 2, 5 / 3.0, 4 / 3.0, 1, 2 / 3.0, 1 / 3.0]),
        (.cosine, [0, 0.5, 1, 1.5, 2, 1.8660254037844388, 1.5, 1, 0.5, 0.1339745962155613]),
    ]

    @Test("Rates equal those of transformers", arguments: expected)
    func rates(shape: LearningRateSchedule.Shape, rates: [Double]) {
        let schedule = LearningRateSchedule(shape, peak: 2, warmup: 4)
        for (step, rate) in rates.enumerated() { #expect(abs(schedule.rate(atStep: step, of: 10) - rate) < 1e-12) }
    }

    @Test("Without warm-up the first step has the peak rate", arguments: LearningRateSchedule.Shape.allCases)
    func noWarmup(shape: LearningRateSchedule.Shape) {
        #expect(LearningRateSchedule(shape, peak: 0.3).rate(atStep: 0, of: 5) == 0.3)
    }
}
