internal import Drawing
internal import Recordings

extension Figure {
    /// Accuracy before and after for two methods and for both at once, with what each trains.
    static let combined = Figure(
        id: "combined",
        question: Localised(en: "What does a prompt with LoRA gain?", zhHans: "提示加 LoRA 能得到什么？"),
        needs: FigureNeeds(
            also: Localised(
                en:
                    "runs of two methods and of both together, such as prompt tuning, LoRA and prompt tuning with LoRA, evaluated before and after",
                zhHans: "两种方法及其组合（如提示微调、LoRA、提示微调加 LoRA）的运行，训练前后都经过评估"),
            check: { recording throws(RecordingError) in
                guard let sides = CombinedDrawing.sides(among: recording.runs) else {
                    return "it has no runs of two methods and of both together, with the same settings and number of updates"
                }
                return CombinedDrawing.split(of: sides.flatMap(\.self)) == nil
                    ? "its runs were not all evaluated on one split before and after" : nil
            })
    ) { try CombinedDrawing($0).sheet() }
}

private struct CombinedDrawing {
    let context: FigureContext
    /// The method in front of the text, the changes of weights, both.
    let sides: [Side]
    let split: SplitDescription

    struct Side {
        let runs: [RecordedRun]
        let before: (number: Double, places: [Address])
        /// After the last update, run by run.
        let after: [Double]
        let places: [Address]

        var run: RecordedRun { runs[0] }
        var mean: (number: Double, address: String) { MeasuredRuns.mean(after, places) }
        var gain: Double { mean.number - before.number }
        var trained: Int { run.description.trainedCount }
    }

    /// The first set of runs of two methods and of both: front, change, both.
    static func sides(among runs: [RecordedRun]) -> [[RecordedRun]]? {
        for both in runs {
            let method = both.description.method
            let names = method.id.split(separator: "+").map(String.init)
            guard names.count == 2 else { continue }
            /// Runs of a method that differ from the first suitable one in the seed alone.
            func like(_ id: String) -> [RecordedRun] {
                let own = runs.filter { run in
                    let other = run.description
                    return other.method.id == id && run.task.id == both.task.id && run.model.name == both.model.name
                        && other.training.steps == both.description.training.steps
                        && other.training.batchSize == both.description.training.batchSize
                        && other.method.settings.allSatisfy { method.settings[$0.key] == $0.value }
                }
                guard let first = own.first else { return [] }
                return own.filter { MeasuredRuns.difference(between: [first, $0], beside: []) == nil }
            }
            let sides = [like(names[0]), like(names[1]), like(method.id)]
            if both.journal.stepCount > 0, sides.allSatisfy({ !$0.isEmpty }) { return sides }
        }
        return nil
    }

    /// The last split on which all were evaluated before the first update and after the last.
    static func split(of runs: [RecordedRun]) -> SplitDescription? {
        runs.first?.task.splits.last { split in
            runs.allSatisfy { run in
                let steps = run.journal.evaluations(ofSplit: split.id).map(\.step)
                return steps.contains(0) && steps.contains(run.journal.stepCount)
            }
        }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        guard let sides = Self.sides(among: chosen.isEmpty ? context.recording.runs : chosen) else {
            throw chosen.isEmpty
                ? context.lacking("it has no runs of two methods and of both together")
                : context.bad("run", "these are not runs of two methods and of both together")
        }
        guard let split = Self.split(of: sides.flatMap(\.self)) else {
            throw context.lacking("its runs were not all evaluated on one split before and after")
        }
        self.split = split
        self.sides = sides.map { runs in
            func accuracies(_ step: (RecordedRun) -> Int) -> ([Double], [Address]) {
                let found = runs.map { run -> (Double, Address) in
                    let evaluation = run.journal.evaluations(ofSplit: split.id).first { $0.step == step(run) }
                    return (
                        evaluation.map { Double($0.accuracy) } ?? .nan,
                        Address(run: run.id, step: step(run), .evaluationAccuracy(split.id))
                    )
                }
                return (found.map(\.0), found.map(\.1))
            }
            let (before, after) = (accuracies { _ in 0 }, accuracies { $0.journal.stepCount })
            return Side(
                runs: runs, before: (MeasuredRuns.mean(before.0, before.1).number, before.1), after: after.0, places: after.1)
        }
    }

