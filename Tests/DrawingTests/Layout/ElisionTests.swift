import Drawing
import Testing

@Suite struct ElisionTests {
    @Test(
        "The first and the last are shown, and never is a single one left out",
        arguments: [
            (5, 5, [0, 1, 2, 3, 4], 0), (5, 9, [0, 1, 2, 3, 4], 0), (10, 4, [0, 1, 8, 9], 6), (10, 5, [0, 1, 2, 8, 9], 5),
            (6, 5, [0, 1, 4, 5], 2), (100, 0, [0, 99], 98), (0, 3, [], 0), (3, 2, [0], 2), (2, 1, [0, 1], 0),
        ])
    func shown(count: Int, capacity: Int, shown: [Int], omitted: Int) {
        let elision = Elision(count: count, capacity: capacity)
        #expect(elision.shown == shown)
        #expect(elision.omitted == omitted)
        #expect(elision.shown.count + elision.omitted == count)
        #expect((elision.gap == nil) == (omitted == 0))
    }

    @Test("The note counts what is left out in both languages")
    func note() {
        let noun = Localised(en: "heads", zhHans: "个注意力头")
        #expect(Elision(count: 16, capacity: 4).note(noun) == Localised(en: "… 12 more heads", zhHans: "……另有 12 个注意力头"))
        #expect(Elision(count: 4, capacity: 4).note(noun) == nil)
    }
}
