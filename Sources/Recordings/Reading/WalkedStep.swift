/// One training step of a run, as it is walked through value by value: what a frame keeps, or all of it from someone who can make the
/// step again. It lets figures show what they cannot compute.
public protocol WalkedStep {
    var recording: Recording { get }
    var run: RecordedRun { get }
    var graph: GraphDescription { get }
    /// After how many updates.
    var step: Int { get }
    var batch: RecordedBatch { get }

    /// The numbers of a value; `nil` if the step does not have it or they are not at hand.
    func value(_ name: ValueName) throws -> RecordedValue?

    /// How one number of a value came about; `nil` if there is nothing to say or nobody who can.
    ///
    /// - Parameter index: A row, then an index for each inner axis.
    func working(of name: ValueName, at index: [Int]) throws -> Working?
}

/// How one number came about: its operation's formula with the numbers of the step put in.
public struct Working: Sendable, Hashable {
    /// A number that stands in the arithmetic.
    public struct Operand: Sendable, Hashable {
        /// Its address as text.
        public let address: String
        public let number: Double

        public init(address: String, number: Double) {
            self.address = address
            self.number = number
        }
    }

    /// The formula with numbers in place of its symbols; long sums are shortened.
    public let arithmetic: BilingualText
    /// What the arithmetic gives in double precision.
    public let result: Double
    /// Whether the recorded number is that, but for rounding.
    public let agrees: Bool
    /// The numbers that are shown in the arithmetic.
    public let operands: [Operand]
    /// How many other numbers the formula has.
    public let otherOperands: Int

    public init(arithmetic: BilingualText, result: Double, agrees: Bool, operands: [Operand], otherOperands: Int) {
        self.arithmetic = arithmetic
        self.result = result
        self.agrees = agrees
        self.operands = operands
        self.otherOperands = otherOperands
    }
}

/// A step of which a recording keeps a frame: the values of the frame and of the journal, without their workings.
public struct KeptStep: WalkedStep {
    public let recording: Recording
    public let run: RecordedRun
    public let graph: GraphDescription
    public let frame: RecordedFrame

    public init(_ frame: RecordedFrame, of run: RecordedRun, in recording: Recording) throws(RecordingError) {
        self.recording = recording
        self.run = run
        self.frame = frame
        graph = try run.graph()
    }

    public var step: Int { frame.step }
    public var batch: RecordedBatch { frame.batch }

    public func value(_ name: ValueName) throws -> RecordedValue? {
        if frame.has(name) { return try frame.value(name) }
        let journal = run.journal
        guard step < journal.stepCount else { return nil }
        if let value = try journal.parameter(name, atStep: step) { return value }
        guard let subject = name.subject, journal.parameters.contains(where: { $0.name == subject }) else { return nil }
        switch name {
        case subject.gradient: return try journal.gradient(of: subject, atStep: step)
        case subject.firstMoment: return try journal.firstMoment(of: subject, atStep: step)
        case subject.secondMoment: return try journal.secondMoment(of: subject, atStep: step)
        default: return nil
        }
    }

    public func working(of name: ValueName, at index: [Int]) throws -> Working? { nil }
}
