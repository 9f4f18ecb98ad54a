public import ArgumentParser
public import Experiments
public import Tuning

// Choices by name that the command line takes as they are called elsewhere.

extension DataReading.TooLong: ExpressibleByArgument {}
extension MethodSpecification.Kind: ExpressibleByArgument {}
extension MethodSettings.Encoder: ExpressibleByArgument {}
extension MethodSettings.Start.Kind: ExpressibleByArgument {}
extension LearningRateSchedule.Shape: ExpressibleByArgument {}
