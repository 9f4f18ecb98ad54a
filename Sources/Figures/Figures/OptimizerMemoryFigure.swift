internal import Drawing
internal import Recordings

extension Figure {
    /// What each method has allocated to train, by what it is for.
    static let optimizerMemory = Figure(
        id: "optimizer-memory",
        question: Localised(en: "Where does memory go?", zhHans: "内存用在哪里？"),
        needs: FigureNeeds(
            also: Localised(en: "a run whose memory was measured", zhHans: "一次测量过内存的运行"),
            check: { recording throws(RecordingError) in
                recording.runs.contains { $0.description.memory != nil } ? nil : "none of its runs has its memory measured"
            })
    ) { try OptimizerMemoryDrawing($0).sheet() }
}

private struct OptimizerMemoryDrawing {
    let context: FigureContext
    /// The first run of each method.
    let methods: [(run: RecordedRun, memory: RunMemory)]

    /// What bytes are for.
    private struct Kind {
        let name: Localised
        /// Where the name has no room.
        let short: Localised
        let value: MeasuredValue
        let role: ColourRole
        var isHatched = false
        let bytes: (RunMemory) -> Int
    }

    private static var kinds: [Kind] {
        [
            Kind(
                name: Localised(en: "base weights", zhHans: "基座权重"), short: Localised(en: "base", zhHans: "基座"),
                value: .memoryOfBaseWeights, role: .frozen, isHatched: true,
                bytes: \.baseWeights),
            Kind(
                name: Localised(en: "added weights", zhHans: "新增权重"), short: Localised(en: "added", zhHans: "新增"),
                value: .memoryOfAddedWeights, role: .trained,
                bytes: \.addedWeights),
            Kind(
                name: Localised(en: "gradients", zhHans: "梯度"), short: Localised(en: "grad.", zhHans: "梯度"),
                value: .memoryOfGradients, role: .gradient, bytes: \.gradients),
            Kind(
                name: Localised(en: "moments", zhHans: "矩"), short: Localised(en: "mom.", zhHans: "矩"), value: .memoryOfOptimizer,
                role: .key, bytes: \.optimizer),
            Kind(
                name: Localised(en: "activations", zhHans: "激活"), short: Localised(en: "activ.", zhHans: "激活"),
                value: .memoryOfActivations, role: .value, bytes: \.activations),
        ]
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        if let other = chosen.first(where: { $0.description.memory == nil }) {
            throw context.bad("run", "the memory of \(other.id) was not measured")
        }
        var methods: [(run: RecordedRun, memory: RunMemory)] = []
        for run in try context.comparableRuns() {
            guard let memory = run.description.memory else { continue }
            let method = run.description.method
            // One stands for those that differ in the seed alone.
            let isKnown = methods.contains { $0.run.description.method == method && $0.memory == memory }
            if !isKnown { methods.append((run, memory)) }
        }
        guard !methods.isEmpty else { throw context.lacking("none of its runs has its memory measured") }
        self.methods = Array(methods.prefix(Self.mostMethods))
        omitted = max(0, methods.count - Self.mostMethods)
    }

    private static let mostMethods = 12
    /// Of the longest bar beside its name and number, px: parts have room for their names.
    private static let leastLength = 240.0
    let omitted: Int

    private func check() throws {
        for (run, memory) in methods {
            let sum = Self.kinds.reduce(0) { $0 + $1.bytes(memory) }
            try context.require(
                sum == memory.total, "the parts of run \(run.id) add up to \(sum) bytes, and \(memory.total) were measured")
            try context.require(
                Self.kinds.allSatisfy { $0.bytes(memory) >= 0 }, "a part of run \(run.id) has less than no bytes")
        }
    }

    // MARK: Words

