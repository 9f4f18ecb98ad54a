internal import Foundation

/// How the learning rate goes over the steps, as the schedules of Hugging Face Transformers (`get_scheduler`).
public struct LearningRateSchedule: Sendable, Hashable {
    public enum Shape: String, Sendable, Hashable, CaseIterable {
        case constant
        /// Falls in a straight line to 0 at the end.
        case linear
        /// Falls along half a cosine to 0 at the end.
        case cosine
    }

    public var shape: Shape
    /// The highest learning rate.
    public var peak: Double
    /// Steps over which it rises from 0 in a straight line.
    public var warmup: Int

    public init(_ shape: Shape = .constant, peak: Double, warmup: Int = 0) {
        self.shape = shape
        self.peak = peak
        self.warmup = warmup
    }

    /// The learning rate of a step.
    ///
    /// - Parameter step: Counts from 0.
    public func rate(atStep step: Int, of total: Int) -> Double {
        if step < warmup { return peak * Double(step) / Double(max(1, warmup)) }
        let progress = Double(step - warmup) / Double(max(1, total - warmup))
        switch shape {
        case .constant: return peak
        case .linear: return peak * max(0, 1 - progress)
        case .cosine: return peak * max(0, 0.5 * (1 + cos(.pi * progress)))
        }
    }
}
