internal import Drawing
internal import Recordings

extension Figure {
    /// One step of AdamW for one number of the soft prompt, and the way that number went.
    static let adamAnatomy = Figure(
        id: "adam-anatomy",
        question: Localised(en: "What does one AdamW step do?", zhHans: "AdamW 的一步做了什么？"),
        needs: FigureNeeds(softPrompt: true)
    ) { try AdamAnatomyDrawing($0).sheet() }
}

private struct AdamAnatomyDrawing {
    let context: FigureContext
    let run: RecordedRun
    /// The step that is taken apart.
    let step: Int
    /// The number: its row and its column.
    let element: (row: Int, column: Int)
    /// Of the number, at every step: `gradient`, `first` and `second` before the last state, `value` to the last state.
    let gradient: [Double]
    let first: [Double]
    let second: [Double]
    let value: [Double]

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.promptRun()
        self.run = run
        let steps = run.journal.stepCount
        guard steps > 0, let start = try run.journal.parameter(.softPrompt, atStep: 0),
            let end = try run.journal.parameter(.softPrompt, atStep: steps)
        else { throw context.lacking("its run has no step") }
        step = context.options.step ?? steps / 10
        guard (0..<steps).contains(step) else { throw context.bad("step", "run \(run.id) has updates 0 to \(steps - 1)") }
        // The number that went furthest: its course is the clearest.
        let index =
            zip(start.numbers, end.numbers).map { abs($1 - $0) }.enumerated()
            .max { ($0.element, $1.offset) < ($1.element, $0.offset) }?.offset ?? 0
        element = (index / start.columns, index % start.columns)
        var (gradient, first, second, value) = ([Double](), [Double](), [Double](), [Double]())
        for step in 0...steps {
            value.append(Double(try run.journal.parameter(.softPrompt, atStep: step)?.numbers[index] ?? 0))
            guard step < steps else { continue }
            gradient.append(Double(try run.journal.gradient(of: .softPrompt, atStep: step)?.numbers[index] ?? 0))
            first.append(Double(try run.journal.firstMoment(of: .softPrompt, atStep: step)?.numbers[index] ?? 0))
            second.append(Double(try run.journal.secondMoment(of: .softPrompt, atStep: step)?.numbers[index] ?? 0))
        }
        (self.gradient, self.first, self.second, self.value) = (gradient, first, second, value)
    }

    private var optimizer: OptimizerDescription { run.description.training.optimizer }
    private var beta1: Double { optimizer.betas.first ?? 0 }
    private var beta2: Double { optimizer.betas.last ?? 0 }
    private func rate(_ step: Int) -> Double { Double(run.journal.learningRates[step]) }

    private func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { power, _ in power * base } }
    private func corrected(first step: Int) -> Double { first[step] / (1 - power(beta1, step + 1)) }
    private func corrected(second step: Int) -> Double { second[step] / (1 - power(beta2, step + 1)) }
    /// What the moments take off.
    private func push(_ step: Int) -> Double {
        rate(step) * corrected(first: step) / (corrected(second: step).squareRoot() + optimizer.epsilon)
    }
    private func decay(_ step: Int) -> Double { rate(step) * optimizer.weightDecay * value[step] }

    private func check() throws {
        let clip = run.description.training.gradientClip
        for step in gradient.indices {
            // A clipped gradient enters the moments scaled; the norm is recorded before.
            let norm = Double(run.journal.gradientNorms[step])
            let g = gradient[step] * (clip.map { $0 < norm ? $0 / (norm + 1e-6) : 1 } ?? 1)
            let m = beta1 * (step > 0 ? first[step - 1] : 0) + (1 - beta1) * g
            let v = beta2 * (step > 0 ? second[step - 1] : 0) + (1 - beta2) * g * g
            let place = "element [\(element.row), \(element.column)] at step \(step)"
            try context.require(
                abs(m - first[step]) <= 1e-5 * max(abs(m), abs(g)),
                "the first moment of \(place) is recorded as \(first[step]), and the gradients give \(m)")
            try context.require(
                abs(v - second[step]) <= 1e-4 * max(v, g * g * (1 - beta2)),
                "the second moment of \(place) is recorded as \(second[step]), and the gradients give \(v)")
            let x = value[step] - decay(step) - push(step)
            try context.require(
                abs(x - value[step + 1]) <= 1e-6 + 1e-5 * abs(value[step + 1]),
                "\(place) becomes \(value[step + 1]), and the moments give \(x)")
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let way = abs(value[step + 1] - value[step])
        let g = NumberFormat.written(abs(gradient[step]))
        let size = NumberFormat.written(way, digits: 3)
        // A step is as long as the rate where the mean of the gradient is as large as its usual size.
        let isNear = way > 0.4 * rate(step) && way < 2.5 * rate(step)
        let rate = NumberFormat.significant(rate(step), digits: 1)
        let claim =
            isNear
            ? Localised(
                en: ": AdamW’s step is near its rate, \(rate), whatever the gradient’s size",
                zhHans: "：无论梯度多大，AdamW 的步长都与学习率 \(rate) 同量级")
            : Localised(en: ", at a learning rate of \(rate)", zhHans: "，学习率为 \(rate)")
        let name = "p\(element.row + 1)[\(element.column + 1)]"
        return Sheet(
            title: Localised(
                en: "A gradient of \(g) moves the number by \(size)\(claim.en)",
                zhHans: "大小为 \(g) 的梯度使这个数移动 \(size)\(claim.zhHans)"),
            description: Localised(
                en:
                    "The update of the number \(name) of the soft prompt in step \(step), worked out line by line, and three charts over the steps: gradient and its running mean, the root of the running mean of its square, and the number itself.",
                zhHans: "软提示中数 \(name) 在第 \(step) 步的更新，逐行算出；以及随步数变化的三张图：梯度及其滑动平均、其平方的滑动平均的平方根、这个数本身。"),
            body: body(name: name),
            caption: Localised(
                en:
                    "The number is the one of the soft prompt that went furthest; m′ and v′ are m and v of the step before. Dividing by √v̂ makes the step’s length nearly independent of the gradient’s. Source: Loshchilov and Hutter 2019, algorithm 2.",
                zhHans: "这是软提示中移动最远的数；m′ 和 v′ 为上一步的 m 和 v。除以 √v̂ 使步长几乎与梯度大小无关。出处：Loshchilov 与 Hutter 2019，算法 2。"),
            provenance: context.provenance(run, step: step))
    }

    // MARK: Line by line

    private struct Line {
        let name: Localised
        let formula: String
        let number: Double
        let paint: Paint
        let address: String
    }

    private func body(name: String) -> Block {
        let type = context.type
        func address(_ value: ValueName, step: Int) -> Address {
            Address(run: run.id, step: step, value, element.row, element.column)
        }
        let t = step + 1
        let (m, v) = (
            address(ValueName.softPrompt.firstMoment, step: step), address(ValueName.softPrompt.secondMoment, step: step)
        )
        let x = address(.softPrompt, step: step)
        // A setting as people write it: without zeros at its end.
        func number(_ x: Double) -> String {
            var text = NumberFormat.significant(x, digits: 3)
            while text.contains("."), !text.contains("e"), text.last == "0" { text.removeLast() }
            return text.last == "." ? String(text.dropLast()) : text
        }
        let b1 = number(beta1)
        let b2 = number(beta2)
        let lines = [
            Line(
                name: Localised(en: "gradient", zhHans: "梯度"), formula: "g", number: gradient[step], paint: .gradient,
                address: address(ValueName.softPrompt.gradient, step: step).text),
            Line(
                name: Localised(en: "its mean", zhHans: "梯度的平均"),
                formula: "m = \(b1) · m′ + \(number(1 - beta1)) · g", number: first[step], paint: .gradient, address: m.text),
            Line(
                name: Localised(en: "its square’s mean", zhHans: "平方的平均"),
                formula: "v = \(b2) · v′ + \(number(1 - beta2)) · g²", number: second[step], paint: .gradient, address: v.text),
            Line(
                name: Localised(en: "corrected for the start", zhHans: "修正起始偏差"),
                formula: "m̂ = m / (1 − \(b1)\(NumberFormat.superscript(t)))",
                number: corrected(first: step), paint: .ink, address: Derivation("corrected", m).description),
            Line(
                name: Localised(en: "likewise", zhHans: "同样修正"), formula: "v̂ = v / (1 − \(b2)\(NumberFormat.superscript(t)))",
                number: corrected(second: step), paint: .ink, address: Derivation("corrected", v).description),
            Line(
                name: Localised(en: "push", zhHans: "推动"), formula: "u = \(number(rate(step))) · m̂ / (√v̂ + ε)",
                number: push(step),
                paint: .ink,
                address: Derivation("push", m, v).description),
            Line(
                name: Localised(en: "decay", zhHans: "衰减"),
                formula: "w = \(number(rate(step))) · \(number(optimizer.weightDecay)) · x", number: decay(step), paint: .ink,
                address: Derivation("decay", x).description),
            Line(
                name: Localised(en: "before", zhHans: "更新前"), formula: "x", number: value[step], paint: .trained, address: x.text),
            Line(
                name: Localised(en: "after", zhHans: "更新后"), formula: "x − w − u", number: value[step + 1], paint: .trained,
                address: address(.softPrompt, step: step + 1).text),
        ]
        let heading = type.line(
            Localised(
                en: "\(name), step \(step) → \(step + 1)", zhHans: "\(name)，第 \(step) → \(step + 1) 步"), font: .body.bold,
            paint: .trained)
        let names = lines.map { type.line($0.name, font: .label, paint: .muted) }
        let formulas = lines.map { type.line($0.formula, font: .label) }
        let numbers = lines.map {
            type.line(NumberFormat.written($0.number, digits: 3), font: .label.bold, paint: $0.paint).addressed($0.address)
        }
        let widths = [names, formulas, numbers].map { $0.map(\.width).max() ?? 0 }
        let natural = widths[0] + 14 + widths[1] + 14 + widths[2]
        // Charts beside the table, or below it where they would be too narrow; names beside the formulas, or above them.
        let isStacked = context.room - natural - Self.gap < Self.leastChart
        let isTall = natural > context.room
        let width = isStacked ? context.room : natural
        let (formulaX, formulaY, pitch) = isTall ? (0, names[0].height, 40.0) : (widths[0] + 14, 0, 22)
        var table = Block(size: Size(width: width, height: 0))
        table.place(heading, at: .zero)
        var y = heading.height + 10
        for index in lines.indices {
            if index == 3 || index == 5 || index == 7 {
                y += 5
                table.elements.append(.line(Point(x: 0, y: y), Point(x: width, y: y), Stroke(.rule)))
                y += 6
            }
            table.place(names[index], at: Point(x: 0, y: y))
            table.place(formulas[index], at: Point(x: formulaX, y: y + formulaY))
            table.place(numbers[index], at: Point(x: width - numbers[index].width, y: y + formulaY))
            y += pitch
        }
        table.size.height = y
        if isStacked { return .column([table, charts(width: context.room)], spacing: 16) }
        return .row([table, charts(width: context.room - width - Self.gap)], spacing: Self.gap, alignment: .start)
    }

    /// The air between table and charts, and the least width of a chart, px.
    private static let gap = 32.0
    private static let leastChart = 200.0

    // MARK: Over the steps

    private func charts(width: Double) -> Block {
        let type = context.type
        let steps = Axis(
            type(Localised(en: "updates", zhHans: "更新次数")), range: 0...Double(max(1, run.journal.stepCount)))
        func points(_ values: [Double]) -> [Point] { values.enumerated().map { Point(x: Double($0.offset), y: $0.element) } }
        func address(_ value: ValueName) -> String {
            Address(run: run.id, step: step, value, element.row, element.column).text
        }
        let means = gradient.indices.map { corrected(first: $0) }
        let roots = gradient.indices.map { corrected(second: $0).squareRoot() }
        func rule(isNamed: Bool) -> Chart.Rule {
            Chart.Rule(
                .upright, at: Double(step),
                label: isNamed ? type(Localised(en: "step \(step)", zhHans: "第 \(step) 步")) : "", paint: .muted)
        }
        let charts = [
            (
                Localised(en: "gradient g, and its mean m̂", zhHans: "梯度 g 及其平均 m̂"),
                [
                    Chart.Series(
                        "g", points: points(gradient), paint: .gradient, dash: [2, 2],
                        address: address(ValueName.softPrompt.gradient)),
                    Chart.Series(
                        "m̂", points: points(means), paint: .ink,
                        address: Derivation("corrected", Address(run: run.id, step: step, ValueName.softPrompt.firstMoment))
                            .description
                    ),
                ], gradient + means
            ),
            (
                Localised(en: "√v̂, the gradient’s usual size", zhHans: "√v̂：梯度的通常大小"),
                [
                    Chart.Series(
                        "√v̂", points: points(roots), paint: .ink,
                        address: Derivation("corrected", Address(run: run.id, step: step, ValueName.softPrompt.secondMoment))
                            .description
                    )
                ], roots + [0]
            ),
            (
                Localised(en: "the number x", zhHans: "这个数 x"),
                [Chart.Series("x", points: points(value), paint: .trained, address: address(.softPrompt))], value
            ),
        ]
        // One left edge for all three: the widest of their numbers decides.
        let made = charts.enumerated().map { index, chart in
            Chart(
                x: index == charts.count - 1 ? steps : Axis("", range: steps.range),
                y: Axis.covering(chart.2, title: ""), series: chart.1, rules: [rule(isNamed: index == 0)])
        }
        let heights = [112.0, 96, 112]
        let plots = zip(made, heights).map {
            $0.block(type, size: Size(width: width, height: $1)).places["plot"] ?? Rectangle(size: .zero)
        }
        let left = plots.map(\.x).max() ?? 0
        let right = plots.map(\.right).min() ?? width
        return .column(
            zip(zip(charts, made), zip(plots, heights)).map { chart, place in
                let (before, behind) = (left - place.0.x, place.0.right - right)
                let block = chart.1.block(type, size: Size(width: width - before - behind, height: place.1))
                return .column(
                    [type.line(chart.0.0, font: .label, paint: .muted), block.padded(Insets(left: before, right: behind))],
                    spacing: 2)
            }, spacing: 8)
    }
}
