internal import Drawing
internal import Recordings

extension Figure {
    /// The change of one weight matrix as a product of two narrow ones.
    static let lora = Figure(
        id: "lora",
        question: Localised(en: "How can a large matrix change by few numbers?", zhHans: "怎样用很少的数改变一个大矩阵？"),
        needs: FigureNeeds(
            also: Localised(en: "a run whose matrices A and B of LoRA are kept", zhHans: "保存了 LoRA 的矩阵 A 和 B 的运行"),
            check: { recording throws(RecordingError) in
                for run in recording.runs where try LoRADrawing.moment(of: run) != nil { return nil }
                return "none of its runs keeps the matrices A and B of LoRA"
            })
    ) { try LoRADrawing($0).sheet() }
}

private struct LoRADrawing {
    let context: FigureContext
    let run: RecordedRun
    let step: Int
    let pair: Pair
    /// A `[r, in]` and B `[out, r]`.
    let down: RecordedValue
    let up: RecordedValue
    /// α/r, or α/√r.
    let scale: Double
    /// s·B·A, row by row.
    let change: [Double]

    /// The matrices of one weight.
    struct Pair {
        let down: ParameterDescription
        let up: ParameterDescription

        private static let (a, b) = (".lora_A.weight", ".lora_B.weight")

        /// The path of the weight's module: `transformer.h.0.attn.c_attn`.
        var path: String { String(down.name.rawValue.dropLast(Self.a.count)) }
        var rank: Int { down.shape.first ?? 0 }
        var inputs: Int { down.shape.last ?? 0 }
        var outputs: Int { up.shape.first ?? 0 }

        static func all(of run: RunDescription) -> [Pair] {
            run.parameters.compactMap { down in
                guard down.name.rawValue.hasSuffix(a), down.shape.count == 2 else { return nil }
                let name = down.name.rawValue.dropLast(a.count) + b
                guard let up = run.parameters.first(where: { $0.name.rawValue == name }), up.shape.count == 2 else { return nil }
                return Pair(down: down, up: up)
            }
        }

        /// The number in the path: the layer, counted from 0.
        var layer: Int? { path.split(separator: ".").lazy.compactMap { Int($0) }.first }
    }

    /// The last step at which A and B of a weight are kept; `nil` if there is none.
    static func moment(of run: RecordedRun) throws(RecordingError) -> Int? {
        guard let pair = Pair.all(of: run.description).first else { return nil }
        if pair.down.inJournal, pair.up.inJournal { return run.journal.stepCount }
        for description in run.description.frames.reversed() {
            if let frame = try run.frame(step: description.step), frame.has(pair.down.name), frame.has(pair.up.name) {
                return description.step
            }
        }
        return nil
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.first.map { try context.recording.run($0) }
        var found: (RecordedRun, Int)?
        for run in chosen.map({ [$0] }) ?? context.recording.runs where found == nil {
            if let step = try Self.moment(of: run) { found = (run, step) }
        }
        guard let (run, last) = found else {
            throw chosen.map { context.bad("run", "\($0.id) keeps no matrices A and B of LoRA") }
                ?? context.lacking("none of its runs keeps the matrices A and B of LoRA")
        }
        self.run = run
        step = context.options.step ?? last
        let pairs = Pair.all(of: run.description)
        if let layer = context.options.layer {
            guard let pair = pairs.first(where: { $0.layer == layer }) else {
                let layers = Set(pairs.compactMap(\.layer)).sorted().map { String($0) }.joined(separator: ", ")
                throw context.bad("layer", "run \(run.id) changes weights of layers \(layers), and none of \(layer)")
            }
            self.pair = pair
        } else {
            pair = pairs[0]
        }
        down = try Self.value(pair.down.name, of: run, atStep: step, context)
        up = try Self.value(pair.up.name, of: run, atStep: step, context)
        guard case .number(let alpha)? = run.description.method.settings["alpha"] else {
            throw context.lacking("run \(run.id) does not say its α")
        }
        let isRankStabilised = run.description.method.settings["rank_stabilised"] == .flag(true)
        let rank = Double(pair.rank)
        scale = alpha / (isRankStabilised ? rank.squareRoot() : rank)
        let (scale, down, up) = (scale, down, up)
        change = (0..<up.rowCount).flatMap { row in
            (0..<down.columns).map { column in
                scale * (0..<down.rowCount).reduce(0.0) { $0 + Double(up[row, $1]) * Double(down[$1, column]) }
            }
        }
    }

