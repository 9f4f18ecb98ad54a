internal import Drawing
internal import Experiments

/// The figure of a measured growth.
struct GrowthDrawing {
    let growth: Growth
    let type: Typesetter

    init(_ growth: Growth, type: Typesetter) {
        self.growth = growth
        self.type = type
    }

    private static let columns = 2
    private static let spacing = 28.0
    private static let height = 190.0

    func sheet() -> Sheet {
        let width = ((Sheet.room(in: Sheet.article) - Self.spacing) / Double(Self.columns)).rounded(.down)
        let charts = growth.lines.map { chart($0).block(type, size: Size(width: width, height: Self.height)) }
        let rows = stride(from: 0, to: charts.count, by: Self.columns).map { start in
            Array(charts[start..<min(start + Self.columns, charts.count)])
        }
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "Five charts of a training step’s time against virtual tokens, sequences, tokens, layers and width, for \(list(", ")).",
                zhHans: "五张图：一步训练的时间随虚拟 token 数、序列数、token 数、层数和宽度的变化，比较 \(list("、"))。"),
            body: .grid(rows, columnSpacing: Self.spacing, rowSpacing: 20), caption: caption,
            provenance: Localised(same: "\(growth.machine.processor) · \(growth.machine.arithmetic) · \(versions)"))
    }

    // MARK: Words

    private var title: Localised {
        guard let line = growth.lines.first(where: { $0.quantity == .virtualTokens }), let first = line.points.first,
            let last = line.points.last
        else { return Localised(en: "How the time of a step grows", zhHans: "一步的时间如何增长") }
        let own = NumberFormat.significant(last.milliseconds.median / first.milliseconds.median)
        let counts = "\(first.value) → \(last.value)"
        guard let peer = last.peers.first, let start = first.peers.first(where: { $0.name == peer.name }) else {
            return Localised(
                en: "Virtual tokens \(counts): a step takes \(own) times as long", zhHans: "虚拟 token \(counts)：一步的时间变为 \(own) 倍")
        }
        let other = NumberFormat.significant(peer.milliseconds.median / start.milliseconds.median)
        let name = Self.name(peer.name)
        return Localised(
            en: "Virtual tokens \(counts): a step takes \(own) times as long, in \(name) \(other) times",
            zhHans: "虚拟 token \(counts)：一步的时间变为 \(own) 倍，\(name) 则变为 \(other) 倍")
    }

    private var caption: Localised {
        let base = Growth.base
        func size(_ quantity: Growth.Quantity) -> Int { base[quantity] ?? 0 }
        return Localised(
            en:
                "Prompt tuning with P = \(size(.virtualTokens)), \(size(.sequences)) sequences of \(size(.tokens)) tokens, a GPT-2 of \(size(.layers)) layers and width \(size(.width)) with 4 heads, but for what is varied; the last quarter of each sequence is counted. Both axes are logarithmic. Median step, timed in turn on \(growth.machine.threads) threads.",
            zhHans:
                "提示微调，P = \(size(.virtualTokens))，\(size(.sequences)) 条序列，每条 \(size(.tokens)) 个 token，GPT-2 有 \(size(.layers)) 层，宽度 \(size(.width))，4 个头；每张图只改变一项。每条序列的最后四分之一计入损失。两轴均为对数刻度。时间为中位单步时间，\(growth.machine.threads) 个线程，轮流计时。"
        )
    }

    private func list(_ separator: String) -> String {
        (["Foreword"] + peerNames.map(Self.name)).joined(separator: separator)
    }

    private var peerNames: [String] { growth.lines.first?.points.first?.peers.map(\.name) ?? [] }

    private var versions: String {
        let peers = growth.lines.first?.points.first?.peers ?? []
        return (["Foreword"] + peers.map(\.version)).joined(separator: " · ")
    }

    private static func name(_ peer: String) -> String { peer == "peft" ? "PEFT" : peer == "jax" ? "JAX" : peer }

    private static func name(_ quantity: Growth.Quantity) -> Localised {
        switch quantity {
        case .virtualTokens: Localised(en: "virtual tokens P", zhHans: "虚拟 token 数 P")
        case .sequences: Localised(en: "sequences of a batch", zhHans: "每批序列数")
        case .tokens: Localised(en: "tokens of a sequence T", zhHans: "每条序列的 token 数 T")
        case .layers: Localised(en: "layers L", zhHans: "层数 L")
        case .width: Localised(en: "width d", zhHans: "宽度 d")
        }
    }

    // MARK: Lines

    private func chart(_ line: Growth.Line) -> Chart {
        let values = line.points.map { Double($0.value) }
        var series = [
            Chart.Series(
                "Foreword", points: line.points.map { Point(x: Double($0.value), y: $0.milliseconds.median) }, paint: .trained,
                mark: .circle)
        ]
        for (name, look) in zip(peerNames, Self.peerLooks) {
            let points = line.points.compactMap { point in
                point.peers.first { $0.name == name }.map { Point(x: Double(point.value), y: $0.milliseconds.median) }
            }
            series.append(
                Chart.Series(Self.name(name), points: points, paint: look.paint, dash: look.dash, mark: look.mark))
        }
        let times = series.flatMap(\.points).map(\.y)
        return Chart(
            x: Axis(
                type(Self.name(line.quantity)), range: (values.min() ?? 1)...(values.max() ?? 1), scale: .logarithmic,
                ticks: Ticks(values: values, labels: line.points.map { String($0.value) })),
            y: .covering(
                times, title: type(Localised(en: "ms a step", zhHans: "一步的毫秒数")), scale: .logarithmic),
            series: series)
    }

    private static let peerLooks: [(paint: Paint, dash: [Double], mark: Chart.Series.Mark)] = [
        (.ink, [6, 3], .square), (.textToken, [2, 3], .triangle),
    ]
}
