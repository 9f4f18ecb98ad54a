import Testing

@testable import Drawing

@Suite struct LineBreakingTests {
    /// A character is 1 wide.
    func lines(_ text: String, width: Double) -> [String] {
        LineBreaking.lines(of: text, width: width) { Double($0.count) }
    }

    @Test(
        "Lines are broken where the script allows",
        arguments: [
            ("the model stays frozen", 10.0, ["the model", "stays", "frozen"]),
            ("the model", 9, ["the model"]),
            ("软提示放在文本之前", 4, ["软提示放", "在文本之", "前"]),
            // No closing punctuation begins a line, no opening one ends it.
            ("软提示是，冻结", 4, ["软提示", "是，冻结"]),
            ("模型是（冻结）的", 4, ["模型是", "（冻结）", "的"]),
            ("P = 8 个虚拟 token", 6, ["P = 8", "个虚拟", "token"]),
            ("P\u{00A0}=\u{00A0}8 个", 5, ["P\u{00A0}=\u{00A0}8", "个"]),
            ("incomprehensible", 5, ["incom", "prehe", "nsibl", "e"]),
            ("two\nlines", 20, ["two", "lines"]), ("", 5, [""]), ("a\n\nb", 5, ["a", "", "b"]),
            ("wait … what", 6, ["wait …", "what"]),
        ])
    func table(text: String, width: Double, expected: [String]) { #expect(lines(text, width: width) == expected) }

    @Test("No line is wider than asked and no character is lost, whatever the width")
    func nothingLost() {
        let text = "软提示（Prompt Tuning）是 P × d 个可训练的数：模型的权重 stay frozen，只有 “prompt” 改变……"
        for width in 2...40 {
            let lines = lines(text, width: Double(width))
            #expect(lines.allSatisfy { $0.count <= width })
            #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
        }
    }
}