    private func check() throws {
        let (front, change, both) = (sides[0].trained, sides[1].trained, sides[2].trained)
        try context.require(
            front + change == both,
            "\(sides[0].run.id) trains \(front) numbers and \(sides[1].run.id) \(change), which are \(front + change), and \(sides[2].run.id) trains \(both)"
        )
        for side in sides {
            for (run, number) in zip(side.runs, side.after) {
                try context.require((0...1).contains(number), "an accuracy of run \(run.id) is \(number), not from 0 to 1")
            }
            try context.require(
                (0...1).contains(side.before.number), "an accuracy of \(side.run.id) is not from 0 to 1 before it")
        }
        let seeds = sides.map { Set($0.runs.map(\.description.seed)) }
        try context.require(
            Set(seeds).count == 1 && sides.allSatisfy { $0.runs.count == seeds[0].count },
            "the methods were not run from the same seeds, each once")
    }

    // MARK: Words

    private func name(_ side: Side) -> Localised { Localised(side.run.description.method.name) }
    private func percent(_ side: Side) -> String { NumberFormat.percentage(side.mean.number) }

    func sheet() throws -> Sheet {
        try check()
        let (front, change, both) = (sides[0], sides[1], sides[2])
        let (all, first, second) = (percent(both), percent(front), percent(change))
        return Sheet(
            title: Localised(
                en:
                    "\(name(front).en.capitalised) together with \(name(change).en): \(all) right; \(name(change).en) alone \(second), \(name(front).en) alone \(first)",
                zhHans:
                    "\(name(front).zhHans)与\(spaced(name(change).zhHans)) 合用答对 \(all)；单用\(spaced(name(change).zhHans)) \(second)，单用\(spaced(name(front).zhHans)) \(first)"
            ),
            description: Localised(
                en:
                    "Three rows, for \(name(front).en), \(name(change).en), and both together: the accuracy on \(split.name.english) before training and after it, a dot for each seed and a bar at their mean, the gain, and how many numbers are trained.",
                zhHans:
                    "三行分别为\(name(front).zhHans)、\(name(change).zhHans)和两者合用：训练前后在\(split.name.chinese)上的准确率（每个种子一点，竖线为平均值）、提升，以及训练的数。"
            ),
            body: body(), caption: caption, provenance: provenance)
    }

    private func spaced(_ name: String) -> String {
        (name.first?.isASCII == true ? " " : "") + name
    }

    private var caption: Localised {
        let both = sides[2]
        let (low, high) = (both.after.min() ?? 0, both.after.max() ?? 0)
        let (from, to) = (NumberFormat.percentage(low), NumberFormat.percentage(high))
        let rates = sides.map { $0.run.learningRate }
        let steps = NumberFormat.whole(both.run.journal.stepCount)
        let marks =
            both.after.count > 1
            ? Localised(
                en: "Dots: each seed after \(steps) updates; bar: their mean.", zhHans: "圆点：各种子在 \(steps) 次更新之后；竖线：平均值。")
            : Localised(en: "Dot: after \(steps) updates.", zhHans: "圆点：\(steps) 次更新之后。")
        let (spread, spreadZh) =
            both.after.count > 1
            ? (" From seed to seed both together give \(from) to \(to).", "不同种子下，两者合用的准确率为 \(from) 到 \(to)。") : ("", "")
        return Localised(
            en:
                "Ring: before training. \(marks.en) Gain: in percentage points.\(spread) Learning rates: \(rates.joined(separator: ", ")).",
            zhHans:
                "圆环：训练前。\(marks.zhHans)提升以百分点计。\(spreadZh)学习率：\(rates.joined(separator: "、"))。"
        )
    }

    // MARK: Picture

    private static let rowHeight = 62.0
    /// The narrowest plot beside names and numbers, px.
    private static let leastPlot = 140.0

