import Drawing
import Testing

@Suite struct ChartTests {
    static func chart(ends: [Double], rules: [Chart.Rule] = []) -> Chart {
        Chart(
            x: Axis("step", range: 0...100), y: Axis("loss", range: 0...4),
            series: ends.enumerated().map { index, end in
                Chart.Series(
                    "method \(index)", points: [Point(x: 0, y: 3.5), Point(x: 50, y: end + 0.3), Point(x: 100, y: end)],
                    paint: [.trained, .frozen, .key, .value][index % 4], address: "loss/\(index)")
            }, rules: rules)
    }

    @Test(
        "Names of lines that end together stand apart, and the layout keeps its rules",
        arguments: [[0.5], [0.5, 0.51], [0.5, 0.5, 0.5, 0.5]])
    func labels(ends: [Double]) {
        let block = Self.chart(ends: ends).block(english, size: Size(width: 600, height: 240))
        #expect(findings(in: block) == [])
        #expect(texts(in: block).filter { $0.text.hasPrefix("method") }.count == ends.count)
        #expect(block.size == Size(width: 600, height: 240))
    }

    @Test("With samples each name has a piece of its line before it, and lines that end at one place share a bracket")
    func samples() {
        func elements(_ ends: [Double]) -> (plain: Block, sampled: Block) {
            var chart = Self.chart(ends: ends)
            let plain = chart.block(english, size: Size(width: 600, height: 240))
            chart.showsSamples = true
            return (plain, chart.block(english, size: Size(width: 600, height: 240)))
        }
        for ends in [[0.5, 3], [0.5, 0.5, 0.5, 0.5]] {
            let (plain, sampled) = elements(ends)
            #expect(findings(in: sampled) == [])
            #expect(flattened(sampled.elements).count == flattened(plain.elements).count + ends.count)
            #expect((sampled.places["plot"]?.right ?? 0) < (plain.places["plot"]?.right ?? 0))
        }
    }

    @Test("A rule with a halo has paper beside it")
    func halo() {
        var rule = Chart.Rule(.upright, at: 20, label: "", paint: .trained)
        func papers() -> Int {
            flattened(Self.chart(ends: [1], rules: [rule]).block(english, size: Size(width: 600, height: 240)).elements).count {
                if case .shape(let shape) = $0 { shape.stroke?.paint == .paper } else { false }
            }
        }
        #expect(papers() == 0)
        rule.hasHalo = true
        #expect(papers() == 1)
    }

    @Test("A rule is named, and the layout keeps its rules")
    func rules() {
        let block = Self.chart(
            ends: [0.5],
            rules: [
                .init(.upright, at: 20, label: "end of warm-up"), .init(.upright, at: 25, label: "step 25"),
                .init(.level, at: 1.4, label: "chance"),
            ]
        ).block(english, size: Size(width: 600, height: 240))
        #expect(findings(in: block) == [])
        #expect(Set(texts(in: block).map(\.text)).isSuperset(of: ["end of warm-up", "step 25", "chance"]))
    }

    @Test("Points lie where the axes say", arguments: [Axis.Scale.linear, .logarithmic])
    func places(scale: Axis.Scale) throws {
        let chart = Chart(
            x: Axis("x", range: 1...100, scale: scale), y: Axis("y", range: 0...1),
            series: [.init("", points: [Point(x: 10, y: 0.25)], paint: .trained, mark: .circle, pointAddresses: ["p"])])
        let block = chart.block(english, size: Size(width: 400, height: 200))
        let plot = try #require(block.places["plot"])
        let marks = flattened(block.elements).compactMap { element -> Point? in
            if case .shape(let shape) = element, shape.fill == .trained { shape.path.bounds?.centre } else { nil }
        }
        let mark = try #require(marks.first)
        let share = scale == .linear ? 9.0 / 99 : 0.5
        #expect(abs(mark.x - (plot.x + share * plot.width)) < 1e-6)
        #expect(abs(mark.y - (plot.bottom - 0.25 * plot.height)) < 1e-6)
        #expect(scene(of: block).addresses == ["p"])
    }

