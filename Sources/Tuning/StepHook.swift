public import Autodiff
public import LinearAlgebra

/// What a method does to its parameters after every step, beyond the optimizer's update: AdaLoRA's cuts of the rank.
///
/// All it remembers lies in the parameter store, so that a run can stop and go on.
public protocol StepHook: Sendable {
    /// Its memory, zero at the start of a run, under names that begin with `optimizer/`.
    var state: [ParameterShape] { get }
    /// Called when a step's update is done.
    ///
    /// - Parameters:
    ///   - step: Counts from 1.
    ///   - parameters: The model's, the method's, the optimizer's and the hook's own; updated.
    ///   - gradient: The gradient that a parameter was updated with, by the parameter's name.
    func finish(step: Int, parameters: ParameterStore, gradient: (String) -> Matrix?)
}