    private func body() -> Block {
        let type = context.type
        let nameWidth = 112.0
        let counts = sides.map { type.line(trained($0), font: .label) }
        let barWidth = max(150, counts.map(\.width).max() ?? 0)
        let (afterWidth, gainWidth) = (44.0, 56.0)
        let plotX = nameWidth + 20
        let plotWidth = context.room - plotX - afterWidth - gainWidth - barWidth - 24 - 30
        guard plotWidth >= Self.leastPlot else { return stacked(counts) }
        let afterX = plotX + plotWidth + 24
        let barX = context.room - barWidth
        let axis = Axis("", range: 0...1)
        func x(_ share: Double) -> Double { plotX + axis.share(of: share) * plotWidth }
        var block = Block(size: Size(width: context.room, height: 0))
        let heads: [(Localised, Double, Double?)] = [
            (Localised(en: "accuracy on \(split.name.english)", zhHans: "\(split.name.chinese)上的准确率"), plotX, nil),
            (Localised(en: "after", zhHans: "之后"), afterX, afterX + afterWidth),
            (Localised(en: "gain", zhHans: "提升"), afterX + afterWidth, afterX + afterWidth + gainWidth),
            (Localised(en: "trained numbers", zhHans: "训练的数"), barX, nil),
        ]
        for (head, start, end) in heads {
            let line = type.line(head, font: .label.bold, paint: .muted)
            block.place(line, at: Point(x: end.map { $0 - line.width } ?? start, y: 0))
        }
        let top = Font.label.lineHeight + 12
        let bottom = top + Double(sides.count) * Self.rowHeight
        for share in Self.marks {
            let at = x(share).rounded()
            block.elements.append(.line(Point(x: at, y: top), Point(x: at, y: bottom + 4), Stroke(.rule)))
            block.elements.append(
                .text(
                    TextRun(
                        NumberFormat.percentage(share), at: Point(x: at, y: bottom + 8 + Font.digits.baseline), font: .digits,
                        anchor: .middle, paint: .muted)))
        }
        let most = Double(max(sides.map(\.trained).max() ?? 1, 1))
        for (index, side) in sides.enumerated() {
            let y = top + Double(index) * Self.rowHeight
            let middle = (y + Self.rowHeight / 2).rounded()
            if index > 0 {
                block.elements.append(.line(Point(x: 0, y: y), Point(x: context.room, y: y), Stroke(.rule)))
            }
            func put(_ part: Block, x: Double) {
                block.place(part, at: Point(x: x.rounded(), y: (middle - part.height / 2).rounded()))
            }
            put(type.paragraph(name(side), width: nameWidth, font: .label.bold), x: 0)
            addDots(side, middle: middle, x: x, to: &block)
            let (mean, gain) = numbers(side)
            put(mean, x: afterX + afterWidth - mean.width)
            put(gain, x: afterX + afterWidth + gainWidth - gain.width)
            addBars(index, at: Point(x: barX, y: middle - 18), width: barWidth, most: most, to: &block)
            place(counts[index], of: side, at: Point(x: barX, y: middle + 2), in: &block)
        }
        block.size.height = bottom + 8 + Font.digits.lineHeight
        return block
    }

    /// The accuracy after training, and what was gained.
    private func numbers(_ side: Side) -> (mean: Block, gain: Block) {
        let points = side.gain * 100
        return (
            context.type.line(percent(side), font: .label.bold).addressed(side.mean.address),
            context.type.line(
                (points >= 0 ? "+" : "") + NumberFormat.fixed(points, decimals: 0), paint: points >= 0 ? .good : .bad
            ).addressed(Derivation("mean-difference", arguments: side.places + side.before.places).description)
        )
    }

    /// On a narrow page names and numbers stand above the dots, and what is trained below them all.
    private func stacked(_ counts: [Block]) -> Block {
        let type = context.type
        let (room, inset, gainWidth) = (context.room, 11.0, 48.0)
        let axis = Axis("", range: 0...1)
        func x(_ share: Double) -> Double { inset + axis.share(of: share) * (room - 2 * inset) }
        func head(_ text: Localised, width: Double = .infinity) -> Block {
            type.paragraph(text, width: width, font: .label.bold, paint: .muted)
        }
        var block = Block(size: Size(width: room, height: 0))
        let (after, gain) = (head(Localised(en: "after", zhHans: "之后")), head(Localised(en: "gain", zhHans: "提升")))
        let title = head(
            Localised(en: "accuracy on \(split.name.english)", zhHans: "\(split.name.chinese)上的准确率"),
            width: room - gainWidth - after.width - 12)
        block.place(title, at: .zero)
        block.place(after, at: Point(x: room - gainWidth - after.width, y: title.height - after.height))
        block.place(gain, at: Point(x: room - gain.width, y: title.height - gain.height))
        var y = title.height + 8
        let (nameHeight, dotsHeight) = (Font.label.lineHeight + 5, 56.0)
        for (index, side) in sides.enumerated() {
            if index > 0 {
                block.elements.append(.line(Point(x: 0, y: y), Point(x: room, y: y), Stroke(.rule)))
                y += 6
            }
            let (mean, gain) = numbers(side)
            block.place(type.line(name(side), font: .label.bold), at: Point(x: 0, y: y))
            block.place(mean, at: Point(x: room - gainWidth - mean.width, y: y))
            block.place(gain, at: Point(x: room - gain.width, y: y))
            y += nameHeight
            for share in Self.marks {
                let at = x(share).rounded()
                block.elements.append(.line(Point(x: at, y: y), Point(x: at, y: y + dotsHeight), Stroke(.rule)))
            }
            addDots(side, middle: y + dotsHeight / 2, x: x, to: &block)
            y += dotsHeight + 4
        }
        for share in Self.marks {
            block.elements.append(
                .text(
                    TextRun(
                        NumberFormat.percentage(share), at: Point(x: x(share).rounded(), y: y + Font.digits.baseline),
                        font: .digits, anchor: .middle, paint: .muted)))
        }
        y += Font.digits.lineHeight + 20
        block.place(head(Localised(en: "trained numbers", zhHans: "训练的数")), at: Point(x: 0, y: y))
        y += Font.label.lineHeight + 8
        let most = Double(max(sides.map(\.trained).max() ?? 1, 1))
        for (index, side) in sides.enumerated() {
            block.place(type.line(name(side)), at: Point(x: 0, y: y))
            place(counts[index], of: side, at: Point(x: room - counts[index].width, y: y), in: &block)
            y += Font.label.lineHeight + 3
            addBars(index, at: Point(x: 0, y: y), width: room, most: most, to: &block)
            y += 14 + 9
        }
        block.size.height = y - 9
        return block
    }