    @Test("A line is cut off at the plot's edges and interrupted where there is no number")
    func clipping() throws {
        let chart = Chart(
            x: Axis("x", range: 0...10), y: Axis("y", range: 0...1),
            series: [
                .init(
                    "",
                    points: [
                        Point(x: 0, y: 0.5), Point(x: 2, y: 9), Point(x: 4, y: 0.5), Point(x: 5, y: .nan), Point(x: 6, y: 0.5),
                        Point(x: 7, y: 0.5),
                    ],
                    paint: .key)
            ])
        let block = chart.block(english, size: Size(width: 400, height: 200))
        let plot = try #require(block.places["plot"]).grown(by: 0.02)
        let chords = flattened(block.elements).flatMap { element -> [(from: Point, to: Point)] in
            if case .shape(let shape) = element, shape.stroke?.paint == .key { shape.path.chords() } else { [] }
        }
        #expect(chords.count == 3)
        #expect(chords.allSatisfy { plot.contains($0.from) && plot.contains($0.to) })
    }

    @Test(
        "An axis that covers numbers ends at round ones",
        arguments: [
            ([0.13, 0.87], false, 0.1...0.9), ([3, 17], true, 0...18), ([-0.4, 0.6], false, -0.4...0.6),
            ([5, 5], false, 2.5...7.5),
        ])
    func covering(values: [Double], includesZero: Bool, range: ClosedRange<Double>) {
        let axis = Axis.covering(values, title: "", includesZero: includesZero)
        #expect(abs(axis.range.lowerBound - range.lowerBound) < 1e-9 && abs(axis.range.upperBound - range.upperBound) < 1e-9)
    }

    @Test("A logarithmic axis covers its numbers by powers of ten, and ignores what has no logarithm")
    func coveringLogarithmic() {
        #expect(Axis.covering([3, 4000, 0, .nan], title: "", scale: .logarithmic).range == 1...10_000)
        #expect(Axis.covering([10, 10], title: "", scale: .logarithmic).range == 10...100)
    }

    @Test("Names that would leave the plot too little room stand above it", arguments: [240, 600])
    func namesAbove(width: Double) throws {
        var chart = Chart(
            x: Axis("updates", range: 0...10), y: Axis("accuracy on examples that were held out", range: 0...1),
            series: [
                .init("full fine-tuning", points: [Point(x: 0, y: 0), Point(x: 10, y: 0.5)], paint: .ink, mark: .square),
                .init("prompt tuning", points: [Point(x: 0, y: 0), Point(x: 10, y: 1)], paint: .trained, mark: .circle),
            ])
        chart.leastPlot = 160
        let block = chart.block(english, size: Size(width: width, height: 240))
        #expect(findings(in: block) == [])
        let plot = try #require(block.places["plot"])
        #expect(plot.width >= 160)
        let names = texts(in: block).filter { $0.text == "full fine-tuning" || $0.text == "prompt tuning" }
        #expect(names.count == 2)
        #expect(names.allSatisfy { ($0.origin.y < plot.y) == (width == 240) })
    }

    @Test("A title that is wider than a chart has several lines")
    func titleLines() {
        let title = "along the first principal direction of the path"
        let chart = Chart(x: Axis(title, range: 0...1), y: Axis(title, range: 0...1), series: [])
        let block = chart.block(english, size: Size(width: 180, height: 240))
        #expect(findings(in: block) == [])
        #expect(!texts(in: block).contains { $0.text == title })
    }

