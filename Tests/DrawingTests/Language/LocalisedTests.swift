import Drawing
import Testing

@Suite struct LocalisedTests {
    @Test("A text is found by its language", arguments: zip(Language.allCases, ["step", "步"]))
    func subscripts(language: Language, text: String) { #expect(Localised(en: "step", zhHans: "步")[language] == text) }

    @Test("Languages are named by their BCP 47 tags")
    func tags() { #expect(Language.allCases.map(\.rawValue) == ["en", "zh-Hans"]) }
}
