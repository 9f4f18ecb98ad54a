public import Recordings

/// Reads what is shown and asked of the steps of a run. Values are loaded once and kept while there is room, so that going to a neighbour
/// and back costs nothing.
public final class StepReader {
    public let replayed: ReplayedRun
    /// How many numbers are kept at most.
    private let room: Int
    private var steps: [Int: StepValues] = [:]
    private var kept: [Place: RecordedValue] = [:]
    /// The places that are kept, those that were loaded first in front.
    private var order: [Place] = []
    private var numbers = 0

    private struct Place: Hashable {
        let step: Int
        let name: ValueName
    }

    public init(_ replayed: ReplayedRun, room: Int = 8 << 20) {
        self.replayed = replayed
        self.room = room
    }

    public func values(atStep step: Int) throws -> StepValues {
        if let known = steps[step] { return known }
        let values = try replayed.values(atStep: step)
        if steps.count >= 64 { steps.removeAll() }
        steps[step] = values
        return values
    }

    /// - Throws: What ``StepValues/value(_:)`` throws, ``ReplayError/notKept(value:step:reason:)`` above all.
    public func value(_ name: ValueName, atStep step: Int) throws -> RecordedValue {
        let place = Place(step: step, name: name)
        if let known = kept[place] { return known }
        let value = try values(atStep: step).value(name)
        keep(value, at: place)
        return value
    }

    /// A value if it was loaded before and is still at hand.
    func loaded(_ name: ValueName, atStep step: Int) -> RecordedValue? { kept[Place(step: step, name: name)] }

    private func keep(_ value: RecordedValue, at place: Place) {
        while numbers + value.numbers.count > room, let oldest = order.first {
            numbers -= kept.removeValue(forKey: oldest)?.numbers.count ?? 0
            order.removeFirst()
        }
        kept[place] = value
        order.append(place)
        numbers += value.numbers.count
    }

    /// How long the axes of a value are at a step, rows first.
    public func extents(of name: ValueName, atStep step: Int) throws -> [Int] {
        guard let shape = replayed.node(name)?.shape else { return [] }
        return [try values(atStep: step).batch.rowCount(shape.rows)] + shape.inner
    }

    // MARK: Quantities

    /// A quantity at a step; `nil` where the step does not have it, such as the gradient behind the last update.
    ///
    /// What the journal holds is read from it, all else from the frame or from the step made again.
    public func number(_ quantity: StepQuantity, atStep step: Int) throws -> Double? {
        switch quantity.source {
        case .step: return Double(step)
        case .number(let name): return try numbers(of: name, atStep: step)?.numbers.first.map(Double.init)
        case .element(let name, let index):
            guard let value = try numbers(of: name, atStep: step), index[0] < value.rowCount else { return nil }
            return Double(value.numbers[value.offset(of: index)])
        case .reduction(let reduction, let name):
            guard let value = try numbers(of: name, atStep: step), !value.numbers.isEmpty else { return nil }
            return reduction.callAsFunction(value.numbers)
        }
    }

    /// Whether a quantity is read from the journal at every step, so that all steps of it are at hand.
    public func isJournalled(_ quantity: StepQuantity) -> Bool {
        guard let name = quantity.value else { return true }
        if [.loss, .learningRate, .gradientNorm].contains(name) { return true }
        let subject = name.subject ?? name
        return replayed.run.journal.parameters.contains { $0.name == subject && name != subject.updated || $0.name == name }
    }

    /// A quantity over the run, from the first step to the last that has it.
    ///
    /// - Parameters:
    ///   - points: The most steps that are read; between two of them equally many are left out.
    ///   - steps: Which steps there are.
    /// - Returns: Empty for what the journal does not hold: each step would have to be made again.
    public func series(
        of quantity: StepQuantity, over steps: ClosedRange<Int>, points: Int
    ) throws -> [(step: Int, number: Double)] {
        guard isJournalled(quantity), points > 0 else { return [] }
        let stride = (steps.count + points - 1) / points
        var result: [(step: Int, number: Double)] = []
        for step in Swift.stride(from: steps.lowerBound, through: steps.upperBound, by: stride) {
            if let number = try number(quantity, atStep: step) { result.append((step, number)) }
        }
        return result
    }

    private func numbers(of name: ValueName, atStep step: Int) throws -> RecordedValue? {
        let journal = replayed.run.journal
        let isUpdated = step < journal.stepCount
        func scalar(_ numbers: [Float]) -> RecordedValue? {
            isUpdated ? RecordedValue(name: name, shape: RecordedShape(.fixed(1), 1), numbers: [numbers[step]]) : nil
        }
        switch name {
        case .loss where isUpdated: return scalar(journal.losses)
        case .learningRate: return scalar(journal.learningRates)
        case .gradientNorm: return scalar(journal.gradientNorms)
        default: break
        }
        if let value = try journal.parameter(name, atStep: step) { return value }
        if let subject = name.subject, journal.parameters.contains(where: { $0.name == subject }) {
            guard isUpdated else { return nil }
            switch name {
            case subject.gradient: return try journal.gradient(of: subject, atStep: step)
            case subject.firstMoment: return try journal.firstMoment(of: subject, atStep: step)
            case subject.secondMoment: return try journal.secondMoment(of: subject, atStep: step)
            default: break
            }
        }
        guard replayed.node(name) != nil else { return nil }
        do {
            return try value(name, atStep: step)
        } catch let error as RecordingError {
            // The state behind the last update lacks what only an update has.
            guard case .address = error, !isUpdated else { throw error }
            return nil
        } catch let error as ReplayError {
            guard case .noUpdate = error else { throw error }
            return nil
        }
    }
}

extension StepQuantity.Reduction {
    /// Of at least one number, in double precision.
    func callAsFunction(_ numbers: [Float]) -> Double {
        switch self {
        case .norm: numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        case .mean: numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
        case .min: numbers.reduce(Double.infinity) { Swift.min($0, Double($1)) }
        case .max: numbers.reduce(-Double.infinity) { Swift.max($0, Double($1)) }
        }
    }
}