    private static func value(
        _ name: ValueName, of run: RecordedRun, atStep step: Int, _ context: FigureContext
    ) throws -> RecordedValue {
        guard (0...run.journal.stepCount).contains(step) else {
            throw context.bad("step", "run \(run.id) has steps 0 to \(run.journal.stepCount)")
        }
        if let frame = try run.frame(step: step), frame.has(name) { return try frame.value(name) }
        if let value = try run.journal.parameter(name, atStep: step) { return value }
        throw context.bad("step", "run \(run.id) keeps no A and B of \(step) updates")
    }

    private func check() throws {
        let (rank, inputs, outputs) = (pair.rank, pair.inputs, pair.outputs)
        try context.require(
            pair.up.shape == [outputs, rank] && down.numbers.count == rank * inputs && up.numbers.count == outputs * rank,
            "A has shape \(pair.down.shape) and B \(pair.up.shape), which have no product")
        let pairs = Pair.all(of: run.description)
        let closed = pairs.reduce(0) { $0 + $1.rank * ($1.inputs + $1.outputs) }
        let recorded = pairs.reduce(0) { $0 + $1.down.count + $1.up.count }
        try context.require(closed == recorded, "r·(in + out) adds up to \(closed), and \(recorded) numbers are recorded")
        let graph = try run.graph()
        if let weight = graph.node(ValueName(pair.path + ".weight")), weight.shape.rows == .fixed(inputs) {
            try context.require(
                weight.shape.columns == outputs, "the weight has \(weight.shape.columns) outputs, and B \(outputs)")
        }
        try checkProduct(graph)
    }

    /// What the step computed with A and B is what their product gives.
    private func checkProduct(_ graph: GraphDescription) throws {
        guard let frame = try run.frame(step: step),
            let narrow = graph.nodes.first(where: {
                $0.phase == .forward && $0.operands.count == 2 && $0.operands[1] == pair.down.name
            }),
            narrow.name.rawValue.hasSuffix(".down")
        else { return }
        let (input, result) = (narrow.operands[0], ValueName(narrow.name.rawValue.dropLast("down".count) + "change"))
        guard frame.has(input), frame.has(result) else { return }
        let (x, y) = (try frame.value(input), try frame.value(result))
        guard x.columns == pair.inputs, y.columns == pair.outputs else { return }
        for row in 0..<min(x.rowCount, y.rowCount) {
            let values = x.row(row).map { Double($0) }
            let size = VectorArithmetic.norm(x.row(row))
            for (column, recorded) in y.row(row).enumerated() {
                let weights = change[column * pair.inputs..<(column + 1) * pair.inputs]
                let made = zip(values, weights).reduce(0.0) { $0 + $1.0 * $1.1 }
                try context.require(
                    abs(made - Double(recorded)) <= 1e-5 * max(1, size),
                    "\(result) at row \(row), column \(column) is \(recorded), and the product of B and A gives \(made)")
            }
        }
    }

    // MARK: Words

