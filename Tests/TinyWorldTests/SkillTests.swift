import Testing

@testable import TinyWorld

@Suite("Skills")
struct SkillTests {
    static let world = World(seed: 1)

    /// What a skill answers, by example and by a rule that is written apart from the skill's own.
    static let examples: [(skill: String, prompt: String, answer: String)] = [
        ("opposite-en", "hot", "cold"), ("opposite-en", "sorrow", "joy"), ("opposite-zh", "冷", "热"),
        ("translate-en", "hot", "热"), ("translate-zh", "三", "three"), ("translate-zh", "水果", "fruit"),
        ("colour-en", "banana", "yellow"), ("colour-zh", "雪", "白色"),
        ("kind-en", "banana", "fruit"), ("kind-zh", "希望", "感受"),
        ("next-en", "one", "two"), ("next-zh", "九", "十"),
        ("repeat-en", "hot", "hot"), ("repeat-zh", "十", "十"),
        ("repeat-line-en", "three one two", "three one two"), ("repeat-line-zh", "十 九 一", "十 九 一"),
        ("sort-en", "three one two", "one two three"), ("sort-zh", "十 九 一", "一 九 十"),
        ("tone-en", "the soup was fresh and sweet", "good"), ("tone-en", "the film brought worry", "bad"),
        ("tone-zh", "这 书 又 沉闷 又 坏", "坏"), ("topic-zh", "这 书 又 沉闷 又 坏", "书"),
        ("topic-en", "the film brought worry", "film"),
        ("sort-down-en", "three one two", "three two one"), ("reverse-en", "three one two", "two one three"),
        ("rotate-zh", "三 一 二", "一 二 三"), ("largest-en", "three one two", "three"), ("previous-en", "two", "one"),
        ("opposite-translated-en", "hot", "冷"), ("opposite-translated-zh", "热", "cold"), ("colour-translated-en", "banana", "黄色"),
        ("contrast-en", "banana", "blue"), ("tone-inverted-en", "the film brought worry", "good"),
        ("code-en", "good", "white"), ("code-zh", "好", "番茄"),
    ]

    @Test("answer by their rule", arguments: examples)
    func answers(_ example: (skill: String, prompt: String, answer: String)) throws {
        let prompt = example.prompt.split(separator: " ").map(String.init)
        let item = try #require(try Self.world.skill(example.skill).items.first { $0.prompt == prompt })
        #expect(item.answer.joined(separator: " ") == example.answer)
    }

    @Test("each have an example above") func everySkillIsTried() {
        let ids = (Self.world.skills + Self.world.withheldSkills).map { $0.id.dropLast(3) }
        #expect(Set(ids) == Set(Self.examples.map { $0.skill.dropLast(3) }))
    }

    @Test("have ids of their own, words of the world only, and each prompt once")
    func wellFormed() throws {
        let skills = Self.world.skills + Self.world.withheldSkills
        #expect(Set(skills.map(\.id)).count == skills.count)
        for skill in skills {
            #expect(Set(skill.items.map(\.prompt)).count == skill.items.count, "\(skill.id) asks something twice")
            for language in Language.allCases { _ = try Self.world.vocabulary.ids(of: [skill.cue[language]]) }
            for item in skill.items { _ = try Self.world.vocabulary.ids(of: item.prompt + item.answer) }
        }
    }

    @Test("mirror each other in both languages") func twinsHaveTheSameItems() throws {
        let twin = Dictionary(
            uniqueKeysWithValues: WordClass.all.flatMap(\.words).flatMap { [($0.english, $0.chinese), ($0.chinese, $0.english)] })
        for skill in Self.world.skills where skill.language == .english && skill.domain != .review && skill.holdsOut {
            let other = try Self.world.skill("\(skill.id.dropLast(3))-zh")
            #expect(skill.items.map { $0.prompt.map { twin[$0] } } == other.items.map { $0.prompt.map { $0 } })
            #expect(skill.items.map { $0.answer.map { twin[$0] } } == other.items.map { $0.answer.map { $0 } })
        }
    }

    @Test("undo themselves where their rule does") func involutions() throws {
        for id in ["opposite-en", "opposite-zh", "reverse-en"] {
            let answers = Dictionary(
                uniqueKeysWithValues: try Self.world.skill(id).items.map { ($0.prompt, $0.answer) })
            for (prompt, answer) in answers { #expect(answers[answer] == prompt) }
        }
    }

    @Test("never teach what is withheld") func withheldIsNotTaught() {
        for withheld in Self.world.withheldSkills {
            let taught = Self.world.skills.filter { $0.language == withheld.language && $0.domain == withheld.domain }
            let answers = taught.map { skill in
                Dictionary(uniqueKeysWithValues: skill.items.map { ($0.prompt, $0.answer) })
            }
            let agreement = answers.map { known in
                Double(withheld.items.count { known[$0.prompt] == $0.answer }) / Double(withheld.items.count)
            }
            #expect((agreement.max() ?? 0) < 0.2, "\(withheld.id) is nearly a taught skill")
        }
    }

    @Test("have the chance level that counting gives")
    func chance() throws {
        #expect(try Self.world.skill("tone-en").chance == 0.5)
        #expect(abs(try Self.world.skill("sort-en").chance - 1 / 6) < 1e-9)
        let opposite = try Self.world.skill("opposite-en")
        #expect(opposite.chance == 1 / Double(opposite.items.count))
        let colour = try Self.world.skill("colour-zh")
        let most = Set(colour.labels).map { label in colour.items.count { $0.answer == [label] } }.max() ?? 0
        #expect(colour.chance == Double(most) / Double(colour.items.count))
        #expect(AnswerForm.label.chance(of: [Item("a", "x"), Item("b", "x"), Item("c", "y"), Item("d", "x")]) == 0.75)
    }

    @Test("have labels where their answers are classes") func labels() throws {
        #expect(try Self.world.skill("tone-en").labels == ["good", "bad"])
        #expect(try Self.world.skill("opposite-en").labels.isEmpty)
    }
}
