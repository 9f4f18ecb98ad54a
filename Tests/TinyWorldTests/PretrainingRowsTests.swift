import Testing

@testable import TinyWorld

@Suite("Pretraining rows")
struct PretrainingRowsTests {
    static let world = World(seed: 7)
    static let sample: [PretrainingRow] = {
        guard let rows = try? world.pretrainingRows() else { return [] }
        return (0..<2000).map { rows.row($0 % 64, ofStep: $0 / 64) }
    }()

    @Test("are the same for a seed, step and place, and others elsewhere")
    func deterministic() throws {
        let (rows, again) = (try Self.world.pretrainingRows(), try World(seed: 7).pretrainingRows())
        let other = try World(seed: 8).pretrainingRows()
        #expect(rows.row(3, ofStep: 11) == again.row(3, ofStep: 11))
        #expect(rows.row(3, ofStep: 11) != other.row(3, ofStep: 11))
        #expect(rows.row(3, ofStep: 11) != rows.row(4, ofStep: 11))
        #expect(rows.row(3, ofStep: 11) != rows.row(3, ofStep: 12))
    }

    @Test("fit the context and hold an example or more") func bounds() {
        #expect(Self.sample.count == 2000)
        for row in Self.sample {
            #expect(row.tokens.count <= PretrainingRows.length)
            #expect(!row.skills.isEmpty)
            #expect(row.tokens.last == 1)
            #expect(row.tokens.allSatisfy { $0 > 0 && $0 < Self.world.vocabulary.count })
            #expect(row.isCounted.count == row.tokens.count)
            #expect(row.isCounted.last == false)
        }
    }

    @Test("say only what a skill says, and in the form they claim")
    func truthful() throws {
        let sentences = Dictionary(
            uniqueKeysWithValues: Self.world.skills.map { skill in
                (skill.id, Set(skill.items.map { $0.prompt + [Marks.answer] + $0.answer }))
            })
        for row in Self.sample {
            let words = Self.world.vocabulary.words(at: row.tokens)
            let examples = words.dropLast().split(separator: Marks.stop).map(Array.init)
            #expect(examples.count == row.skills.count)
            var seen: Set<[String]> = []
            for (index, (example, id)) in zip(examples, row.skills).enumerated() {
                let skill = try Self.world.skill(id)
                let hasCue = row.form == .mixed || (row.form == .cued && index == 0)
                #expect((example.count > 1 && example[1] == Marks.cue) == hasCue)
                if hasCue { #expect([skill.cue.english, skill.cue.chinese].contains(example[0])) }
                let said = Array(example.dropFirst(hasCue ? 2 : 0))
                #expect(sentences[id]?.contains(said) == true, "\(said) is not of \(id)")
                #expect(seen.insert(said).inserted || row.form == .mixed, "an earlier example gives the answer away")
            }
            if row.form != .mixed { #expect(Set(row.skills).count == 1) }
        }
    }

    @Test("meet every skill with a cue and without one") func coverage() {
        for skill in Self.world.skills {
            for form in PretrainingRow.Form.allCases {
                #expect(Self.sample.contains { $0.form == form && $0.skills.contains(skill.id) }, "\(skill.id) is never \(form)")
            }
        }
    }

    @Test("keep the proportions of the mixture") func proportions() throws {
        var mixture = PretrainingRows.Mixture()
        mixture.forms = [.bare: 1]
        mixture.domains = [.line: 1, .review: 3]
        let rows = try Self.world.pretrainingRows(mixture)
        let sample = (0..<1000).map { rows.row($0, ofStep: 0) }
        #expect(sample.allSatisfy { $0.form == .bare })
        let lines = sample.count { $0.skills[0].contains("line") || $0.skills[0].contains("sort") }
        #expect((190...310).contains(lines), "a quarter of 1000, give or take four deviations")
    }

    @Test("leave a bare prompt open: no skill is likelier than another for a word that both have")
    func bareIsAmbiguous() throws {
        let rows = try Self.world.pretrainingRows()
        var counts: [String: Int] = [:]
        let adjectives = Set(try Self.world.skill("opposite-en").items.map { $0.prompt[0] })
        for index in 0..<20_000 {
            let row = rows.row(index, ofStep: 0)
            guard row.form == .bare, adjectives.contains(Self.world.vocabulary.words[Int(row.tokens[0])]) else { continue }
            if row.tokens[1] == Self.world.vocabulary.id(of: Marks.answer) { counts[row.skills[0], default: 0] += 1 }
        }
        let (opposite, translation, copy) = (
            counts["opposite-en", default: 0], counts["translate-en", default: 0], counts["repeat-en", default: 0]
        )
        let expected = Double(opposite + translation + copy) / 3
        #expect(expected > 100)
        for count in [opposite, translation, copy] { #expect(abs(Double(count) - expected) < 4 * expected.squareRoot()) }
    }
}