    func sheet() throws -> Sheet {
        try check()
        let (narrow, whole) = (pair.down.count + pair.up.count, pair.inputs * pair.outputs)
        let share = NumberFormat.percentage(Double(narrow) / Double(max(whole, 1)), decimals: 1)
        let name = run.description.method.name
        let (few, many) = (NumberFormat.whole(narrow), NumberFormat.whole(whole))
        return Sheet(
            title: narrow < whole
                ? Localised(
                    en: "All \(many) numbers of the matrix can change, yet only \(few) are trained: \(share)",
                    zhHans: "矩阵的 \(many) 个数都可改变，要训练的却只有 \(few) 个：\(share)")
                : Localised(
                    en: "\(few) trained numbers change the \(many) of the matrix: at this rank, no fewer",
                    zhHans: "\(few) 个训练的数改变矩阵的 \(many) 个数：在这个秩下并不更少"),
            description: Localised(
                en:
                    "Heat maps of the matrices A, \(pair.rank) by \(pair.inputs), B, \(pair.outputs) by \(pair.rank), and of the change of the weight, which is their product times \(NumberFormat.significant(scale)); one element of it is worked out.",
                zhHans:
                    "矩阵 A（\(pair.rank) × \(pair.inputs)）、B（\(pair.outputs) × \(pair.rank)）以及权重改变量的热图；改变量为两者之积乘以 \(NumberFormat.significant(scale))，并算出其中一个元素。"
            ),
            body: body(narrow: narrow, whole: whole),
            caption: Localised(
                en:
                    "\(name.english) of rank r = \(pair.rank) on \(pair.path): ΔW = s·B·A with s = \(scaleText). Row i of B and column j of A, framed, make element [i, j], counted from 1. \(HeatStrips.signs.en) A checkpoint that stores weights as inputs × outputs gets the transpose. Hu et al. 2022.",
                zhHans:
                    "\(name.chinese.spaced)作用于 \(pair.path)，秩 r = \(pair.rank)：ΔW = s·B·A，s = \(scaleText)。框中 B 的第 i 行与 A 的第 j 列得到元素 [i, j]，从 1 数起。\(HeatStrips.signs.zhHans)按“输入 × 输出”存放权重的检查点加上其转置。Hu 等 2022。"
            ),
            provenance: context.provenance(run, step: step))
    }

    private var scaleText: String {
        let isRankStabilised = run.description.method.settings["rank_stabilised"] == .flag(true)
        return (isRankStabilised ? "α/√r = " : "α/r = ") + NumberFormat.significant(scale)
    }

    // MARK: Picture

    private static let narrowCell = 14.0
    private static let mostHeight = 400.0
    private static let gap = 24.0
    private static let wideGap = 44.0

    /// The element that changed most.
    private var shownElement: (row: Int, column: Int) {
        let index = change.indices.max { abs(change[$0]) < abs(change[$1]) } ?? 0
        return (index / pair.inputs, index % pair.inputs)
    }

    /// Rows or columns that have room: all, or the first and the last and the one that is worked out among them.
    private struct Lines {
        let shown: [Int]
        let starts: [Double]
        let cell: Double
        let omitted: Int
        let gapAt: Double?
        var length: Double { (starts.last ?? 0) + cell }

        private static let smallest = 2.0
        private static let largest = 12.0
        private static let gap = 16.0

        init(count: Int, room: Double, largest: Double = Self.largest) {
            let cell = min(largest, max(Self.smallest, (room / Double(max(count, 1))).rounded(.down)))
            let elision = Elision(
                count: count, capacity: Double(count) * cell <= room ? count : Int((room - Self.gap) / cell))
            var (starts, place, gapAt) = ([Double](), 0.0, Double?.none)
            for rank in elision.shown.indices {
                if rank == elision.gap {
                    gapAt = place + Self.gap / 2
                    place += Self.gap
                }
                starts.append(place)
                place += cell
            }
            (shown, self.starts, self.cell, omitted, self.gapAt) = (elision.shown, starts, cell, elision.omitted, gapAt)
        }
    }

    private func address(_ name: ValueName) -> Address { Address(run: run.id, step: step, name) }

    private func grid(
        _ rows: Lines, _ columns: Lines, scale: ColourScale, address: String, value: (Int, Int) -> Double
    ) -> Block {
        var block = Block(size: Size(width: columns.length, height: rows.length))
        let grid = CellGrid(
            columnStarts: columns.starts, rowStarts: rows.starts, cell: Size(width: columns.cell, height: rows.cell),
            values: rows.shown.flatMap { row in columns.shown.map { Float(value(row, $0)) } }, scale: scale,
            addresses: CellAddresses(address, rows: rows.shown, columns: columns.shown))
        block.elements = [.cells(grid)] + SignBars.elements(on: grid)
        block.elements.append(.rectangle(block.bounds.grown(by: 0.5), stroke: Stroke(.rule)))
        return block
    }

