internal import RandomStreams

/// The endless stream of rows that a model of the world is pretrained on.
///
/// A row is a function of seed, step and place alone, so that any of them can be made at any time, in any order, by any thread.
public struct PretrainingRows: Sendable {
    /// In which proportions rows are made.
    public struct Mixture: Sendable, Hashable {
        /// Rows of each form, as weights.
        public var forms: [PretrainingRow.Form: Int] = [.cued: 2, .bare: 2, .mixed: 1]
        /// Rows of each domain, as weights. Within a domain a skill is met in proportion to its number of items, so that a bare
        /// prompt says nothing of which skill it belongs to.
        public var domains: [Domain: Int] = [.word: 2, .line: 1, .review: 1]

        public init() {}
    }

    /// The most tokens of a row.
    public static let length = 64

    private let seed: UInt64
    private let forms: [PretrainingRow.Form]
    private let domains: [[EncodedSkill]]
    private let end: Int32
    private let cueMark: Int32

    private struct EncodedSkill {
        var id: String
        var cues: [Int32]
        /// `hot = cold ;`
        var examples: [[Int32]]
    }

    init(_ skills: [Skill], vocabulary: Vocabulary, mixture: Mixture, seed: UInt64) throws(WorldError) {
        self.seed = seed
        forms = PretrainingRow.Form.allCases.flatMap { Array(repeating: $0, count: mixture.forms[$0, default: 0]) }
        var domains: [[EncodedSkill]] = []
        for domain in Domain.allCases {
            var encoded: [EncodedSkill] = []
            for skill in skills where skill.domain == domain {
                var examples: [[Int32]] = []
                for item in skill.items {
                    examples.append(try vocabulary.ids(of: item.prompt + [Marks.answer] + item.answer + [Marks.stop]))
                }
                encoded.append(
                    EncodedSkill(
                        id: skill.id, cues: try vocabulary.ids(of: Language.allCases.map { skill.cue[$0] }), examples: examples))
            }
            domains += Array(repeating: encoded, count: mixture.domains[domain, default: 0])
        }
        self.domains = domains
        end = try vocabulary.ids(of: [Marks.end])[0]
        cueMark = try vocabulary.ids(of: [Marks.cue])[0]
    }

    /// A row of a step.
    public func row(_ row: Int, ofStep step: Int) -> PretrainingRow {
        var stream = RandomStream(seed: seed, path: "pretraining/\(step)/\(row)")
        let form = stream.element(of: forms) ?? .cued
        var (tokens, skills): ([Int32], [String]) = ([], [])
        var used: Set<[Int32]> = []
        var skill = self.skill(by: &stream)
        if form == .cued { tokens += cue(of: skill, by: &stream) }
        while used.count < skill.examples.count {
            var example: [Int32] = []
            repeat { example = stream.element(of: skill.examples) ?? [] } while !used.insert(example).inserted
            if form == .mixed { example = cue(of: skill, by: &stream) + example }
            guard tokens.count + example.count < Self.length else { break }
            tokens += example
            skills.append(skill.id)
            if form == .mixed {
                skill = self.skill(by: &stream)
                used = []
            }
        }
        tokens.append(end)
        return PretrainingRow(
            form: form, skills: skills, tokens: tokens, isCounted: tokens.indices.map { $0 < tokens.count - 1 })
    }

    private func cue(of skill: EncodedSkill, by stream: inout RandomStream) -> [Int32] {
        [stream.element(of: skill.cues) ?? cueMark, cueMark]
    }

    private func skill(by stream: inout RandomStream) -> EncodedSkill {
        let skills = stream.element(of: domains) ?? []
        var place = stream.integer(below: skills.reduce(0) { $0 + $1.examples.count })
        for skill in skills {
            if place < skill.examples.count { return skill }
            place -= skill.examples.count
        }
        preconditionFailure("a place below the sum of the counts lies in one of them")
    }
}
