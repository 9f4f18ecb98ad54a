public import Recordings

/// Something that holds of every sound recording of a run. One file holds one check; ``RunChecks`` lists them.
public protocol RunCheck: Sendable {
    /// What `foreword verify` calls it.
    var id: String { get }
    /// What holds.
    var claim: BilingualText { get }
    /// Looks at the run as a whole.
    func examine(_ run: ReplayedRun, into finding: inout Finding) throws
    /// Looks at the values of one step.
    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws
}

extension RunCheck {
    public func examine(_ run: ReplayedRun, into finding: inout Finding) throws {}
    public func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {}
}

/// All checks, in the order in which they are reported.
public enum RunChecks {
    public static let all: [any RunCheck] = [
        FileHashesCheck(), BaseModelCheck(), FrozenWeightsCheck(), FrozenGradientsCheck(), StartCheck(), JournalAgainCheck(),
        FramesAgainCheck(), UpdatesCheck(), AttentionRowsCheck(), PrefixShareCheck(), SoftmaxGradientCheck(),
        NormGradientCheck(), LandscapeCheck(), QuantisationCheck(),
    ]
}

/// What came out of a check.
public struct CheckResult: Codable, Sendable, Hashable {
    public enum Outcome: String, Codable, Sendable {
        case holds, fails
        /// There is nothing of the kind in the run.
        case absent
        /// It could not be looked at.
        case unknown
    }

    public let id: String
    public let claim: BilingualText
    public let outcome: Outcome
    /// How many things were compared.
    public let compared: Int
    /// The largest deviation by what rounding allows; `nil` where bits or texts are compared.
    public let worst: Finding.Deviation?
    /// Why it fails, or could not be looked at.
    public let reason: String?

    init(_ check: any RunCheck, _ finding: Finding) {
        id = check.id
        claim = check.claim
        compared = finding.compared
        // JSON has no infinity.
        worst = finding.worst.flatMap { $0.deviation.isFinite && $0.bound.isFinite ? $0 : nil }
        reason = finding.failure ?? finding.obstacle
        outcome =
            finding.failure != nil ? .fails : finding.obstacle != nil ? .unknown : finding.compared > 0 ? .holds : .absent
    }
}
