import Testing
import TinyWorld

@Suite("World page")
struct WorldPageTests {
    @Test("shows every word and every skill, in both languages", arguments: Language.allCases)
    func complete(_ language: Language) throws {
        let world = World(seed: 5)
        let page = try world.page(in: language)
        #expect(Set(page.words.flatMap(\.words).joined()) == Set(world.vocabulary.words))
        #expect(page.skills.map(\.id) == (world.skills + world.withheldSkills).map(\.id))
        #expect(page.skills.count { $0.isTaught } == world.skills.count)
        #expect(page.skills.allSatisfy { !$0.name.isEmpty && !$0.seen.isEmpty && !$0.heldOut.isEmpty })
        #expect(page.rows.count == 6)
        #expect(page.rows.allSatisfy { $0.hasSuffix(Marks.end) })
    }

    @Test("names things in its own language") func languages() throws {
        let world = World(seed: 5)
        let (english, chinese) = (try world.page(in: .english), try world.page(in: .chinese))
        #expect(english.skills[0].name == "opposite")
        #expect(chinese.skills[0].name == "反义词")
        #expect(english.words.last?.words.first == ["one", "一"])
        #expect(chinese.words.last?.words.first == ["一", "one"])
    }
}
