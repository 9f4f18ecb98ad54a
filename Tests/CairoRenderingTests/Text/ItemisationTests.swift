import Drawing
import Testing

@testable import CairoRendering

@Suite struct ItemisationTests {
    /// A text with its Chinese parts in brackets.
    func marked(_ text: String) throws -> String {
        let latin = try Face(.dejaVu("DejaVu Sans", file: "DejaVuSans"))
        let chinese = try Face(.microHei("WenQuanYi Micro Hei", index: 0))
        return Itemisation.items(of: text, latin: latin, chinese: chinese).map { $0.isChinese ? "[\($0.text)]" : $0.text }
            .joined()
    }

    @Test(
        "A text is cut where its script changes, shared punctuation goes with its neighbours",
        arguments: [
            ("软提示（Prompt Tuning）P = 8", "[软提示（]Prompt Tuning[）]P = 8"), ("“quoted” … text", "“quoted” … text"),
            ("“引号”与", "[“引号”与]"), ("……另有 12 个", "[……另有] 12 [个]"), ("the end……", "the end……"), ("键——值", "[键——值]"),
            ("model 3f2a… · 步", "model 3f2a… · [步]"), ("e\u{301}中", "e\u{301}[中]"), ("", ""), ("λ ≤ 1", "λ ≤ 1"),
            ("“=”是", "[“]=[”是]"), ("在“a”与“b”", "[在“]a[”与“]b[”]"), ("say “a” 中", "say “a” [中]"),
            ("模型 3f2a…，12 个", "[模型] 3f2a…[，]12 [个]"), ("提示…", "[提示…]"), ("+ …另 3 项", "+ […另] 3 [项]"),
        ])
    func table(text: String, expected: String) throws { #expect(try marked(text) == expected) }
}
