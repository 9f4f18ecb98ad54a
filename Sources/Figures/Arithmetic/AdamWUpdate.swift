internal import Recordings

/// What one step of AdamW adds to each number of a parameter, computed again from what the journal has of the step.
///
/// Source: Loshchilov and Hutter 2019, algorithm 2, with the moments' corrections for their start at zero.
struct AdamWUpdate {
    private let decay: Double
    private let rate: Double
    private let root: Double
    private let epsilon: Double

    /// - Parameter step: Counted from 0: the step that makes state `step + 1` of state `step`.
    init(_ optimizer: OptimizerDescription, step: Int, learningRate: Float) {
        let lr = Double(learningRate)
        func correction(_ beta: Double) -> Double {
            var power = 1.0
            for _ in 0...step { power *= beta }
            return 1 - power
        }
        decay = lr * optimizer.weightDecay
        rate = lr / correction(optimizer.betas.first ?? 0)
        root = correction(optimizer.betas.last ?? 0).squareRoot()
        epsilon = optimizer.epsilon
    }

    /// - Parameters:
    ///   - x: The number before the step.
    ///   - m: Its first moment, after the step.
    ///   - v: Its second moment, after the step.
    func change(of x: Float, m: Float, v: Float) -> Double {
        -decay * Double(x) - rate * Double(m) / (Double(v).squareRoot() / root + epsilon)
    }
}
