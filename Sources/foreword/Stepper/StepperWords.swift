import Drawing
import Experiments
import Recordings

/// What the stepper says, in the reader's language.
struct StepperWords {
    let language: Language

    private func say(_ en: String, _ zh: String) -> String { Localised(en: en, zhHans: zh)[language] }
    private func plural(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

    var isChinese: Bool { language == .zhHans }

    // MARK: Places

    func phase(_ phase: SteppedPhase) -> String {
        switch phase {
        case .forward: say("forward pass", "前向传播")
        case .loss: say("loss", "损失")
        case .backward: say("backward pass", "反向传播")
        case .optimizer: say("optimizer", "优化器")
        }
    }

    func block(_ block: StepOutline.Block, in phase: SteppedPhase) -> String {
        switch block {
        case .parameters where phase == .optimizer: say("rates and memory", "系数与记忆")
        case .parameters: say("parameters", "参数")
        case .layer(let layer): say("block \(layer)", "第 \(layer) 块")
        case .outside: say("outside the blocks", "块外")
        }
    }

    func step(_ step: Int, of updates: Int) -> String {
        step == updates
            ? say("step \(step), behind the last update", "第 \(step) 步，最后一次更新之后")
            : say("step \(step) of \(updates)", "第 \(step) 步，共 \(updates) 步")
    }

    func run(_ id: String) -> String { say("run \(id)", "运行 \(id)") }

    var loss: String { say("loss", "损失") }
    var learningRate: String { say("learning rate", "学习率") }
    var gradientNorm: String { say("gradient norm", "梯度范数") }

    func quantity(_ quantity: StepQuantity) -> String {
        switch quantity.source {
        case .number(.loss): loss
        case .number(.learningRate): learningRate
        case .number(.gradientNorm): gradientNorm
        default: quantity.description
        }
    }

    // MARK: A run and a step

    func method(_ name: BilingualText, id: String) -> String {
        say("method \(name.english) (\(id))", "方法 \(name.chinese)（\(id)）")
    }

    func trained(_ count: Int, frozen: Int) -> String {
        say(
            "\(NumberFormat.whole(count)) numbers trained, \(NumberFormat.whole(frozen)) frozen",
            "训练 \(NumberFormat.whole(count)) 个数，冻结 \(NumberFormat.whole(frozen)) 个数")
    }

    func kept(_ steps: [Int]) -> String {
        let shown = steps.prefix(12).map(String.init).joined(separator: isChinese ? "、" : ", ") + (steps.count > 12 ? " …" : "")
        return steps.isEmpty ? say("no frame was kept", "没有保存任何帧") : say("frames kept of steps \(shown)", "保存了第 \(shown) 步的帧")
    }

    func evaluation(_ split: String, accuracy: Float, step: Int) -> String {
        say("\(split): accuracy ", "\(split)：准确率 ") + NumberFormat.fixed(Double(accuracy), decimals: 3)
            + say(" after \(step) updates", "（\(step) 次更新之后）")
    }

    func batch(_ batch: RecordedBatch, split: String?) -> String {
        let (sequences, tokens, counted) = (batch.sequenceCount, batch.tokens.count, batch.countedRows.count)
        return say(
            "batch\(split.map { " of \($0)" } ?? ""): \(plural(sequences, "sequence", "sequences")), \(plural(tokens, "token", "tokens")), "
                + "\(counted) counted in the loss",
            "批\(split.map { "（\($0)）" } ?? "")：\(sequences) 条序列，\(tokens) 个 token，其中 \(counted) 个计入损失")
    }

    func more(_ count: Int) -> String { say("… \(count) more", "……另有 \(count) 项") }

    func values(_ count: Int) -> String { say(plural(count, "value", "values"), "\(count) 个值") }

    // MARK: A value

    enum Status { case frozen, trained, memory, computed }

    func status(_ status: Status) -> String {
        switch status {
        case .frozen: say("frozen", "冻结")
        case .trained: say("trained", "训练")
        case .memory: say("memory", "记忆")
        case .computed: say("computed", "计算所得")
        }
    }

    func origin(isKept: Bool, canCompute: Bool) -> String {
        if isKept { return say("kept in the frame", "保存在帧中") }
        return canCompute ? say("computed again", "重新计算") : say("in no frame", "不在帧中")
    }
    var parameter: String { say("parameter", "参数") }
    var from: String { say("from", "来自") }
    var noGradient: String {
        say("no gradient: frozen, and nothing asks for it", "没有梯度：已冻结，无处需要它")
    }
    var empty: String { say("no numbers: the batch has no such rows", "没有数：这一批中没有这样的行") }

    func mode(_ mode: ViewMode) -> String {
        switch mode {
        case .numbers: say("numbers", "数值")
        case .heat: say("heat", "热图")
        case .statistics: say("statistics", "统计")
        }
    }

    func slice(_ index: Int, of extent: Int, isHead: Bool) -> String {
        isHead
            ? say("head \(index) of \(extent)", "注意力头 \(index)，共 \(extent) 个")
            : say("part \(index) of \(extent)", "部分 \(index)，共 \(extent) 个")
    }

    func range(_ range: Range<Int>, of count: Int, isRows: Bool) -> String {
        let places = "\(range.lowerBound)–\(range.upperBound - 1)"
        return isRows
            ? say("rows \(places) of \(count)", "行 \(places)，共 \(count) 行")
            : say("columns \(places) of \(count)", "列 \(places)，共 \(count) 列")
    }

    func count(_ count: Int) -> String { say(plural(count, "number", "numbers"), "\(count) 个数") }
    func strange(_ count: Int) -> String { say("\(count) of them not finite", "其中 \(count) 个不是有限数") }
    var minimum: String { say("min", "最小") }
    var maximum: String { say("max", "最大") }
    var mean: String { say("mean", "均值") }
    var norm: String { say("norm", "范数") }

    func others(_ count: Int) -> String { say("… and \(plural(count, "more number", "more numbers"))", "……另有 \(count) 个数") }
    var inDouble: String { say("in double precision", "以双精度计算") }

    // MARK: Watches, breakpoints, changes

    func stopped(_ reason: StopReason) -> String {
        switch reason {
        case .breakpoint(let breakpoint):
            say(
                "breakpoint \(breakpoint.number): \(breakpoint.condition.text)",
                "断点 \(breakpoint.number)：\(breakpoint.condition.text)")
        case .end: say("the end of the run, and no breakpoint on the way", "到达运行末尾，途中没有遇到断点")
        case .start: say("the start of the run, and no breakpoint on the way", "到达运行开头，途中没有遇到断点")
        case .interrupted(let step): say("interrupted at step \(step)", "在第 \(step) 步中断")
        }
    }

    func set(_ breakpoint: StepBreakpoint) -> String {
        say(
            "breakpoint \(breakpoint.number) at \(breakpoint.condition.text)",
            "断点 \(breakpoint.number)：\(breakpoint.condition.text)")
    }

    func removed(_ number: Int) -> String { say("breakpoint \(number) is gone", "断点 \(number) 已删除") }
    var noBreakpoints: String { say("no breakpoint is set", "没有设置断点") }
    var watch: String { say("watch", "监视") }
    func watching(_ quantity: StepQuantity) -> String {
        say("watching \(self.quantity(quantity))", "监视 \(self.quantity(quantity))")
    }
    func unwatched(_ text: String?) -> String {
        text.map { say("no longer watching \($0)", "不再监视 \($0)") } ?? say("no longer watching anything", "不再监视任何值")
    }
    var notThisStep: String { say("none at this step", "这一步没有") }
    var notJournalled: String { say("not in the journal, so at this step only", "不在日志中，只有这一步的值") }
    func changed(_ what: String) -> String { say("since the last stop: \(what)", "自上次停留以来：\(what)") }
    func moved(_ count: Int) -> String {
        count >= 0
            ? say("\(plural(count, "value", "values")) further", "前进 \(count) 个值")
            : say("\(plural(-count, "value", "values")) back", "后退 \(-count) 个值")
    }
    func steps(from: Int, to: Int) -> String { say("step \(from) → \(to)", "第 \(from) 步 → 第 \(to) 步") }
    func moved(by norm: String, largest: String, at index: String) -> String {
        say("moved by \(norm), most at \(index): \(largest)", "移动 \(norm)，最大在 \(index)：\(largest)")
    }
    var nothingBefore: String { say("this is the first stop", "这是第一次停留") }

    // MARK: Answers

    var nothingDeeper: String { say("there is nothing to go into here", "这里没有可以进入的内容") }
    var nothingAbove: String { say("there is nothing above the run", "运行之上没有更高一层") }
    func nothingBeside(_ level: StepCursor.Level, isForward: Bool) -> String {
        switch level {
        case .run: say("to go to another run, say: run ID", "要换一个运行，请输入：run ID")
        case .element:
            isForward ? say("this is the last element", "这是最后一个元素") : say("this is the first element", "这是第一个元素")
        default: isForward ? say("this is the end of the run", "这是运行的末尾") : say("this is the start of the run", "这是运行的开头")
        }
    }
    var nothingToUndo: String { say("there is no move to undo", "没有可以撤销的移动") }
    var view: String { say("view", "显示方式") }
    func onlyKept(_ obstacle: any Error) -> String {
        say("Nothing can be computed again, and only what was kept is shown. ", "无法重新计算，只能显示保存的值。") + reason(obstacle)
    }

    func otherArithmetic(_ reason: String) -> String { say(reason, "这份记录由另一种内核算出，这里重新计算的数只在舍入误差之内与它相同。") }

    /// Why a value cannot be shown. The usual reasons are said in Chinese too.
    func reason(_ error: any Error) -> String {
        guard isChinese, let error = error as? ReplayError else { return "\(error)" }
        switch error {
        case .modelGone(let name, _): return "打不开基座模型 \(name)，请用 --model 指定它的文件夹。"
        case .modelDiffers(let name, _, _): return "基座模型 \(name) 的权重与记录时不同，请用 --model 指定正确的文件夹。"
        case .notKept(let value, let step, _): return "第 \(step) 步没有保存 \(value)，也无法重新计算。"
        default: return error.description
        }
    }

    // MARK: Keys

    /// The keys that most need saying, as many as fit a line.
    func keyLine(width: Int) -> String {
        let keys =
            isChinese
            ? [
                "? 帮助", "q 退出", "n 下一个", "s 进入", "o 出来", "b 返回", "p 上一个", "[ ] 步", "g 跳转", "v 显示", "/ 搜索", "w 监视", "B 断点", "c 继续",
                "r 倒退", ": 命令",
            ]
            : [
                "? help", "q quit", "n next", "s into", "o out", "b back", "p previous", "[ ] step", "g go", "v view", "/ search",
                "w watch", "B break", "c continue", "r reverse", ": command",
            ]
        var line = ""
        for key in keys {
            let longer = line.isEmpty ? key : line + "  " + key
            guard TerminalText.columns(longer) <= width else { break }
            line = longer
        }
        return line
    }

    var go: String { say("go to", "跳转到") }
    var search: String { say("search", "搜索") }
    var breakAt: String { say("break at", "断点条件") }
    var anyKey: String { say("press any key", "按任意键继续") }
    var tooSmall: String { say("the terminal is too small", "终端窗口太小") }

    var help: [String] {
        let keys = isChinese ? Self.chineseHelp : Self.englishHelp
        return keys.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static let englishHelp = """
        A run consists of steps, a step of phases (forward, loss, backward,
        optimizer), a phase of blocks, a block of operations, a value of elements.

        key  command               what it does
        n    next [N]              the next of the same level, over what is inside
        p    previous [N]          the previous of the same level
        s    into                  one level deeper, down to how one number is made
        o    out                   one level up
        b    back                  undoes the last move
        ]    later [N]             the same place, N steps later
        [    earlier [N]           the same place, N steps earlier
        g    go ADDRESS            to a value or element: s12/loss, L0/H1/attn[3,0]
             step N                to a step: a number, first or last
             phase NAME            to forward, loss, backward or optimizer
             value NAME            to a value of this step
             element I,J,…         to an element of the value
             run [ID]              to another run; alone, lists them
        /    search TEXT           to the next value with the text in name or operation
        \\    search-back TEXT      to the previous one
        v    show MODE             numbers, heat or statistics
        w    watch QUANTITY        shows it at each stop: loss, norm(prompt.embeddings)
             unwatch [QUANTITY]    no longer; alone, nothing any more
        B    break CONDITION       loss < 0.5 and step > 9 · norm(prompt.embeddings) > 2
                                   or a value's name, or NAME if CONDITION
             breaks, delete N      lists breakpoints, deletes one
        c    continue              on, to where a breakpoint's condition holds
        r    reverse               back, likewise
             where, changes, list  where one is; what changed; what is inside
        C                          colours, greys, none
        :                          asks for a command
        q    quit                  ends
        """

    private static let chineseHelp = """
        运行由步组成，步分为阶段（前向传播、损失、反向传播、优化器），
        阶段分为块，块分为运算，运算所得的值由元素组成。

        键   命令                  作用
        n    next [N]              同一层的下一个，越过其内部
        p    previous [N]          同一层的上一个
        s    into                  深入一层，直到单个数以及它的由来
        o    out                   上升一层
        b    back                  撤销上一次移动
        ]    later [N]             同一位置，N 步之后
        [    earlier [N]           同一位置，N 步之前
        g    go ADDRESS            到一个值或元素：s12/loss、L0/H1/attn[3,0]
             step N                到某一步：一个数、first 或 last
             phase NAME            到 forward、loss、backward 或 optimizer
             value NAME            到这一步的某个值
             element I,J,…         到这个值的某个元素
             run [ID]              到另一个运行；不带参数则列出全部
        /    search TEXT           到名称或运算中含有该文字的下一个值
        \\    search-back TEXT      到上一个
        v    show MODE             numbers（数值）、heat（热图）或 statistics（统计）
        w    watch QUANTITY        每次停留时显示：loss、norm(prompt.embeddings)
             unwatch [QUANTITY]    不再显示；不带参数则全部取消
        B    break CONDITION       loss < 0.5 and step > 9 · norm(prompt.embeddings) > 2
                                   或一个值的名称，或 NAME if CONDITION
             breaks, delete N      列出断点，删除一个断点
        c    continue              向前运行，直到断点的条件成立
        r    reverse               向后运行，直到断点的条件成立
             where, changes, list  所在位置；自上次停留以来的变化；内部有什么
        C                          彩色、灰度、无色
        :                          输入一条命令
        q    quit                  结束
        """
}
