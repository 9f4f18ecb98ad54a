internal import Drawing
internal import Recordings

extension Figure {
    /// All methods over one schema of the model: which parts each of them trains, and how many numbers there.
    static let methodComparison = Figure(
        id: "method-comparison",
        question: Localised(en: "What is trained where?", zhHans: "哪里被训练？"),
        needs: FigureNeeds(
            also: Localised(en: "runs of two methods or more on one model", zhHans: "同一模型上两种以上方法的运行"),
            check: { recording throws(RecordingError) in
                let runs = recording.runs.filter { $0.description.trainedCount > 0 }
                guard let first = runs.first else { return "none of its runs trained anything" }
                let own = runs.filter { $0.model.name == first.model.name && $0.task.id == first.task.id }
                if Set(own.map(\.description.method.id)).count < 2 { return "it has runs of one method only" }
                for run in own where try run.modelCounts() != nil { return nil }
                return "none of its graphs holds all weights of the model"
            })
    ) { try MethodComparisonDrawing($0).sheet() }
}

private struct MethodComparisonDrawing {
    let context: FigureContext
    /// The first run of each method, or those that were asked for.
    let methods: [RecordedRun]
    let omitted: Int
    /// How many of the base model's weights sit where, and the run whose graph says so.
    let model: (counts: [ModelPart: Int], run: RecordedRun)

