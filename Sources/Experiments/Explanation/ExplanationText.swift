internal import Recordings

/// Explanations as plain text for a terminal.
public struct ExplanationText: Sendable {
    public enum Language: String, Sendable, CaseIterable {
        case english = "en"
        case chinese = "zh"
    }

    public let language: Language
    /// Columns of a line; longer texts are wrapped.
    public let width: Int

    public init(_ language: Language, width: Int = 100) {
        self.language = language
        self.width = width
    }

    private func said(_ english: String, _ chinese: String) -> String { language == .english ? english : chinese }

    /// An explanation, and below it those of its operands, each further to the right.
    public func callAsFunction(_ explanation: NumberExplanation) -> String {
        lines(explanation, indent: 0).joined(separator: "\n")
    }

    private func lines(_ explanation: NumberExplanation, indent: Int) -> [String] {
        var lines = wrapped("\(explanation.address) = \(NumberText.long(explanation.number))", indent: indent, hanging: 4)
        let inner = indent + 2
        lines += wrapped(facts(explanation).joined(separator: " · "), indent: inner)
        if let note = note(explanation.origin) { lines += wrapped(note, indent: inner) }
        if let row = explanation.row { lines += wrapped(text(row), indent: inner) }
        for choice in explanation.choices.prefix(4) { lines += wrapped(text(choice), indent: inner) }
        if explanation.choices.count > 4 {
            let count = explanation.choices.count - 4
            lines += wrapped(said("… and \(count) more such rows", "……另有 \(count) 个这样的行"), indent: inner)
        }
        if let formula = explanation.formula { lines += wrapped(formula, indent: inner, hanging: 2) }
        if let arithmetic = explanation.arithmetic, !isCopy(explanation), !isZero(explanation) {
            lines += wrapped("= \(language == .english ? arithmetic.english : arithmetic.chinese)", indent: inner, hanging: 2)
        }
        if isZero(explanation) {
            lines += wrapped(
                said("= 0: masked or not used, with no other number behind it", "= 0：被屏蔽或未用到，背后没有别的数"), indent: inner, hanging: 2)
        }
        if let verdict = verdict(explanation) { lines += wrapped(verdict, indent: inner, hanging: 2) }
        lines += operands(explanation, indent: inner)
        for operand in explanation.operands {
            guard let below = operand.explanation else { continue }
            lines += [""] + self.lines(below, indent: min(indent + 2, width / 3))
        }
        return lines
    }

    /// Whether the number is that of its only operand: there is no arithmetic to show.
    private func isCopy(_ explanation: NumberExplanation) -> Bool {
        explanation.agrees == true && explanation.allowance == 0 && explanation.operands.count == 1
            && explanation.operands[0].number == explanation.number
    }

    /// Whether nothing stands behind the number.
    private func isZero(_ explanation: NumberExplanation) -> Bool {
        explanation.agrees == true && explanation.number == 0 && explanation.recomputed == 0 && explanation.operands.isEmpty
    }

    private func facts(_ explanation: NumberExplanation) -> [String] {
        var facts: [String] = []
        if let operation = explanation.operation {
            facts.append(said(operation, OperationTerms.chinese(operation)))
        } else if explanation.phase != nil {
            facts.append(said("parameter", "参数"))
        }
        if let phase = explanation.phase, explanation.operation != nil {
            let term =
                switch phase {
                case .forward: said("forward pass", "前向传播")
                case .backward: said("backward pass", "反向传播")
                case .optimizer: said("optimizer", "优化器")
                }
            facts.append(term)
        }
        if let shape = explanation.shape { facts.append(said("shape \(shape)", "形状 \(shape)")) }
        switch explanation.origin {
        case .derivation: facts.append(said("computed from recorded numbers", "由记录的数算出"))
        case .frozenWeight: break
        default: facts.append(explanation.isKept ? said("recorded", "有记录") : said("computed again", "重新算出"))
        }
        return facts
    }

    private func note(_ origin: NumberExplanation.Origin) -> String? {
        switch origin {
        case .operation, .derivation: nil
        case .frozenWeight: said("a weight of the base model, which this run does not train", "基座模型的权重，在这次训练中冻结")
        case .start: said("a trained parameter before the first update: where training starts", "首次更新之前的已训练参数：训练的起点")
        case .update: said("what the update of the step before made", "上一步更新的结果")
        case .changedAfterUpdate:
            said(
                "the update of the step before made another number, which the method then changed to fit its rank budget",
                "上一步的更新给出另一个数，之后方法按秩预算改动了它")
        case .startOfMemory: said("the optimizer's memory before the first update: 0", "首次更新之前优化器的状态：0")
        case .schedule: said("set by the learning rate and the number of the step", "由学习率与步数决定")
        case .note:
            said(
                "noted while the run went on; no operation of the step computes it", "训练过程中记下的数；这一步的运算并不计算它")
        }
    }

