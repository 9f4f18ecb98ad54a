internal import Drawing
internal import Recordings

extension Figure {
    /// The levels of NF4, what of a real weight they have to stand for, and the error they leave.
    static let nf4 = Figure(
        id: "nf4",
        question: Localised(en: "What do four bits keep of a weight?", zhHans: "四位能保留权重的多少信息？"),
        needs: FigureNeeds(
            also: Localised(en: "a run that holds a weight in 4 bits", zhHans: "一次以 4 位保存权重的运行"),
            check: { recording throws(RecordingError) in
                recording.runs.contains(where: \.hasQuantisation) ? nil : "none of its runs holds a weight in 4 bits"
            })
    ) { try NF4Drawing($0).sheet() }
}

extension RecordedRun {
    fileprivate var hasQuantisation: Bool { description.probes?.contains { $0.id == ProbeDescription.quantisation } ?? false }
}

private struct NF4Drawing {
    let context: FigureContext
    let run: RecordedRun
    let probe: RecordedProbe
    let levels: [Double]
    let weights: RecordedValue
    let dequantised: RecordedValue
    let codes: [Int]
    /// As they are used, and as they were.
    let maxima: [Double]
    let exactMaxima: [Double]

    private static let block = QuantisationValue.blockSize

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.first.map { try context.recording.run($0) }
        guard let run = chosen ?? context.recording.runs.first(where: \.hasQuantisation) else {
            throw context.lacking("it has no runs")
        }
        guard let probe = try run.probe(ProbeDescription.quantisation) else {
            throw context.bad("run", "\(run.id) holds no weight in 4 bits")
        }
        self.run = run
        self.probe = probe
        func numbers(_ name: ValueName) throws -> [Double] { try probe.value(name).numbers.map { Double($0) } }
        levels = try numbers(QuantisationValue.levels)
        weights = try probe.value(QuantisationValue.weights)
        dequantised = try probe.value(QuantisationValue.dequantised)
        codes = try probe.value(QuantisationValue.codes).numbers.map { Int($0) }
        maxima = try numbers(QuantisationValue.maxima)
        exactMaxima = try numbers(QuantisationValue.exactMaxima)
        let (count, blocks) = (weights.numbers.count, (weights.numbers.count + Self.block - 1) / Self.block)
        let count16 = levels.count
        guard count > 0, dequantised.numbers.count == count, codes.count == count, maxima.count == blocks,
            exactMaxima.count == blocks, count16 > 1, codes.allSatisfy({ (0..<count16).contains($0) })
        else { throw context.lacking("the parts of its weight in 4 bits do not fit together") }
    }

    /// Half of the wider gap between a level and its neighbours.
    private func reach(_ code: Int) -> Double {
        let below = code > 0 ? levels[code] - levels[code - 1] : 0
        let above = code < levels.count - 1 ? levels[code + 1] - levels[code] : 0
        return max(below, above) / 2
    }

    private func check() throws {
        let (levels32, maxima32) = (
            try probe.value(QuantisationValue.levels).numbers, try probe.value(QuantisationValue.maxima).numbers
        )
        for (a, b) in zip(levels, levels.dropFirst()) { try context.require(a < b, "the levels do not rise: \(a) before \(b)") }
        for index in weights.numbers.indices {
            let (code, block) = (codes[index], index / Self.block)
            try context.require(
                dequantised.numbers[index] == levels32[code] * maxima32[block],
                "number \(index) stands for \(dequantised.numbers[index]), and level times maximum gives \(levels32[code] * maxima32[block])"
            )
            let (weight, exact) = (Double(weights.numbers[index]), exactMaxima[block])
            let error = abs(Double(dequantised.numbers[index]) - weight)
            // Half a gap of the exact maximum, and what the maximum lost by being quantised itself.
            let bound = reach(code) * exact + abs(levels[code]) * abs(maxima[block] - exact)
            try context.require(
                error <= bound * (1 + 1e-5) + 1e-9,
                "number \(index) is off by \(error), and half a gap between levels is \(bound)")
            try context.require(
                abs(weight) <= exact * (1 + 1e-6), "number \(index) is \(weight), beyond its block’s maximum \(exact)")
        }
    }

    // MARK: Words

    func sheet() throws -> Sheet {
        try check()
        let percent = NumberFormat.percentage(try probe.relativeQuantisationError(), decimals: 1)
        var uses = [Int](repeating: 0, count: levels.count)
        for code in codes { uses[code] += 1 }
        let shares = uses.map { NumberFormat.percentage(Double($0) / Double(codes.count), decimals: 1) }
        let order = uses.indices.sorted { (uses[$0], $0) < (uses[$1], $1) }
        let (least, most) = (shares[order[0]], shares[order[order.count - 1]])
        let name = probe.description.subject?.rawValue ?? ""
        let count = NumberFormat.whole(codes.count)
        let blocks = NumberFormat.whole(maxima.count)
        return Sheet(
            title: Localised(
                en: "With \(levels.count) levels in place of \(count) different numbers, the weight is off by \(percent)",
                zhHans: "用 \(levels.count) 个量化级别代替 \(count) 个数，权重的误差为 \(percent)"),
            description: Localised(
                en:
                    "A histogram of the weight’s numbers divided by their block’s maximum, over the \(levels.count) levels of NF4; the error of single numbers below it; and one block of \(Self.block) numbers before and after, with one of them worked out.",
                zhHans:
                    "权重各数除以所在块最大值后的直方图，标有 NF4 的 \(levels.count) 个量化级别；下方是各数的误差；以及一个含 \(Self.block) 个数的块量化前后的对比，并算出其中一个数。"),
            body: body(uses: uses),
            caption: Localised(
                en:
                    "Weight \(name), \(count) numbers in \(blocks) blocks; off by: root mean square of the errors divided by that of the weights. Levels lie close where normally distributed weights are many; each is used by \(least) to \(most) of these. The maxima are themselves held in 8 bits (double quantisation), so that an error may pass the dashed bounds a little. \(HeatStrips.signs.en) Dettmers et al. 2023.",
                zhHans:
                    "权重 \(name)，\(count) 个数，分为 \(blocks) 块；误差：误差的均方根 ÷ 权重的均方根。正态分布的权重密集之处量化级别也密，落入各级别的数占 \(least) 至 \(most)。最大值本身以 8 位保存（双重量化），因此误差可能略超虚线界限。\(HeatStrips.signs.zhHans)Dettmers 等 2023。"
            ),
            provenance: context.provenance(run))
    }

    // MARK: Picture

    private static let bins = 64
    /// More dots than this are not told apart.
    private static let mostDots = 384

    private func body(uses: [Int]) -> Block {
        let charts = AlignedCharts.column(
            [histogram(), errors()], width: context.room, heights: [210, 190], type: context.type)
        return .column([charts, blockStrips()], spacing: 20)
    }

    private var x: Axis {
        Axis(
            context.type(Localised(en: "weight ÷ maximum of its block", zhHans: "权重 ÷ 所在块的最大值")), range: -1.02...1.02,
            ticks: .linear(-1...1))
    }

    private func histogram() -> Chart {
        var counts = [Double](repeating: 0, count: Self.bins)
        for (index, weight) in weights.numbers.enumerated() {
            let exact = exactMaxima[index / Self.block]
            let place = exact > 0 ? Double(weight) / exact : 0
            counts[min(Self.bins - 1, max(0, Int((place + 1) / 2 * Double(Self.bins))))] += 1
        }
        let width = 2 / Double(Self.bins)
        let address = Derivation("count", Address(run: run.id, step: probe.description.step, QuantisationValue.weights))
            .description
        let columns = counts.enumerated().map { index, count in
            Chart.Column(
                -1 + Double(index) * width...(-1 + Double(index + 1) * width), height: count, role: .frozen, address: address)
        }
        let title = Localised(
            en: "numbers of the weight, and the \(levels.count) levels", zhHans: "权重中的数，以及 \(levels.count) 个量化级别")
        var x = x
        x.title = ""
        return Chart(
            x: x, y: .covering(counts, title: context.type(title), includesZero: true), series: [], columns: columns,
            rules: levels.enumerated().map { code, level in
                var rule = Chart.Rule(
                    .upright, at: level, label: "\(code)", paint: .trained,
                    address: Address(run: run.id, step: probe.description.step, QuantisationValue.levels, code, 0).text)
                rule.hasHalo = true
                return rule
            })
    }

    private func address(_ name: ValueName, _ index: Int) -> Address {
        Address(run: run.id, step: probe.description.step, name, index / weights.columns, index % weights.columns)
    }

    private func maximum(_ name: ValueName, _ index: Int) -> Address {
        Address(run: run.id, step: probe.description.step, name, index / Self.block, 0)
    }

    private func relative(_ index: Int) -> Point {
        let (weight, exact) = (Double(weights.numbers[index]), max(exactMaxima[index / Self.block], .leastNormalMagnitude))
        return Point(x: weight / exact, y: (Double(dequantised.numbers[index]) - weight) / exact)
    }

    private func errors() -> Chart {
        let shown = Elision(count: codes.count, capacity: Self.mostDots)
        let dots = shown.shown.map { ($0, relative($0)) }
        let widest = levels.indices.map(reach).max() ?? 0.2
        // Between two levels the bound falls away from each to the middle and back.
        var bound: [Point] = []
        for (a, b) in zip(levels, levels.dropFirst()) {
            bound += [Point(x: a, y: 0), Point(x: (a + b) / 2, y: (b - a) / -2), Point(x: (a + b) / 2, y: (b - a) / 2)]
        }
        bound.append(Point(x: levels[levels.count - 1], y: 0))
        let title = Localised(
            en: "error ÷ maximum, of \(NumberFormat.whole(shown.shown.count)) numbers",
            zhHans: "误差 ÷ 最大值，其中 \(NumberFormat.whole(shown.shown.count)) 个数")
        var line = Chart.Series("", points: bound, paint: .muted, dash: [3, 2])
        line.width = 1
        return Chart(
            x: x,
            y: Axis(context.type(title), range: -widest * 1.15...widest * 1.15),
            series: [
                line,
                Chart.Series(
                    "", points: dots.map(\.1), paint: .role(.trained, strength: 1), mark: .circle, showsLine: false,
                    pointAddresses: dots.map { index, _ in
                        Derivation(
                            "relative-error", address(QuantisationValue.dequantised, index),
                            address(QuantisationValue.weights, index), maximum(QuantisationValue.exactMaxima, index)
                        ).description
                    }),
            ])
    }

    // MARK: One block

    /// The narrowest cell of a number, px.
    private static let leastCell = 7.0

    /// The block with the largest error of a number, by its maximum: there is most to see.
    private var shownBlock: Int {
        let errors = (0..<maxima.count).map { block in
            (block * Self.block..<min((block + 1) * Self.block, codes.count)).map { abs(relative($0).y) }.max() ?? 0
        }
        return errors.indices.max { (errors[$0], $1) < (errors[$1], $0) } ?? 0
    }

    private func blockStrips() -> Block {
        let type = context.type
        let block = shownBlock
        let indices = Array(block * Self.block..<min((block + 1) * Self.block, codes.count))
        let names = [
            Localised(en: "in float32", zhHans: "float32"), Localised(en: "in 4 bits", zhHans: "4 位"),
            Localised(en: "difference", zhHans: "差"),
        ]
        let left = (names.map { type.width(of: type($0), in: .label) }.max() ?? 0).rounded(.up) + 10
        // A line of cells that would be too narrow goes on in a next one.
        let capacity = max(1, Int((context.room - left) / Self.leastCell))
        let lineCount = (indices.count + capacity - 1) / capacity
        let perLine = (indices.count + lineCount - 1) / lineCount
        let cell = min(24, (context.room - left) / Double(perLine))
        let scale = ColourScale.diverging(magnitude: exactMaxima[block])
        let rows: [(Localised, (Int) -> Double, (Int) -> String)] = [
            (names[0], { Double(weights.numbers[$0]) }, { address(QuantisationValue.weights, $0).text }),
            (names[1], { Double(dequantised.numbers[$0]) }, { address(QuantisationValue.dequantised, $0).text }),
            (
                names[2], { Double(dequantised.numbers[$0]) - Double(weights.numbers[$0]) },
                { index in
                    Derivation(
                        "difference", address(QuantisationValue.dequantised, index), address(QuantisationValue.weights, index)
                    ).description
                }
            ),
        ]
        let worked = indices.max { abs(relative($0).y) < abs(relative($1).y) } ?? indices[0]
        var strips = Block(size: Size(width: context.room, height: 0))
        var y = 0.0
        for start in Swift.stride(from: 0, to: indices.count, by: perLine) {
            if start > 0 { y += 12 }
            let (top, line) = (y, indices[start..<min(start + perLine, indices.count)])
            for (name, value, address) in rows {
                let label = type.line(name)
                strips.place(label, at: Point(x: left - 10 - label.width, y: y + (16 - label.height) / 2))
                for (place, index) in line.enumerated() {
                    let box = Rectangle(x: left + Double(place) * cell, y: y, width: cell - 1, height: 16)
                    strips.elements.append(
                        .group(Group(address: address(index), [.rectangle(box, fill: scale.paint(for: value(index)))])))
                    if cell > SignBars.smallestCell + 1, let paint = SignBars.paint(on: scale.paint(for: value(index))) {
                        strips.elements.append(
                            .rectangle(
                                Rectangle(x: box.centre.x - 1.5, y: box.centre.y - 0.5, width: 3, height: 1), fill: paint))
                    }
                }
                y += 20
            }
            if let place = line.firstIndex(of: worked) {
                strips.elements.append(
                    .rectangle(
                        Rectangle(
                            x: left + Double(place - line.startIndex) * cell - 1.5, y: top - 2, width: cell + 2, height: y - top),
                        stroke: Stroke(.ink, width: 1.5)))
            }
        }
        strips.size.height = y
        let title = Localised(
            en: "block \(block + 1): \(indices.count) numbers with one maximum",
            zhHans: "第 \(block + 1) 块：\(indices.count) 个数共用一个最大值")
        let key = ColourKey(scale, title: "", length: 140).block(type)
        let name = type.line(title, font: .label.bold)
        let isBeside = name.width + 24 + key.width <= context.room
        let keyTop = isBeside ? 0 : name.height + 6
        var head = Block(size: Size(width: context.room, height: keyTop + key.height))
        head.place(name, at: .zero)
        head.place(key, at: Point(x: isBeside ? context.room - key.width : 0, y: keyTop))
        return .column([head, strips, arithmetic(worked)], spacing: 10)
    }

    /// The framed number, worked out.
    private func arithmetic(_ index: Int) -> Block {
        let type = context.type
        func number(_ x: Double) -> String { NumberFormat.significant(x, digits: 3) }
        let (weight, exact, used) = (Double(weights.numbers[index]), exactMaxima[index / Self.block], maxima[index / Self.block])
        let (code, result) = (codes[index], Double(dequantised.numbers[index]))
        let steps: [[(String, String?)]] = [
            [
                (number(weight), address(QuantisationValue.weights, index).text), (" ÷ ", nil),
                (number(exact), maximum(QuantisationValue.exactMaxima, index).text), (" = \(number(weight / exact))", nil),
            ],
            [
                (type(Localised(en: "  →  code ", zhHans: "  →  编码 ")), nil),
                ("\(code)", address(QuantisationValue.codes, index).text),
                (type(Localised(en: ", level ", zhHans: "，级别 ")), nil),
                (
                    number(levels[code]),
                    Address(run: run.id, step: probe.description.step, QuantisationValue.levels, code, 0).text
                ),
            ],
            [
                ("  →  \(number(levels[code])) × ", nil), (number(used), maximum(QuantisationValue.maxima, index).text),
                (" = ", nil), (number(result), address(QuantisationValue.dequantised, index).text),
            ],
        ]
        let framed = type.line(Localised(en: "Framed:  ", zhHans: "框中：  "), paint: .muted)
        let parts = steps.map { step in step.map { type.line($0.0, font: .label).addressed($0.1) } }
        let line = Block.row([framed] + parts.joined(), spacing: 0)
        guard line.width > context.room else { return line }
        // Lines are broken between the steps.
        return .flow(
            [.row([framed] + parts[0], spacing: 0)] + parts.dropFirst().map { .row($0, spacing: 0) }, width: context.room,
            spacing: 0, lineSpacing: 4)
    }
}