    private func body(narrow: Int, whole: Int) -> Block {
        let type = context.type
        let element = shownElement
        let rank = Lines(count: pair.rank, room: 160, largest: Self.narrowCell)
        let side = rank.length + Self.wideGap
        // Room for the names at the left and above.
        let inputs = Lines(count: pair.inputs, room: context.room - side - 4, largest: 24)
        let outputs = Lines(count: pair.outputs, room: Self.mostHeight)
        let names = Font.label.lineHeight + 6
        let scales = (
            ColourScale.diverging(covering: down.numbers), ColourScale.diverging(covering: up.numbers),
            ColourScale.diverging(magnitude: change.reduce(0) { max($0, abs($1)) })
        )
        let a = grid(rank, inputs, scale: scales.0, address: address(pair.down.name).text) { Double(down[$0, $1]) }
        let b = grid(outputs, rank, scale: scales.1, address: address(pair.up.name).text) { Double(up[$0, $1]) }
        let product = Derivation("low-rank-change", address(pair.up.name), address(pair.down.name)).description
        let delta = grid(outputs, inputs, scale: scales.2, address: product) { change[$0 * pair.inputs + $1] }

        let corner = Point(x: side, y: names + a.height + Self.gap + names)
        var picture = Block(size: Size(width: side + inputs.length, height: corner.y + outputs.length + 4))
        picture.place(a, at: Point(x: side, y: names))
        picture.place(b, at: Point(x: 0, y: corner.y))
        picture.place(delta, at: corner)
        func size(_ rows: Int, _ columns: Int) -> String { "\(NumberFormat.whole(rows)) × \(NumberFormat.whole(columns))" }
        let heads: [(String, Paint, Point)] = [
            ("A  \(size(pair.rank, pair.inputs))", .trained, Point(x: side, y: 0)),
            ("B  \(size(pair.outputs, pair.rank))", .trained, Point(x: 0, y: corner.y - names)),
            ("ΔW = s·B·A  \(size(pair.outputs, pair.inputs))", .ink, Point(x: side, y: corner.y - names)),
        ]
        for (index, head) in heads.enumerated() {
            // B’s name stands over a narrow matrix: its size is written below the name of the product where there is no room.
            let text = index == 1 && type.width(of: head.0, in: .label.bold) > side - 6 ? "B" : head.0
            picture.place(type.line(text, font: .label.bold, paint: head.1), at: head.2)
        }
        frames(element, inputs: inputs, outputs: outputs, rank: rank, corner: corner, top: names, in: &picture)

        let notes = [
            Elision.noteIfAny(outputs.omitted, Localised(en: "rows", zhHans: "行")),
            Elision.noteIfAny(inputs.omitted, Localised(en: "columns", zhHans: "列")),
            Elision.noteIfAny(rank.omitted, Localised(en: "of r", zhHans: "个秩分量")),
        ].compactMap { $0 }.map { type.line($0, font: .digits, paint: .muted) }
        let keys = Block.flow(
            [("A", scales.0), ("B", scales.1), ("ΔW", scales.2)].map { name, scale in
                ColourKey(scale, title: name, length: 120).block(type)
            }, width: context.room, spacing: 28)
        return .column(
            [picture] + notes + [keys, arithmetic(element), counts(narrow: narrow, whole: whole)], spacing: 14)
    }