    private static let marks = [0, 0.25, 0.5, 0.75, 1]

    private func addDots(_ side: Side, middle: Double, x: (Double) -> Double, to block: inout Block) {
        let (from, to) = (x(side.before.number), x(side.mean.number))
        if abs(to - from) > 8 {
            block.elements.append(
                .line(
                    Point(x: from + (to > from ? 5 : -5), y: middle), Point(x: to, y: middle),
                    Stroke(.role(.trained, strength: 0.45), width: 2)))
        }
        let before = MeasuredRuns.mean(side.before.places.map { _ in side.before.number }, side.before.places).address
        block.elements.append(
            .group(
                Group(
                    address: before,
                    [.circle(at: Point(x: from, y: middle), radius: 4, fill: .paper, stroke: Stroke(.ink, width: 1.5))])))
        guard side.after.count > 1 else {
            block.elements.append(
                .group(
                    Group(
                        address: side.mean.address,
                        [.circle(at: Point(x: to, y: middle), radius: 5, fill: .trained, stroke: Stroke(.paper, width: 1))])))
            return
        }
        block.elements.append(
            .group(
                Group(
                    address: side.mean.address,
                    [.rectangle(Rectangle(x: to - 1.5, y: middle - 14, width: 3, height: 28), cornerRadius: 1, fill: .trained)])))
        // Dots that would cover each other stand one above the other.
        var placed: [Point] = []
        for (number, address) in zip(side.after, side.places) {
            let offsets = [0.0, -9, 9, -18, 18, -24, 24]
            let at = x(number)
            let free = offsets.first { offset in
                placed.allSatisfy { $0.distance(to: Point(x: at, y: middle + offset)) >= 8.5 }
            }
            let point = Point(x: at, y: middle + (free ?? 0))
            placed.append(point)
            block.elements.append(
                .group(
                    Group(
                        address: address.text,
                        [.circle(at: point, radius: 4, fill: .trained, stroke: Stroke(.paper, width: 1))])))
        }
    }

    private func trained(_ side: Side) -> String {
        let own = NumberFormat.whole(side.trained)
        guard side.run.id == sides[2].run.id else { return own }
        return "\(NumberFormat.whole(sides[0].trained)) + \(NumberFormat.whole(sides[1].trained)) = \(own)"
    }

    /// What is trained, both as the sum of its parts: the part in front solid, changes of weights outlined.
    private func addBars(_ index: Int, at place: Point, width: Double, most: Double, to block: inout Block) {
        let parts = index == 2 ? [0, 1] : [index]
        let address = MeasuredValue.trainedNumbers.address(in: sides[index].run.id).text
        var (start, elements) = (place.x, [Element]())
        for part in parts {
            let length = max(2, Double(sides[part].trained) / most * (width - 2))
            let bar = Rectangle(x: start, y: place.y, width: length, height: 14)
            elements.append(
                part == 0
                    ? .rectangle(bar, fill: .trained)
                    : .rectangle(
                        bar.grown(by: -0.75), fill: .role(.trained, strength: 0.25), stroke: Stroke(.trained, width: 1.5)))
            start += length + 1
        }
        block.elements.append(.group(Group(address: address, elements)))
    }

    private func place(_ count: Block, of side: Side, at place: Point, in block: inout Block) {
        block.place(count.addressed(MeasuredValue.trainedNumbers.address(in: side.run.id).text), at: place)
    }

    private var provenance: Localised {
        let run = sides[0].run
        let model = run.model
        let hash = String(model.weightsSha256.prefix(8))
        let method = sides[2].run.description.method
        let seeds = sides[0].runs.map(\.description.seed)
        return Localised(
            en:
                "model \(model.name) \(hash)… · \(run.task.name.english) · \(method.sizes.joined(separator: ", ")) · \(MeasuredRuns.told(seeds))",
            zhHans:
                "模型 \(model.name) \(hash)… · \(run.task.name.chinese) · \(method.sizes.joined(separator: "，")) · 种子 \(MeasuredRuns.seeds(seeds, separator: "、"))"
        )
    }
}