    @Test("Bars begin at zero, point by their sign, and carry their numbers")
    func bars() throws {
        let chart = BarChart(
            axis: .covering([-0.4, 0.6], title: "change", includesZero: true),
            bars: [
                .init("worse", value: -0.4, role: .bad), .init("better", value: 0.6, role: .good),
                .init("frozen", value: 0.3, role: .frozen, isHatched: true),
            ])
        let block = chart.block(english, width: 400)
        #expect(findings(in: block) == [])
        let (worse, better) = (try #require(block.places["bar 0"]), try #require(block.places["bar 1"]))
        #expect(abs(worse.right - better.x) < 1e-9)
        #expect(abs(better.width / worse.width - 1.5) < 1e-9)
        #expect(Set(texts(in: block).map(\.text)).isSuperset(of: ["−0.400", "0.600"]))
    }

    @Test("Logarithmic bars are as long as their logarithms")
    func logarithmicBars() throws {
        let chart = BarChart(
            axis: Axis("parameters (logarithmic)", range: 1...10_000, scale: .logarithmic),
            bars: [.init("a", value: 100, role: .trained, address: "ledger/a"), .init("b", value: 10_000, role: .frozen)])
        let block = chart.block(english, width: 500)
        let (short, long) = (try #require(block.places["bar 0"]), try #require(block.places["bar 1"]))
        #expect(abs(long.width / short.width - 2) < 1e-6)
        // The bar and its number both stand for the value.
        #expect(scene(of: block).addresses == ["ledger/a", "ledger/a"])
        #expect(findings(in: block) == [])
    }

    @Test("Names and numbers stand above bars that would be too short beside them", arguments: [220, 500])
    func barsBelowNames(width: Double) throws {
        var chart = BarChart(
            axis: Axis("", range: 0...10),
            bars: [.init("full fine-tuning", value: 10, role: .ink), .init("prompt tuning P = 8", value: 5, role: .trained)])
        chart.leastLength = 160
        let block = chart.block(english, width: width)
        #expect(findings(in: block) == [])
        let (long, short) = (try #require(block.places["bar 0"]), try #require(block.places["bar 1"]))
        let isStacked = chart.lengthBesideNames(english, width: width) < 160
        #expect(isStacked == (width == 220))
        #expect(abs(long.width / short.width - 2) < 1e-9)
        #expect((long.width == width) == isStacked)
        let name = try #require(texts(in: block).first { $0.text == "full fine-tuning" })
        #expect((name.origin.y < long.y) == isStacked)
    }

    @Test("The parts of a bar follow each other, and are named where they have room")
    func stackedBars() {
        let chart = BarChart(
            axis: Axis("MB", range: 0...10),
            bars: [
                .init(
                    "full",
                    parts: [
                        .init("weights", value: 4, role: .frozen, isHatched: true, address: "a"),
                        .init("moments", value: 5, role: .trained, address: "b"),
                        .init("gradients", value: 0.2, role: .gradient, address: "c"),
                    ])
            ])
        let block = chart.block(english, width: 500)
        #expect(findings(in: block) == [])
        #expect(scene(of: block).addresses == ["a", "b", "c"])
        #expect(Set(texts(in: block).map(\.text)).isSuperset(of: ["moments", "9.20"]))
        #expect(!texts(in: block).contains { $0.text == "gradients" || $0.text == "weights" })
    }

    @Test("Columns stand on zero with their heights")
    func columns() throws {
        let chart = Chart(
            x: Axis("value", range: 0...4), y: Axis("count", range: 0...10), series: [],
            columns: (0..<4).map {
                .init(Double($0)...Double($0 + 1), height: Double($0) * 2, role: .textToken, address: "bin \($0)")
            })
        let block = chart.block(english, size: Size(width: 300, height: 200))
        let plot = try #require(block.places["plot"])
        let bars = flattened(block.elements).compactMap { element -> Rectangle? in
            if case .shape(let shape) = element, shape.fill == .textToken { shape.path.bounds } else { nil }
        }
        #expect(bars.count == 4)
        for (index, bar) in bars.enumerated() {
            #expect(abs(bar.height - Double(index) / 5 * plot.height) < 1e-9 && abs(bar.bottom - plot.bottom) < 1e-9)
        }
        #expect(scene(of: block).addresses == (0..<4).map { "bin \($0)" })
    }
}