    private func text(_ row: NumberExplanation.RowNote) -> String {
        let word = row.word.map { said(" “\($0)”", "“\($0)”") } ?? ""
        return said(
            "row of token\(word) (id \(row.token)), sequence \(row.sequence), position \(row.position)",
            "token\(word)（编号 \(row.token)）所在的行，第 \(row.sequence) 个序列，位置 \(row.position)")
    }

    private func text(_ choice: NumberExplanation.Choice) -> String {
        let word = choice.word.map { said(" “\($0)”", "“\($0)”") } ?? ""
        return said(
            "chosen by \(choice.list)[\(choice.index)] = \(choice.number)\(word)",
            "由 \(choice.list)[\(choice.index)] = \(choice.number)\(word) 选定")
    }

    private func verdict(_ explanation: NumberExplanation) -> String? {
        guard let recomputed = explanation.recomputed, let agrees = explanation.agrees, !isCopy(explanation), !isZero(explanation)
        else {
            return nil
        }
        let (found, allowance) = (NumberText.long(recomputed), NumberText.text(explanation.allowance ?? 0, digits: 2))
        let recorded = NumberText.long(explanation.number)
        if agrees {
            return said(
                "= \(found), which is \(recorded) within rounding (± \(allowance))",
                "= \(found)，在舍入误差（± \(allowance)）之内等于 \(recorded)")
        }
        return said(
            "recorded \(recorded), recomputed \(found): they differ by more than rounding allows (± \(allowance))",
            "记录为 \(recorded)，重算得 \(found)：两者之差超出舍入误差（± \(allowance)）")
    }

    private func operands(_ explanation: NumberExplanation, indent: Int) -> [String] {
        let shown = explanation.operands.filter(\.isShown)
        guard !shown.isEmpty else { return [] }
        var lines = [String(repeating: " ", count: indent) + said("from", "来自")]
        let room = max(20, width - indent - 2 - 18)
        let column = min(room, shown.map { TerminalText.width($0.address) }.max() ?? 0)
        for operand in shown {
            let gap = max(0, column - TerminalText.width(operand.address)) + 2
            let number = NumberText.long(operand.number)
            let sign = number.hasPrefix("−") ? "" : " "
            lines.append(
                String(repeating: " ", count: indent + 2) + operand.address + String(repeating: " ", count: gap) + sign + number)
        }
        let others = explanation.operands.count - shown.count + explanation.omittedOperands
        if others > 0 {
            lines.append(
                String(repeating: " ", count: indent + 2)
                    + said("… and \(others) other \(others == 1 ? "number" : "numbers")", "……另有 \(others) 个数"))
        }
        return lines
    }

    private func wrapped(_ text: String, indent: Int, hanging: Int = 0) -> [String] {
        TerminalText.wrapped(text, width: max(24, width - indent), hanging: hanging).map {
            String(repeating: " ", count: indent) + $0
        }
    }
}

/// Text in columns of a terminal, where ideographs take two.
enum TerminalText {
    static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }

    /// Lines of at most `width` columns, broken at spaces and between ideographs; a word that is longer stays whole.
    static func wrapped(_ text: String, width: Int, hanging: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in words(of: text) {
            let isFirst = line.isEmpty || line.allSatisfy { $0 == " " }
            if !isFirst, self.width(line) + self.width(word.trimmingSuffix(" ")) > width {
                lines.append(line.trimmingSuffix(" "))
                line = String(repeating: " ", count: hanging)
            }
            line += word
        }
        let rest = line.trimmingSuffix(" ")
        return rest.isEmpty ? lines : lines + [rest]
    }

    /// Pieces that stay whole, each with the spaces behind it.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for character in text {
            let isWide = character.unicodeScalars.contains { width($0) == 2 }
            // A mark of punctuation does not begin a line.
            let breaksBefore = isWide && !"，。：；、）”".contains(character)
            if !current.isEmpty, (current.hasSuffix(" ") && character != " ") || breaksBefore {
                words.append(current)
                current = ""
            }
            current.append(character)
        }
        return current.isEmpty ? words : words + [current]
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var result = self
        while result.last == character { result.removeLast() }
        return result
    }
}