    private static let mostMethods = 14

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        if let other = chosen.first(where: { $0.description.trainedCount == 0 }) {
            throw context.bad("run", "\(other.id) trained nothing")
        }
        if let first = chosen.first, let other = chosen.first(where: { $0.model.name != first.model.name }) {
            throw context.bad("run", "\(other.id) and \(first.id) are of other models")
        }
        var methods: [RecordedRun] = []
        for run in try context.comparableRuns() where run.description.trainedCount > 0 {
            let isKnown = methods.contains { $0.description.method.id == run.description.method.id }
            if !chosen.isEmpty || !isKnown { methods.append(run) }
        }
        guard !methods.isEmpty else { throw context.lacking("none of its runs trained anything") }
        self.methods = Array(methods.prefix(Self.mostMethods))
        omitted = max(0, methods.count - Self.mostMethods)
        let of = methods[0].model.name
        var found: ([ModelPart: Int], RecordedRun)?
        for run in context.recording.runs where run.model.name == of {
            if let counts = try run.modelCounts() {
                found = (counts, run)
                break
            }
        }
        guard let found else { throw context.lacking("none of its graphs holds all weights of the model") }
        model = found
    }

    private var whole: Int { methods[0].model.parameterCount }

    private func check() throws {
        for run in methods {
            let (trained, frozen) = (run.description.trainedCount, run.description.frozenCount)
            let parts = ModelPart.allCases.reduce(0) { $0 + run.trainedCount(in: $1) }
            try context.require(
                parts == trained, "the parts of run \(run.id) have \(parts) trained numbers, and the run \(trained)")
            // What a method adds is none of the model's.
            let own = run.description.parameters.reduce(0) { $0 + (ModelPart.isBaseWeight($1.name) ? $1.count : 0) }
            try context.require(
                frozen + own == whole,
                "run \(run.id) has \(frozen) frozen weights and \(own) trained ones, and the model has \(whole)")
            for part in ModelPart.allCases {
                let weights = ownWeights(run, part)
                try context.require(
                    weights == 0 || weights <= model.counts[part, default: 0],
                    "run \(run.id) trains more weights of a part than the model has there")
            }
        }
    }

    /// The base model's weights in a part that a run trains.
    private func ownWeights(_ run: RecordedRun, _ part: ModelPart) -> Int {
        run.description.parameters.reduce(0) {
            $0 + (ModelPart.isBaseWeight($1.name) && ModelPart(of: $1.name) == part ? $1.count : 0)
        }
    }

    // MARK: Words

    private func share(_ run: RecordedRun) -> String {
        let share = Double(run.description.trainedCount) / Double(max(whole, 1))
        let decimals = share >= 0.0995 ? 0 : share >= 0.00995 ? 1 : share >= 0.000995 ? 2 : 4
        return NumberFormat.percentage(share, decimals: decimals)
    }

    func sheet() throws -> Sheet {
        try check()
        let least = methods.min { $0.description.trainedCount < $1.description.trainedCount } ?? methods[0]
        let most = methods.max { $0.description.trainedCount < $1.description.trainedCount } ?? methods[0]
        let names = (Localised(least.description.method.name), Localised(most.description.method.name))
        let few = NumberFormat.whole(least.description.trainedCount)
        let all = most.description.trainedCount == whole && most.description.frozenCount == 0
        let many = NumberFormat.whole(most.description.trainedCount)
        let title =
            least.id == most.id
            ? Localised(
                en: "\(names.0.en.capitalised) trains \(few) numbers, \(share(least)) of the model’s",
                zhHans: "\(names.0.zhHans.spaced)训练 \(few) 个数，相当于模型的 \(share(least))")
            : Localised(
                en:
                    "\(names.0.en.capitalised) trains \(few) numbers, \(share(least)) of the model’s; \(names.1.en) trains \(all ? "all \(many)" : many)",
                zhHans:
                    "\(names.0.zhHans.spaced)训练 \(few) 个数，相当于模型的 \(share(least))；\(names.1.zhHans.spaced)训练\(all ? "全部 \(many) 个" : " \(many) 个")"
            )
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A schema of the model from left to right: virtual tokens in front, embeddings, attention, MLP, head. Below it a row for each of \(methods.count) methods, in which the parts that it trains are lit, with their numbers, and the share of the model at the end.",
                zhHans: "从左到右的模型示意图：前面的虚拟 token、嵌入、注意力、MLP、输出头。下面 \(methods.count) 种方法各一行，所训练的部分被点亮并写有个数，行末为占模型的比例。"),
            body: body(), caption: caption, provenance: provenance)
    }

    private var caption: Localised {
        var parts = [
            Localised(
                en: "Solid: trained, with the count of numbers. Hatched: the model’s own weights, frozen.",
                zhHans: "实心：被训练，并写有个数。斜线：模型自身的权重，冻结。")
        ]
        let kinds = methods.flatMap { run in ModelPart.allCases.compactMap { kind(run, $0)?.en } }
        if kinds.contains(where: { $0.hasSuffix("K, V") }) {
            parts.append(Localised(en: "K, V: a prefix’s keys and values in every layer.", zhHans: "K, V：每层前缀的键和值。"))
        }
        if kinds.contains("makes K, V") {
            parts.append(Localised(en: "Makes K, V: a network that makes them.", zhHans: "生成 K, V：产生它们的网络。"))
        }
        if kinds.contains(where: { $0.hasPrefix("B·") }) {
            parts.append(
                Localised(
                    en: "B·A, B·E·A: low-rank changes beside frozen weights.", zhHans: "B·A、B·E·A：冻结权重旁的低秩改变量。"))
        }
        if kinds.contains("encoder") {
            parts.append(
                Localised(en: "Encoder: a network that makes the virtual tokens.", zhHans: "编码器：产生虚拟 token 的网络。"))
        }
        parts.append(
            Localised(
                en: "Norms count with the part that follows them.", zhHans: "归一化计入其后的部分。"))
        let model = methods[0].model.configuration
        if self.model.counts[.head, default: 0] < model.vocabularySize * model.width {
            parts.append(
                Localised(
                    en: "The head’s matrix is that of the embeddings, and counted there.", zhHans: "输出头的矩阵就是嵌入矩阵，已计入嵌入。"))
        }
        return Localised(en: parts.map(\.en).joined(separator: " "), zhHans: parts.map(\.zhHans).joined())
    }

    /// What the trained numbers of a part are; `nil` where none are trained.
    private func kind(_ run: RecordedRun, _ part: ModelPart) -> Localised? {
        let names = run.description.parameters.filter { ModelPart(of: $0.name) == part }.map(\.name)
        guard !names.isEmpty else { return nil }
        func holds(_ text: String) -> Bool { names.contains { $0.rawValue.contains(text) } }
        if holds("prompt.encoder") { return Localised(en: "encoder", zhHans: "编码器") }
        if part == .inFront {
            return run.description.method.virtualTokens.map { Localised(en: "P = \($0)", zhHans: "P = \($0)") }
                ?? Localised(en: "vectors", zhHans: "向量")
        }
        if holds("prefix.encoder") { return Localised(en: "makes K, V", zhHans: "生成 K, V") }
        if holds("prefix.") { return Localised(en: "K, V", zhHans: "K, V") }
        if holds(".lora_E") { return Localised(en: "B·E·A", zhHans: "B·E·A") }
        if holds(".lora_") { return Localised(en: "B·A", zhHans: "B·A") }
        if holds("score.") { return Localised(en: "classes", zhHans: "类别") }
        return Localised(en: "weights", zhHans: "权重")
    }

    private func name(_ part: ModelPart) -> Localised {
        switch part {
        case .inFront: Localised(en: "virtual tokens", zhHans: "虚拟 token")
        case .embeddings: Localised(en: "embedding", zhHans: "嵌入")
        case .attention: Localised(en: "attention", zhHans: "注意力")
        case .mlp: Localised(en: "MLP", zhHans: "MLP")
        case .head: Localised(en: "head", zhHans: "输出头")
        }
    }

    private func settings(_ run: RecordedRun) -> String { run.description.method.sizes.joined(separator: ", ") }

    // MARK: Columns

    /// Where the parts of the model stand.
    private struct Columns {
        let starts: [Double]
        let widths: [Double]
        /// Between two of them.
        let gap: Double
        /// Of the names of parts.
        let font: Font
        /// Whether a method's name and numbers stand above its cells.
        let isStacked: Bool

        /// The hatched part of a cell that is lit beside it.
        var strip: Double { isStacked ? 6 : 12 }
        /// What a name leaves of a column's width.
        var air: Double { isStacked ? 8 : 10 }
        var arrowAir: Double { isStacked ? 1 : 3 }
        var rowGap: Double { isStacked ? 16 : 10 }
    }

    /// The narrowest column beside names and numbers, px.
    private static let leastColumn = 60.0
    /// What the numbers take at the right end, px.
    private static let numbersWidth = 128.0

    private var columns: Columns {
        let type = context.type
        let parts = ModelPart.allCases
        let (left, right, gap) = (116.0, Self.numbersWidth, 14.0)
        let cell = ((context.room - left - right + gap) / Double(parts.count) - gap).rounded(.down)
        // One size for all names, in which no word is wider than a box.
        let names = parts.map { type(name($0)).split(separator: " ").map(String.init) }
        if cell >= Self.leastColumn {
            let font =
                names.joined().allSatisfy { type.width(of: $0, in: .label.bold) <= cell - 6 } ? Font.label.bold : .digits.bold
            return Columns(
                starts: parts.indices.map { left + Double($0) * (cell + gap) }, widths: parts.map { _ in cell }, gap: gap,
                font: font, isStacked: false)
        }
        // Over the whole width, each column has what its words need, and an equal part of what is left.
        let narrow = 8.0
        let room = context.room - narrow * Double(parts.count - 1)
        func needs(_ font: Font) -> [Double] {
            parts.enumerated().map { column, part in
                // A name keeps 4 px from the box's edge.
                let own = names[column].map { type.width(of: $0, in: font) + 10 }
                let cells = methods.compactMap { run -> Double? in
                    guard let kind = kind(run, part) else { return nil }
                    let number = fitted(run.trainedCount(in: part), width: 0, fonts: [.digits.bold])
                    let words = breakable(kind).split(separator: " ").map { type.width(of: String($0), in: .digits) }
                    let widest = max(type.width(of: number.text, in: number.font) + 4, words.max() ?? 0)
                    return widest + 4 + (isHatched(run, part) ? 6 : 0)
                }
                let weights = fitted(model.counts[part, default: 0], width: 0, fonts: [.digits]).text
                let count = part == .inFront ? 0 : type.width(of: weights, in: .digits) + 24
                return ((own + cells + [count]).max() ?? 0).rounded(.up)
            }
        }
        let font = [Font.label.bold, .digits.bold].first { needs($0).reduce(0, +) <= room } ?? .digits
        let least = needs(font)
        let spare = max(0, (room - least.reduce(0, +)) / Double(parts.count)).rounded(.down)
        let widths = least.map { $0 + spare }
        let starts = widths.indices.map { widths[..<$0].reduce(0) { $0 + $1 + narrow } }
        return Columns(starts: starts, widths: widths, gap: narrow, font: font, isStacked: true)
    }

    // MARK: Picture

    private static let cellHeight = 34.0

    private func body() -> Block {
        let type = context.type
        let columns = columns
        let gap = columns.gap
        func x(_ column: Int) -> Double { columns.starts[column] }
        var block = Block(size: Size(width: context.room, height: 0))

        // The model, once.
        let layers = type.line(
            Localised(
                en: "\(NumberFormat.whole(methods[0].model.configuration.layers)) layers",
                zhHans: "\(NumberFormat.whole(methods[0].model.configuration.layers)) 层"), font: .digits, paint: .muted)
        let bracket = (x(2), x(3) + columns.widths[3])
        block.place(layers, at: Point(x: ((bracket.0 + bracket.1 - layers.width) / 2).rounded(), y: 0))
        let line = Font.digits.lineHeight + 4.5
        block.elements.append(
            .shape(
                Shape(
                    Path(through: [
                        Point(x: bracket.0 + 0.5, y: line + 4), Point(x: bracket.0 + 0.5, y: line),
                        Point(x: bracket.1 - 0.5, y: line), Point(x: bracket.1 - 0.5, y: line + 4),
                    ]), stroke: Stroke(.muted))))
        let top = line + 8.5
        let font = columns.font
        let names = ModelPart.allCases.enumerated().map { column, part in
            type.paragraph(name(part), width: columns.widths[column] - columns.air, font: font, alignment: .centre)
        }
        let headHeight = (names.map(\.height).max() ?? 0) + Font.digits.lineHeight + 16
        for (column, part) in ModelPart.allCases.enumerated() {
            let width = columns.widths[column]
            let box = Rectangle(x: x(column), y: top, width: width, height: headHeight)
            let isAdded = part == .inFront
            block.elements.append(
                .rectangle(
                    box.grown(by: -0.5), cornerRadius: 4, fill: isAdded ? nil : .tint(.frozen),
                    stroke: Stroke(isAdded ? .muted : .frozen, dash: isAdded ? [3, 3] : [])))
            var lines = [names[column]]
            if let value = MeasuredValue.modelNumbers(in: part) {
                let number = type.line(
                    fitted(model.counts[part, default: 0], width: width - 104, fonts: [.digits]).text, font: .digits,
                    paint: .muted
                ).addressed(value.address(in: model.run.id).text)
                lines.append(.row([Badge.lock.block(size: 11), number], spacing: 3, alignment: .centre))
            } else {
                lines.append(type.line(Localised(en: "added", zhHans: "新增"), font: .digits, paint: .muted))
            }
            let label = Block.column(lines, spacing: 1, alignment: .centre)
            block.place(
                label, at: Point(x: (box.centre.x - label.width / 2).rounded(), y: (box.centre.y - label.height / 2).rounded()))
            // Virtual tokens are not looked up: they go past the embedding, and into attention with what comes of it.
            if part == .inFront {
                let (start, joint, level) = (box.centre.x.rounded() + 0.5, x(2) - gap + min(gap / 2, 4.5), top - 6.5)
                block.elements.append(
                    .shape(
                        Shape(
                            Path(through: [
                                Point(x: start, y: box.y - 1), Point(x: start, y: level), Point(x: joint, y: level),
                                Point(x: joint, y: box.centre.y.rounded()),
                            ]), stroke: Stroke(.muted, width: 1.5))))
            } else if part != .embeddings {
                block.elements.append(
                    .arrow(
                        [
                            Point(x: box.x - gap + columns.arrowAir, y: box.centre.y.rounded()),
                            Point(x: box.x - columns.arrowAir, y: box.centre.y.rounded()),
                        ], ArrowStyle(Stroke(.muted, width: 1.5), head: 5)))
            }
        }
        let heads = [
            (Localised(en: "trained", zhHans: "训练的数"), context.room - 58),
            (Localised(en: "share", zhHans: "占比"), context.room),
        ]
        var y = top + headHeight + 14
        for (head, end) in heads {
            let line = type.line(head, font: .label.bold, paint: .muted)
            block.place(line, at: Point(x: end - line.width, y: columns.isStacked ? y : y - 14 - line.height - 4))
        }
        if columns.isStacked { y += Font.label.lineHeight + 4 }
        for run in methods {
            if columns.isStacked {
                // The name and the numbers stand above the cells.
                let name = heading(run, width: context.room - Self.numbersWidth, isBeside: true)
                block.place(name, at: Point(x: 0, y: y))
                addNumbers(run, middle: y + Font.label.lineHeight / 2, to: &block)
                y += name.height + 4
            }
            let high = cellHeight(run, columns)
            let name = columns.isStacked ? nil : heading(run, width: columns.starts[0] - 14)
            let height = max(high, name?.height ?? 0)
            addRow(run, name: name, columns: columns, height: high, middle: (y + height / 2).rounded(), to: &block)
            y += height + columns.rowGap
        }
        block.size.height = y - columns.rowGap
        let note = omitted > 0 ? Elision.note(omitted: omitted, Localised(en: "methods", zhHans: "种方法")) : nil
        return .column([block] + [note].compactMap { $0.map { type.line($0, font: .digits, paint: .muted) } }, spacing: 8)
    }

    /// The method's name, and its settings below it, or beside it where names stand above the cells.
    private func heading(_ run: RecordedRun, width: Double, isBeside: Bool = false) -> Block {
        let type = context.type
        let name = type.paragraph(Localised(run.description.method.name), width: width, font: .label.bold)
        let told = settings(run)
        if isBeside {
            let row = Block.row(onBaseline: [name, type.line(told, font: .digits, paint: .muted)])
            if row.width <= width { return row }
        }
        return .column([name] + (told.isEmpty ? [] : [type.line(told, font: .digits, paint: .muted)]), spacing: 0)
    }

    /// - Parameters:
    ///   - name: Written before the cells; with it the numbers stand behind them.
    ///   - height: Of the cells, px.
    private func addRow(
        _ run: RecordedRun, name: Block?, columns: Columns, height: Double, middle: Double, to block: inout Block
    ) {
        if let name { block.place(name, at: Point(x: 0, y: (middle - name.height / 2).rounded())) }
        for (column, part) in ModelPart.allCases.enumerated() {
            let box = Rectangle(
                x: columns.starts[column], y: middle - height / 2, width: columns.widths[column], height: height)
            addCell(run, part, box, columns, to: &block)
        }
        if name != nil { addNumbers(run, middle: middle, to: &block) }
    }

    /// How many numbers are trained, and the share that these are, at the right end.
    private func addNumbers(_ run: RecordedRun, middle: Double, to block: inout Block) {
        let type = context.type
        func put(_ part: Block, x: Double) { block.place(part, at: Point(x: x, y: (middle - part.height / 2).rounded())) }
        let whole = context.room
        put(
            type.line(NumberFormat.whole(run.description.trainedCount), font: .label.bold).addressed(
                MeasuredValue.trainedNumbers.address(in: run.id).text
            ).within(width: 66, horizontally: .end), x: whole - 58 - 66)
        let share = type.line(share(run)).addressed(
            Derivation(
                "share",
                arguments: [MeasuredValue.trainedNumbers.address(in: run.id), MeasuredValue.modelNumbers.address(in: run.id)]
            ).description)
        put(share.within(width: 52, horizontally: .end), x: whole - 52)
    }

    /// Whether a part of the model has weights that a run does not train.
    private func isHatched(_ run: RecordedRun, _ part: ModelPart) -> Bool {
        let isTrained = run.trainedCount(in: part) > 0
        return part != .inFront && ownWeights(run, part) < max(model.counts[part, default: 0], isTrained ? 0 : 1)
    }

    /// What trained numbers are, where it may be broken into lines: not within `K, V`.
    private func breakable(_ kind: Localised) -> String { context.type(kind).replacing("K, V", with: "K,\u{00A0}V") }

    /// What trained numbers are, in as many lines as a cell asks for.
    private func words(_ kind: Localised, width: Double, paint: Paint) -> Block {
        let type = context.type
        let line = type.line(kind, font: .digits, paint: paint)
        guard line.width > width - 4 else { return line }
        return .column(
            type.lines(of: breakable(kind), width: width - 4, font: .digits).map {
                type.line($0, font: .digits, paint: paint)
            }, spacing: -1, alignment: .centre)
    }

    /// The height of a run's cells, in which all words have room, px.
    private func cellHeight(_ run: RecordedRun, _ columns: Columns) -> Double {
        ModelPart.allCases.enumerated().map { column, part in
            guard let kind = kind(run, part) else { return Self.cellHeight }
            let width = columns.widths[column] - (isHatched(run, part) ? columns.strip : 0)
            return words(kind, width: width, paint: .ink).height + Font.label.lineHeight + 2
        }.reduce(Self.cellHeight, max)
    }

    /// A part of the model: frozen, with something trained beside the frozen weights, or trained itself.
    private func addCell(_ run: RecordedRun, _ part: ModelPart, _ box: Rectangle, _ columns: Columns, to block: inout Block) {
        let type = context.type
        let trained = run.trainedCount(in: part)
        var lit = box
        if isHatched(run, part) {
            block.elements.append(
                .rectangle(
                    box.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen),
                    hatch: Hatch(.role(.frozen, strength: 0.45), spacing: 6), stroke: Stroke(.role(.frozen, strength: 0.6))))
            lit = Rectangle(x: box.x + columns.strip, y: box.y, width: box.width - columns.strip, height: box.height)
        }
        guard trained > 0, let kind = kind(run, part) else { return }
        let ground = Paint.trained
        let paint = Paint.legible(on: ground)
        let number = fitted(trained, width: lit.width - 8, fonts: [.label.bold, .digits.bold])
        let label = Block.column(
            [type.line(number.text, font: number.font, paint: paint), words(kind, width: lit.width, paint: paint)],
            spacing: -1, alignment: .centre)
        var cell = Block(size: lit.size, elements: [.rectangle(Rectangle(size: lit.size), cornerRadius: 4, fill: ground)])
        cell.place(
            label, at: Point(x: ((lit.width - label.width) / 2).rounded(), y: ((lit.height - label.height) / 2).rounded()))
        block.place(
            cell.addressed(MeasuredValue.trainedNumbers(in: part).address(in: run.id).text), at: Point(x: lit.x, y: lit.y))
    }

    /// A count in the largest type that fits, in thousands or millions where none does.
    private func fitted(_ count: Int, width: Double, fonts: [Font]) -> (text: String, font: Font) {
        let type = context.type
        let whole = NumberFormat.whole(count)
        if let font = fonts.first(where: { type.width(of: whole, in: $0) <= width }) { return (whole, font) }
        guard count >= 1000 else { return (whole, fonts[fonts.count - 1]) }
        let (number, unit) = count >= 1_000_000 ? (Double(count) / 1e6, "M") : (Double(count) / 1e3, "k")
        return (NumberFormat.significant(number, digits: 3) + "\u{202F}" + unit, fonts[fonts.count - 1])
    }

    private var provenance: Localised {
        let model = methods[0].model
        let hash = String(model.weightsSha256.prefix(8))
        let count = NumberFormat.whole(model.parameterCount)
        let ids = methods.map(\.id)
        return Localised(
            en: "model \(model.name) \(hash)…, \(count) numbers · \(ids.joined(separator: ", "))",
            zhHans: "模型 \(model.name) \(hash)…，\(count) 个数 · \(ids.joined(separator: "、"))")
    }
}