    func sheet() throws -> Sheet {
        try check()
        let most = methods.max { $0.memory.total < $1.memory.total } ?? methods[0]
        let least = methods.min { $0.memory.total < $1.memory.total } ?? methods[0]
        let (large, small) = (NumberFormat.bytes(most.memory.total), NumberFormat.bytes(least.memory.total))
        let names = (Localised(most.run.description.method.name), Localised(least.run.description.method.name))
        let own = NumberFormat.percentage(
            Double(most.memory.gradients + most.memory.optimizer) / Double(max(most.memory.total, 1)))
        let title =
            methods.count == 1 || most.run.id == least.run.id
            ? Localised(
                en: "Training by \(names.0.en) takes \(large); gradients and moments are \(own) of it",
                zhHans: "\(names.0.zhHans.spaced)训练占用 \(large)，其中梯度和矩占 \(own)")
            : Localised(
                en:
                    "\(names.0.en.capitalised) takes \(large), \(own) of it for gradients and moments; \(names.1.en) takes \(small)",
                zhHans: "\(names.0.zhHans.spaced)占用 \(large)，其中梯度和矩占 \(own)；\(names.1.zhHans.spaced)占用 \(small)")
        let batch = methods.map(\.run.description.training.batchSize).max() ?? 0
        let base =
            methods.contains { isBaseTrained($0.run, $0.memory) }
            ? Localised(
                en: " Base weights are hatched where frozen, orange where trained.", zhHans: "基座权重冻结时为斜线，训练时为橙色。")
            : Localised(same: "")
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A bar for each of \(methods.count) methods, of what training has allocated for base weights, added weights, gradients, moments and activations; below it the same as numbers.",
                zhHans: "\(methods.count) 种方法各一条，表示训练为基座权重、新增权重、梯度、矩和激活分配的内存；下方为同样的数。"),
            body: body(),
            caption: Localised(
                en:
                    "Bytes that were allocated, counted from the storage itself, for batches of up to \(batch) sequences; parts in the table’s order.\(base.en) Moments: all that the optimizer keeps from step to step. Activations: all other intermediate results, and room to compute in. What recording and evaluation need is not counted.",
                zhHans:
                    "按实际分配的存储统计的字节数，批最多含 \(batch) 条序列；各段按表中次序排列。\(base.zhHans)矩：优化器跨步保留的全部内容。激活：其余中间结果以及计算所需的空间。未计入记录和评估所需的部分。"
            ),
            provenance: provenance)
    }

    private func name(_ run: RecordedRun) -> String {
        let method = run.description.method
        return ([context.type(Localised(method.name))] + method.sizes).joined(separator: " ")
    }

    // MARK: Picture

    private func body() -> Block {
        let type = context.type
        let largest = methods.map(\.memory.total).max() ?? 1
        var chart = BarChart(
            axis: Axis("", range: 0...Double(largest), ticks: Ticks(values: [], labels: [])),
            bars: methods.map { run, memory in
                BarChart.Bar(
                    name(run),
                    parts: Self.kinds.filter { $0.bytes(memory) > 0 }.map { kind in
                        // Weights that are trained themselves are no longer frozen.
                        let isTrained = kind.value == .memoryOfBaseWeights && isBaseTrained(run, memory)
                        var part = BarChart.Part(
                            type(kind.name), value: Double(kind.bytes(memory)), role: isTrained ? .trained : kind.role,
                            isHatched: kind.isHatched && !isTrained, address: kind.value.address(in: run.id).text)
                        part.shortLabel = type(kind.short)
                        return part
                    }, text: NumberFormat.bytes(memory.total))
            })
        chart.barHeight = 22
        chart.spacing = 10
        chart.showsTicks = false
        chart.leastLength = Self.leastLength
        var parts = [chart.block(type, width: context.room), table()]
        if omitted > 0 {
            parts.append(
                type.line(
                    Elision.note(omitted: omitted, Localised(en: "runs", zhHans: "次运行")), font: .digits, paint: .muted))
        }
        return .column(parts, spacing: 24)
    }

    private func isBaseTrained(_ run: RecordedRun, _ memory: RunMemory) -> Bool { memory.addedWeights == 0 && trainsBase(run) }
    private func trainsBase(_ run: RecordedRun) -> Bool { run.description.frozenCount < run.model.parameterCount }

    private func swatch(_ role: ColourRole, isHatched: Bool) -> Block {
        let box = Rectangle(x: 0.5, y: 0.5, width: 11, height: 11)
        return Block(
            size: Size(width: 12, height: 12),
            elements: [
                isHatched
                    ? .rectangle(
                        box, fill: .tint(role), hatch: Hatch(.role(role, strength: 0.6), spacing: 5),
                        stroke: Stroke(.role(role, strength: 1)))
                    : .rectangle(box, fill: .role(role, strength: 1))
            ])
    }

    /// The numbers, with the colours' names; where columns would be too narrow beside the methods' names, these and the sums stand
    /// above the numbers.
    private func table() -> Block {
        let type = context.type
        let names = methods.map { type.line(name($0.run)) }
        let count = Double(Self.kinds.count)
        let left = (names.map(\.width).max() ?? 0) + 16
        let isStacked = (context.room - left) / (count + 1) < widestColumn(font: .label) + 8
        let font = isStacked ? Font.digits : .label
        let pitch = isStacked ? context.room / count : (context.room - left) / (count + 1)
        let start = isStacked ? 0 : left
        var block = Block(size: Size(width: context.room, height: 0))
        let total = Localised(en: "together", zhHans: "合计")
        let rowHeight = 24.0
        let titles = Self.kinds.map {
            type.paragraph($0.name, width: pitch - (isStacked ? 4 : 12), font: font, alignment: .end)
        }
        let headHeight = isStacked ? (titles.map(\.height).max() ?? 0) + 16 : 2 * font.lineHeight + 16
        var y = 0.0
        func put(_ cell: Block, _ column: Int, _ y: Double) {
            let right = isStacked && column == Self.kinds.count ? context.room : start + Double(column + 1) * pitch
            block.place(cell, at: Point(x: right - cell.width, y: y + (rowHeight - cell.height) / 2))
        }
        for (column, kind) in Self.kinds.enumerated() {
            var swatches = [swatch(kind.role, isHatched: kind.isHatched)]
            if kind.value == .memoryOfBaseWeights, methods.contains(where: { isBaseTrained($0.run, $0.memory) }) {
                swatches.append(swatch(.trained, isHatched: false))
            }
            let title = titles[column]
            put(
                .column([title, .row(swatches, spacing: 4)], spacing: 4, alignment: .end), column,
                y + headHeight - rowHeight / 2 - (title.height + 16) / 2)
        }
        if !isStacked {
            put(
                type.line(total, font: .label.bold), Self.kinds.count,
                y + headHeight - rowHeight / 2 - Font.label.lineHeight / 2 - 16)
        }
        y += headHeight + 6
        block.elements.append(.line(Point(x: 0, y: y + 0.5), Point(x: context.room, y: y + 0.5), Stroke(.muted)))
        y += 4
        for (index, entry) in methods.enumerated() {
            let sum = type.line(NumberFormat.bytes(entry.memory.total), font: .label.bold).addressed(
                MeasuredValue.memory.address(in: entry.run.id).text)
            block.place(names[index], at: Point(x: 0, y: y + (rowHeight - names[index].height) / 2))
            if isStacked {
                let named = Block.row(onBaseline: [type.line(total, paint: .muted), sum], spacing: 6)
                put(names[index].width + 16 + named.width <= context.room ? named : sum, Self.kinds.count, y)
                y += 20
            }
            for (column, kind) in Self.kinds.enumerated() {
                let bytes = kind.bytes(entry.memory)
                let line = type.line(bytes == 0 ? "0" : NumberFormat.bytes(bytes), paint: bytes == 0 ? .muted : .ink)
                put(line.addressed(kind.value.address(in: entry.run.id).text), column, y)
            }
            if !isStacked { put(sum, Self.kinds.count, y) }
            y += rowHeight
            if index + 1 < methods.count {
                block.elements.append(.line(Point(x: 0, y: y - 0.5), Point(x: context.room, y: y - 0.5), Stroke(.rule)))
            }
        }
        block.size.height = y
        return block
    }

    /// The widest word of the table's heads or number in it, px.
    private func widestColumn(font: Font) -> Double {
        let type = context.type
        let heads = Self.kinds.flatMap { type($0.name).split(separator: " ").map(String.init) }
        let numbers = methods.flatMap { entry in Self.kinds.map { NumberFormat.bytes($0.bytes(entry.memory)) } }
        let sums = methods.map { type.width(of: NumberFormat.bytes($0.memory.total), in: font.bold) }
        return ((heads + numbers).map { type.width(of: $0, in: font) } + sums).max() ?? 0
    }

    private var provenance: Localised {
        let model = methods[0].run.model
        let hash = String(model.weightsSha256.prefix(8))
        let runs = methods.map(\.run.id)
        return Localised(
            en: "model \(model.name) \(hash)… · \(runs.joined(separator: ", "))",
            zhHans: "模型 \(model.name) \(hash)… · \(runs.joined(separator: "、"))")
    }
}
