internal import Foundation

/// How fast a rotary position embedding turns each pair of a head's numbers (Su et al. 2021, §3.2.2), and how it is stretched over
/// longer texts.
public struct RotaryFrequencies: Sendable, Hashable {
    /// Pair i of a head of width w turns by base^(−2i / w) radians a position.
    public var base: Double
    public var scaling: Scaling

    public enum Scaling: Sendable, Hashable {
        case none
        /// Every frequency divided by the factor (Chen et al. 2023).
        case linear(factor: Double)
        /// Low frequencies divided by the factor, high ones kept, those between interpolated (Llama 3.1): low and high by how many
        /// whole turns a pair makes over the original context.
        case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int)
    }

    public init(base: Double = 10_000, scaling: Scaling = .none) {
        self.base = base
        self.scaling = scaling
    }

    /// The frequency of each of the `headWidth / 2` pairs, in radians a position.
    public func values(headWidth: Int) -> [Float] {
        (0..<(headWidth / 2)).map { pair in Float(scaled(pow(base, -Double(2 * pair) / Double(headWidth)))) }
    }

    private func scaled(_ frequency: Double) -> Double {
        switch scaling {
        case .none:
            return frequency
        case .linear(let factor):
            return frequency / factor
        case .llama3(let factor, let low, let high, let originalContext):
            let turns = Double(originalContext) * frequency / (2 * Double.pi)
            let kept = min(max((turns - low) / (high - low), 0), 1)
            return (1 - kept) * frequency / factor + kept * frequency
        }
    }
}
