import Drawing
import Testing

@Suite struct TextSafetyTests {
    @Test(
        "What cannot be seen is written as its code point",
        arguments: [
            ("a\u{202E}b", "a⟨U+202E⟩b"), ("a\u{0}", "a⟨U+0000⟩"), ("天气", "天气"), ("<b>&\"]]>", "<b>&\"]]>"),
            ("\u{200F}", "⟨U+200F⟩"),
            ("x\ny", "x⟨U+000A⟩y"), ("e\u{301}", "e\u{301}"), ("\u{E0001}", "⟨U+E0001⟩"), ("\u{FEFF}", "⟨U+FEFF⟩"),
        ])
    func shown(text: String, expected: String) { #expect(TextSafety.shown(text) == expected) }

    @Test(
        "Letters written from right to left are known by their blocks",
        arguments: [("א", true), ("ش", true), ("A", false), ("中", false), ("\u{1EE00}", true)])
    func rightToLeft(text: String, expected: Bool) {
        #expect(TextSafety.isRightToLeft(text.unicodeScalars.first!) == expected)
    }
}
