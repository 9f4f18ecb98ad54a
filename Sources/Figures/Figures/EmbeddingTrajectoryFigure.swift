internal import Drawing
internal import Recordings

extension Figure {
    /// The way of each virtual token over the steps, in the plane in which they move most, with the vocabulary behind.
    static let embeddingTrajectory = Figure(
        id: "embedding-trajectory",
        question: Localised(en: "By which way did the soft prompt go?", zhHans: "软提示走了怎样的路？"),
        needs: FigureNeeds(softPrompt: true, embeddings: true)
    ) { try EmbeddingTrajectoryDrawing($0).sheet() }
}

private struct EmbeddingTrajectoryDrawing {
    let context: FigureContext
    let run: RecordedRun
    let last: Int
    /// The prompt at every step that is drawn.
    let steps: [Int]
    let prompts: [RecordedValue]
    let embeddings: RecordedValue
    let words: [String]

    /// More points than this on a path are not told apart.
    private static let mostPoints = 60
    private static let mostPaths = 12

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.promptRun(besideWords: true)
        self.run = run
        last = context.options.step ?? run.journal.stepCount
        guard (0...run.journal.stepCount).contains(last) else {
            throw context.bad("step", "run \(run.id) has steps 0 to \(run.journal.stepCount)")
        }
        let stride = max(1, (last + Self.mostPoints - 1) / Self.mostPoints)
        let steps = Array(Swift.stride(from: 0, to: last, by: stride)) + [last]
        self.steps = steps
        prompts = try steps.compactMap { try run.journal.parameter(.softPrompt, atStep: $0) }
        guard prompts.count == steps.count, let embeddings = try context.recording.vocabularyEmbeddings() else {
            throw context.lacking("it has no soft prompt or no embeddings")
        }
        self.embeddings = embeddings
        words = try context.recording.vocabulary()
    }

    /// The ends of the path are where the frames, which were written on another way, saw the prompt.
    private func check(_ plane: PrincipalPlane) throws {
        for description in run.description.frames {
            guard let frame = try run.frame(step: description.step), frame.has(.softPrompt),
                let kept = try run.journal.parameter(.softPrompt, atStep: description.step)
            else { continue }
            try context.require(
                try frame.value(.softPrompt).numbers == kept.numbers,
                "the soft prompt of step \(description.step) is another in the frame than in the journal")
        }
        let share = plane.shares.reduce(0, +)
        try context.require(share <= 1 + 1e-6, "the plane shows \(share) of the variance")
    }

    func sheet() throws -> Sheet {
        let plane = PrincipalPlane(
            prompts.flatMap { prompt in (0..<prompt.rowCount).map { prompt.row($0).map { Double($0) } } })
        try check(plane)
        let count = prompts[0].rowCount
        let share = NumberFormat.percentage(plane.shares.reduce(0, +))
        let half = try halfway()
        return Sheet(
            title: Localised(
                en: "The soft prompt has gone half of its way after \(half) of \(last) updates",
                zhHans: "软提示用 \(last) 次更新中的前 \(half) 次走完了一半路程"),
            description: Localised(
                en:
                    "A plane with the embeddings of the vocabulary as dots and the paths of \(count) virtual tokens over \(last) updates as lines, from the words they began as to where they ended.",
                zhHans: "平面图：词表的嵌入为点，\(count) 个虚拟 token 在 \(last) 次更新中的路径为线，从最初的词到最后的位置。"),
            body: try body(plane, half: half),
            caption: Localised(
                en:
                    "The plane of the paths’ first two principal components: it shows \(share) of their variance, so points that lie together here may be far apart. Ring: start; disc: end; dots on a line: every \(mark) updates; cross stroke: after \(half); grey: words of the vocabulary.",
                zhHans:
                    "平面由路径的前两个主成分张成，显示了其方差的 \(share)，因此图上靠近的点实际可能相距很远。圆环为起点，圆点为终点，线上小点为每 \(mark) 次更新，短横线为第 \(half) 次更新后，灰色为词表中的词。"
            ),
            provenance: context.provenance(run, step: last))
    }

    /// Updates between two marks on a path.
    private var mark: Int { max(1, last / 5) }

    /// After how many updates half of the way between start and end is behind the whole prompt.
    private func halfway() throws -> Int {
        guard let start = try run.journal.parameter(.softPrompt, atStep: 0)?.numbers,
            let end = try run.journal.parameter(.softPrompt, atStep: last)?.numbers
        else { return 0 }
        let way = VectorArithmetic.norm(zip(end, start).map { $0 - $1 })
        for step in 0...last {
            guard let now = try run.journal.parameter(.softPrompt, atStep: step)?.numbers else { continue }
            if VectorArithmetic.norm(zip(end, now).map { $0 - $1 }) <= way / 2 { return step }
        }
        return last
    }

    private func body(_ plane: PrincipalPlane, half: Int) throws -> Block {
        let type = context.type
        let shown = Elision(count: prompts[0].rowCount, capacity: Self.mostPaths)
        let paths = shown.shown.map { row in prompts.map { Self.point(plane.place($0.row(row))) } }
        let vocabulary = (0..<embeddings.rowCount).map { Self.point(plane.place(embeddings.row($0))) }
        let ends = Rectangle(around: paths.joined()) ?? Rectangle(size: .zero)
        let air = 0.12 * max(ends.width, ends.height, 1e-9)
        let bounds = ends.grown(by: air)
        let width = context.room
        let scale = min(width / bounds.width, 460 / bounds.height)
        let height = (bounds.height * scale).rounded(.up)
        let left = (width - bounds.width * scale) / 2
        // Equal scales on both axes: distances in the plane can be compared.
        func place(_ p: Point) -> Point { Point(x: left + (p.x - bounds.x) * scale, y: height - (p.y - bounds.y) * scale) }
        let area = Rectangle(x: 0, y: 0, width: width, height: height)
        var block = Block(size: area.size)
        block.elements.append(
            .rectangle(area.grown(by: -0.5), cornerRadius: 4, stroke: Stroke(.rule)))

        let inside = area.grown(by: -6)
        var dots: [Rectangle] = []
        for (id, point) in vocabulary.enumerated() {
            let at = place(point)
            guard inside.contains(at) else { continue }
            dots.append(Rectangle(x: at.x, y: at.y, width: 0, height: 0).grown(by: 2))
            block.elements.append(
                .group(
                    Group(
                        address: Derivation("place", Address(.vocabularyEmbeddings, id)).description,
                        [.circle(at: at, radius: 1.75, fill: .role(.ink, strength: 0.4))])))
        }
        let nearest = NearestWords(embeddings)
        let middle = half > 0 && half < last ? try run.journal.parameter(.softPrompt, atStep: half) : nil
        var lines: [(from: Point, to: Point)] = []
        var labels: [PointLabels.Label] = []
        var starts: [PointLabels.Label] = []
        for (rank, row) in shown.shown.enumerated() {
            let points = paths[rank].map(place)
            // Labels keep away from both edges of the line, not from its middle alone.
            for shift in [Point(x: -1, y: 0), Point(x: 1, y: 0), Point(x: 0, y: -1), Point(x: 0, y: 1)] {
                lines += zip(points, points.dropFirst()).map { ($0 + shift, $1 + shift) }
            }
            var path = Path()
            path.move(to: points[0])
            for point in points.dropFirst() { path.line(to: point) }
            var parts: [Element] = [.shape(Shape(path, stroke: Stroke(.trained, width: 1.75, cap: .round)))]
            for (index, step) in steps.enumerated() where step > 0 && step < last && step % mark == 0 {
                parts.append(.circle(at: points[index], radius: 2.25, fill: .trained))
            }
            let (first, end) = (points[0], points[points.count - 1])
            // Where half of the way was done: a stroke across the path.
            if let middle, let next = steps.firstIndex(where: { $0 >= half }), next > 0 {
                let at = place(Self.point(plane.place(middle.row(row))))
                let way = points[next] - points[next - 1]
                let length = points[next].distance(to: points[next - 1])
                if length > 0 {
                    let across = Point(x: -way.y, y: way.x) * (5 / length)
                    parts.append(.line(at - across, at + across, Stroke(.paper, width: 5)))
                    parts.append(.line(at - across, at + across, Stroke(.trained, width: 2.5)))
                    // As along the path, labels keep away from both edges of the stroke.
                    let along = way * (2.5 / length)
                    lines += [-1.0, 1].map { side in
                        (from: at - across * 1.3 + along * side, to: at + across * 1.3 + along * side)
                    }
                }
            }
            // A ring is a line, from which text keeps 4 px.
            dots.append(Rectangle(x: first.x, y: first.y, width: 0, height: 0).grown(by: 8))
            parts.append(.circle(at: first, radius: 4, fill: .paper, stroke: Stroke(.trained, width: 1.75)))
            parts.append(.circle(at: end, radius: 4.5, fill: .trained))
            block.elements.append(
                .group(
                    Group(
                        address: Derivation("place", Address(run: run.id, step: last, .softPrompt, row)).description, parts)))
            labels.append(.init("p\(row + 1)", at: end, font: .label.bold, paint: .trained))
            if let word = nearest.nearest(to: prompts[0].row(row)).first {
                let text = type.shortened(TextSafety.shown(words[word.id]), width: 90, font: .label)
                starts.append(.init(text, at: first, font: .label, paint: .muted))
            }
        }
        let placed = PointLabels(
            labels + starts, within: area.grown(by: -4), avoiding: dots, lines: lines, markRadius: 5.5, hasLeaders: true,
            type: type)
        block.elements += placed.elements
        let hidden = vocabulary.count { !inside.contains(place($0)) }
        let notes = [
            shown.note(Localised(en: "virtual tokens", zhHans: "个虚拟 token")),
            hidden > 0 ? Elision.note(omitted: hidden, Localised(en: "words outside the frame", zhHans: "个词在框外")) : nil,
            unplaced(placed.omitted, ends: shown.shown, starts: starts),
        ].compactMap { $0 }
        return .column([block] + notes.map { type.line($0, font: .digits, paint: .muted) }, spacing: 6)
    }

    /// The words that have no room in the crowd: they are told below it.
    private func unplaced(_ omitted: [Int], ends: [Int], starts: [PointLabels.Label]) -> Localised? {
        let names = omitted.compactMap { index -> String? in
            let rank = index - ends.count
            return starts.indices.contains(rank) && ends.count == starts.count ? "p\(ends[rank] + 1) \(starts[rank].text)" : nil
        }
        guard !names.isEmpty else { return nil }
        return Localised(
            en: "starts without room for a name: \(names.joined(separator: ", "))",
            zhHans: "图中放不下的起点：\(names.joined(separator: "、"))")
    }

    private static func point(_ place: (x: Double, y: Double)) -> Point { Point(x: place.x, y: place.y) }
}
