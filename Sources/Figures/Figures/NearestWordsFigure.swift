internal import Drawing
internal import Recordings

extension Figure {
    /// Which words the virtual tokens are nearest to, at several times of the run.
    static let nearestWords = Figure(
        id: "nearest-words",
        question: Localised(en: "Can one read a soft prompt?", zhHans: "软提示能读懂吗？"),
        needs: FigureNeeds(softPrompt: true, embeddings: true)
    ) { try NearestWordsDrawing($0).sheet() }
}

private struct NearestWordsDrawing {
    let context: FigureContext
    let run: RecordedRun
    /// The last update that is shown.
    let last: Int
    /// The times whose words are written.
    let times: [Int]
    let vocabulary: NearestWords
    let words: [String]
    let promptLength: Int

    private static let mostRows = 12
    /// Words of a cell.
    private static let count = 3

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun(besideWords: true)
        last = context.options.step ?? run.journal.stepCount
        guard (0...run.journal.stepCount).contains(last) else {
            throw context.bad("step", "run \(run.id) has steps 0 to \(run.journal.stepCount)")
        }
        guard let embeddings = try context.recording.vocabularyEmbeddings(),
            let prompt = try run.journal.parameter(.softPrompt, atStep: 0)
        else { throw context.lacking("it has no soft prompt or no embeddings") }
        vocabulary = NearestWords(embeddings)
        words = try context.recording.vocabulary()
        promptLength = prompt.rowCount
        // Movement is fastest at first: the times lie closer together there, and those are kept where there is room for few.
        let columns = max(2, Int((context.room - Self.rowLabel) / Self.leastColumn))
        times = ([0] + [last / 10, last / 3].prefix(columns - 2) + [last]).reduce(into: []) { times, time in
            if times.last.map({ $0 < time }) ?? true { times.append(time) }
        }
    }

    func sheet() throws -> Sheet {
        let prompts = try times.map { time -> RecordedValue in
            guard let value = try run.journal.parameter(.softPrompt, atStep: time) else {
                throw context.lacking("its journal has no soft prompt at step \(time)")
            }
            return value
        }
        let lists = prompts.map { prompt in
            (0..<promptLength).map { vocabulary.nearest(to: prompt.row($0), count: Self.count) }
        }
        for list in lists.joined() {
            for word in list {
                try context.require(
                    abs(word.cosine) <= 1 + 1e-9, "the cosine with word \(word.id) is \(word.cosine), not from −1 to 1")
            }
            try context.require(
                zip(list, list.dropFirst()).allSatisfy { $0.cosine >= $1.cosine },
                "the words are not in the order of their cosine")
        }
        let best = (lists.last ?? []).compactMap { $0.first?.cosine }
        let nearest = best.max() ?? 0
        let kept = zip(lists.first ?? [], lists.last ?? []).count { $0.first?.id == $1.first?.id }
        let isNear = nearest >= 0.9
        let number = NumberFormat.fixed(nearest, decimals: 2)
        return Sheet(
            title: isNear
                ? Localised(
                    en: "\(kept) of \(promptLength) virtual tokens still name the word they began as",
                    zhHans: "\(promptLength) 个虚拟 token 中有 \(kept) 个仍对应最初的词")
                : Localised(
                    en: "No virtual token is a word after training: even the closest has a cosine of only \(number)",
                    zhHans: "训练后没有一个虚拟 token 是词：最近的余弦也只有 \(number)"),
            description: Localised(
                en:
                    "A table with a row for each of \(promptLength) virtual tokens and a column for each of \(times.count) times of the run: the \(Self.count) words of the vocabulary with the largest cosine.",
                zhHans: "表格的每一行是 \(promptLength) 个虚拟 token 之一，每一列是训练中的 \(times.count) 个时刻之一：列出词表中余弦最大的 \(Self.count) 个词。"),
            body: table(lists),
            caption: note(isNear: isNear, number: number),
            provenance: context.provenance(run, step: last))
    }

    private func note(isNear: Bool, number: String) -> Localised {
        Localised(
            en:
                "Cosine with the model’s token embeddings; 1 is the word itself. \(isNear ? "The nearest of all" : "Even the nearest of all") ends at \(number): a vector that far from a word means what the model makes of it, not what the word means.",
            zhHans: "与模型 token 嵌入的余弦；1 表示就是这个词。\(isNear ? "最接近的" : "即使最接近的")也只到 \(number)：离词这样远的向量，其含义取决于模型如何使用它，而不是那个词的意思。")
    }

    private func table(_ lists: [[[NearestWords.Word]]]) -> Block {
        let type = context.type
        let rows = Elision(count: promptLength, capacity: Self.mostRows)
        let labelWidth = (rows.shown.map { type.width(of: "p\($0 + 1)", in: .label.bold) }.max() ?? 0).rounded(.up) + 12
        let width = ((context.room - labelWidth) / Double(times.count)).rounded(.down)
        let widest = lists.joined().joined().map { type.width(of: TextSafety.shown(words[$0.id]), in: .label.bold) }.max() ?? 0
        let barLength = max(
            Self.leastBar, min(Self.bar, (width - 6 - Self.number - min(widest.rounded(.up), Self.mostWord) - 8).rounded(.down)))
        let lineHeight = 16.0
        let rowHeight = Double(Self.count) * lineHeight + 8
        var block = Block(size: Size(width: context.room, height: 0))
        for (column, time) in times.enumerated() {
            let text = Localised(
                en: time == 0 ? "before training" : "after \(NumberFormat.whole(time)) \(time == 1 ? "update" : "updates")",
                zhHans: time == 0 ? "训练前" : "\(NumberFormat.whole(time)) 次更新后")
            block.place(
                type.line(text, font: .label.bold, paint: .muted), at: Point(x: labelWidth + Double(column) * width, y: 0))
        }
        var y = 26.0
        for (rank, row) in rows.shown.enumerated() {
            if rank == rows.gap {
                var dots = Path()
                dots.appendEllipsis(at: Point(x: 12, y: y + 4))
                block.elements.append(.shape(Shape(dots, fill: .muted)))
                y += 14
            }
            block.elements.append(.line(Point(x: 0, y: y - 4), Point(x: context.room, y: y - 4), Stroke(.rule)))
            let label = type.line("p\(row + 1)", font: .label.bold, paint: .trained)
            block.place(label, at: Point(x: 0, y: y))
            let first = lists[0][row].first?.id
            for (column, time) in times.enumerated() {
                let x = labelWidth + Double(column) * width
                for (line, word) in lists[column][row].enumerated() {
                    let address = Derivation(
                        "cosine", Address(run: run.id, step: time, .softPrompt, row), Address(.vocabularyEmbeddings, word.id)
                    ).description
                    let isFirst = word.id == first
                    let top = y + Double(line) * lineHeight
                    let number = NumberFormat.fixed(word.cosine, decimals: 2)
                    let bar = (max(0, word.cosine) * barLength).rounded()
                    block.elements.append(
                        .group(
                            Group(
                                address: address,
                                [
                                    .rectangle(
                                        Rectangle(x: x, y: top + 4, width: max(1, bar), height: 9),
                                        fill: isFirst ? .trained : .role(.ink, strength: 0.55))
                                ])))
                    block.place(
                        type.line(number, font: .label).addressed(address), at: Point(x: x + barLength + 6, y: top))
                    let room = width - barLength - 6 - Self.number - 8
                    let text = type.shortened(TextSafety.shown(words[word.id]), width: room, font: .label.bold)
                    block.place(
                        type.line(text, font: isFirst ? .label.bold : .label, paint: isFirst ? .trained : .ink),
                        at: Point(x: x + barLength + 6 + Self.number, y: top))
                }
            }
            y += rowHeight
        }
        block.size.height = y - 8
        let key = Localised(
            en: "orange and bold: the word it began as; bars: cosine, full length is 1", zhHans: "橙色粗体：它最初的词；横条：余弦，满长为 1")
        let notes = [rows.note(Localised(en: "virtual tokens", zhHans: "个虚拟 token")), key].compactMap { $0 }
        return .column([block] + notes.map { type.paragraph($0, width: context.room, font: .label, paint: .muted) }, spacing: 10)
    }

    /// The length of a bar that stands for a cosine of 1, where there is room and where there is little, px.
    private static let bar = 36.0
    private static let leastBar = 16.0
    /// The room of a cosine as digits, px.
    private static let number = 38.0
    /// The room that a word should have, px, and the most for which a bar becomes shorter.
    private static let leastWord = 64.0
    private static let mostWord = 72.0
    /// The room of a time, with a bar that is still told from shorter ones, px.
    private static let leastColumn = 24 + 6 + number + leastWord + 8
    /// About the room that a virtual token's name takes, px.
    private static let rowLabel = 28.0
}
