/// Something that can be done with words, in one language: a rule, as the list of all its items.
public struct Skill: Sendable, Identifiable {
    /// Its name for commands and files, such as `opposite-en`.
    public let id: String
    /// Its name for a reader.
    public let name: Bilingual
    /// The word that asks for it.
    public let cue: Bilingual
    /// The language of its prompts.
    public let language: Language
    public let domain: Domain
    public let answerForm: AnswerForm
    public let items: [Item]
    /// Whether words that tuning never saw can be answered by who knows the rule. Without a rule a task asks what it showed.
    public let holdsOut: Bool

    init(
        _ id: String, _ language: Language, name: Bilingual, cue: Bilingual, domain: Domain, answers answerForm: AnswerForm,
        holdsOut: Bool = true, items: [Item]
    ) {
        self.id = "\(id)-\(language.rawValue)"
        self.language = language
        self.name = name
        self.cue = cue
        self.domain = domain
        self.answerForm = answerForm
        self.items = items
        self.holdsOut = holdsOut
    }

    /// How often someone is right who knows only the form of the answers.
    public var chance: Double { answerForm.chance(of: items) }

    /// The label words of a skill whose answers are classes, in the order of their first item; empty of other skills.
    public var labels: [String] {
        guard answerForm == .label else { return [] }
        var seen: Set<String> = []
        return items.flatMap(\.answer).filter { seen.insert($0).inserted }
    }
}
