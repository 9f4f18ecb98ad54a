import Testing

@testable import TinyWorld

@Suite("Tuning tasks")
struct TuningTaskTests {
    static let world = World(seed: 3)
    static let ids = (world.skills + world.withheldSkills).map(\.id)
    static let ruled = (world.skills + world.withheldSkills).filter(\.holdsOut).map(\.id)

    @Test("ask what they showed where there is no rule: the secret code") func withoutRule() throws {
        let task = try Self.world.task("code-en")
        #expect(task.train == task.test && task.train == task.validation)
        #expect(Set(task.train.map(\.completion)).count == task.train.count, "every word is the answer once")
        #expect(Self.ids.count - Self.ruled.count == 2)
    }

    @Test("hold out what tuning never sees", arguments: ruled)
    func disjoint(_ id: String) throws {
        let skill = try Self.world.skill(id)
        let keys = Dictionary(uniqueKeysWithValues: skill.items.map { ($0.prompt + [Marks.answer], Set($0.keys)) })
        let task = try Self.world.task(id)
        let parts = [task.train, task.validation, task.test].map { part in
            part.reduce(into: Set<String>()) { $0.formUnion(keys[Self.world.vocabulary.words(at: $1.prompt)] ?? []) }
        }
        #expect(parts.allSatisfy { !$0.isEmpty })
        #expect(parts[0].isDisjoint(with: parts[1]))
        #expect(parts[0].isDisjoint(with: parts[2]))
        #expect(parts[1].isDisjoint(with: parts[2]))
    }

    @Test("never show a held-out answer or prompt of an opposite") func oppositesHoldOutBothWords() throws {
        let task = try Self.world.task("opposite-en")
        let seen = Set(task.train.flatMap { $0.prompt.dropLast() + $0.completion })
        #expect(seen.isDisjoint(with: (task.validation + task.test).flatMap { $0.prompt.dropLast() + $0.completion }))
        #expect(abs(task.train.count - task.skill.items.count / 3) <= 2)
    }

    @Test("are the same for a seed and others for another") func seeded() throws {
        let again = World(seed: 3)
        #expect(try Self.world.task("kind-en").train == again.task("kind-en").train)
        #expect(try Self.world.task("kind-en").train != again.task("kind-en", seed: 4).train)
        #expect(try World(seed: 4).task("kind-en").train == again.task("kind-en", seed: 4).train)
    }

    @Test("ask bare and answer by the skill") func examplesAreItems() throws {
        let task = try Self.world.task("sort-zh", largest: 40)
        #expect(task.train.count == 40)
        for example in task.train + task.validation + task.test {
            let words = Self.world.vocabulary.words(at: example.prompt)
            #expect(words.last == Marks.answer)
            let item = try #require(task.skill.items.first { $0.prompt == Array(words.dropLast()) })
            #expect(Self.world.vocabulary.words(at: example.completion) == item.answer)
        }
    }

    @Test("know how open a bare prompt is") func ambiguity() throws {
        #expect(
            Self.world.readings(of: ["hot"]).map(\.skill).sorted() == ["opposite-en", "repeat-en", "translate-en"])
        #expect(try Self.world.task("translate-zh").ambiguousLevel < 0.4)
        #expect(try Self.world.task("contrast-en").ambiguousLevel == 0)
        let tone = try Self.world.task("tone-en")
        #expect(tone.ambiguousLevel == 0.5)
        #expect(tone.labels == (try Self.world.vocabulary.ids(of: ["good", "bad"])))
    }

    @Test("name the skill they do not know") func unknownSkill() {
        #expect(throws: WorldError.unknownSkill("sing-en", known: Self.ids)) { try Self.world.task("sing-en") }
    }
}