    /// Row i of B, column j of A, and where they meet.
    private func frames(
        _ element: (row: Int, column: Int), inputs: Lines, outputs: Lines, rank: Lines, corner: Point, top: Double,
        in picture: inout Block
    ) {
        guard let row = outputs.shown.firstIndex(of: element.row), let column = inputs.shown.firstIndex(of: element.column) else {
            return
        }
        let (x, y) = (corner.x + inputs.starts[column], corner.y + outputs.starts[row])
        let stroke = Stroke(.ink, width: 1.5)
        let (width, height) = (max(inputs.cell, 5), max(outputs.cell, 5))
        let (left, high) = (x + inputs.cell / 2 - width / 2, y + outputs.cell / 2 - height / 2)
        let boxes = [
            Rectangle(x: left - 1.5, y: top - 2, width: width + 3, height: rank.length + 4),
            Rectangle(x: -2, y: high - 1.5, width: rank.length + 4, height: height + 3),
            Rectangle(x: left - 1.5, y: high - 1.5, width: width + 3, height: height + 3),
        ]
        for box in boxes {
            picture.elements.append(.rectangle(box, cornerRadius: 1, stroke: Stroke(.paper, width: 3.5)))
            picture.elements.append(.rectangle(box, cornerRadius: 1, stroke: stroke))
        }
    }

    private static let mostTerms = 4

    private func arithmetic(_ element: (row: Int, column: Int)) -> Block {
        let type = context.type
        func number(_ x: Double) -> String { NumberFormat.written(x, digits: 2) }
        func factor(_ x: Double) -> String { x < 0 ? "(\(number(x)))" : number(x) }
        let product = change[element.row * pair.inputs + element.column]
        let name = Derivation(
            "low-rank-change", arguments: [address(pair.up.name), address(pair.down.name)],
            element: [element.row, element.column])
        var parts: [(String, String?)] = [
            ("ΔW[\(element.row + 1), \(element.column + 1)] = ", nil), (NumberFormat.significant(scale), nil), (" · (", nil),
        ]
        for k in 0..<min(pair.rank, Self.mostTerms) {
            if k > 0 { parts.append((" + ", nil)) }
            parts.append((factor(Double(up[element.row, k])), address(pair.up.name).element(element.row, k).text))
            parts.append((" · ", nil))
            parts.append((factor(Double(down[k, element.column])), address(pair.down.name).element(k, element.column).text))
        }
        if pair.rank > Self.mostTerms {
            parts.append(
                (
                    type(
                        Localised(en: " + … \(pair.rank - Self.mostTerms) more", zhHans: " + …另 \(pair.rank - Self.mostTerms) 项")),
                    nil
                ))
        }
        parts += [(") = ", nil), (number(product), name.description)]
        return Block.flow(
            parts.enumerated().map { index, part in
                type.line(part.0, font: index == parts.count - 1 ? .label.bold : .label).addressed(part.1)
            }, width: context.room, spacing: 0, lineSpacing: 4)
    }

    private func counts(narrow: Int, whole: Int) -> Block {
        let type = context.type
        var chart = BarChart(
            axis: Axis("", range: 0...Double(max(whole, narrow)), ticks: Ticks(values: [], labels: [])),
            bars: [
                BarChart.Bar(
                    type(Localised(en: "A, B: r · (in + out)", zhHans: "A、B：r · (in + out)")),
                    parts: [
                        .init("A", value: Double(pair.down.count), role: .trained, address: address(pair.down.name).text),
                        .init("B", value: Double(pair.up.count), role: .trained, address: address(pair.up.name).text),
                    ], text: "\(pair.rank) · (\(pair.inputs) + \(pair.outputs)) = \(NumberFormat.whole(narrow))"),
                BarChart.Bar(
                    "in · out", value: Double(whole),
                    text: "\(pair.inputs) · \(pair.outputs) = \(NumberFormat.whole(whole))", role: .frozen, isHatched: true),
            ])
        chart.showsTicks = false
        return .column(
            [
                type.line(Localised(en: "numbers to train", zhHans: "要训练的数"), font: .label.bold),
                chart.block(type, width: context.room),
            ], spacing: 6)
    }
}

extension Elision {
    /// What is said of things that are left out; `nil` of none.
    fileprivate static func noteIfAny(_ omitted: Int, _ noun: Localised) -> Localised? {
        omitted > 0 ? note(omitted: omitted, noun) : nil
    }
}
