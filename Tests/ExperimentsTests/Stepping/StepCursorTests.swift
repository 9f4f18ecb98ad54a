import Recordings
import Testing

@testable import Experiments

@Suite struct StepCursorTests {
    let run: RunOutline

    init() throws { run = try #require(SmallOutline.run()) }

    @Test("A step is outlined by phases and blocks, with what a phase starts from in front")
    func outline() {
        let outline = run.outline(atStep: 0)
        #expect(outline.phases == SteppedPhase.allCases)
        #expect(
            outline.groups.map { "\($0.phase) \($0.block) \($0.nodes)" } == [
                "forward parameters 0..<2", "forward layer(0) 2..<4", "forward layer(1) 4..<5", "forward outside 5..<6",
                "loss outside 6..<8", "backward layer(1) 8..<9", "backward outside 9..<10", "optimizer parameters 10..<11",
                "optimizer outside 11..<13",
            ])
        #expect(run.outline(atStep: 3).phases == [.forward, .loss])
        #expect(run.steps == 0...3)
        #expect(RunOutline(run: "none", updates: 0, graph: SmallOutline.graph) == nil)
    }

    @Test("Going over from the first value visits every value of a step once, each behind its operands, then the next step")
    func everyValueOnce() throws {
        var cursor = try #require(StepCursor(step: 1, .phase(.forward)).into(run)?.into(run))
        var seen: [ValueName] = []
        while cursor.step == 1 {
            let name = try #require(cursor.value)
            let operands = try #require(run.node(name)).operands
            #expect(operands.allSatisfy(seen.contains), "\(name)")
            seen.append(name)
            cursor = try #require(cursor.over(run))
        }
        #expect(seen.count == SmallOutline.graph.nodes.count)
        #expect(Set(seen).count == seen.count)
        #expect(cursor.step == 2 && cursor.value == seen.first)
    }

    @Test("Going into everything, and over where there is nothing to go into, reaches the same values")
    func downEverywhere() throws {
        var seen: [ValueName] = []
        let outline = run.outline(atStep: 0)
        for phase in outline.phases {
            var block = StepCursor(step: 0, .phase(phase)).into(run)
            while let place = block, place.step == 0, place.phase(in: outline) == phase {
                var operation = place.into(run)
                while let value = operation, value.step == 0, value.group(in: outline) == place.group(in: outline) {
                    seen.append(try #require(value.value))
                    operation = value.over(run)
                }
                block = place.over(run)
            }
        }
        #expect(seen == outline.nodes.map(\.name))
    }

    /// A place of each level.
    static let places: [StepCursor] = [
        StepCursor(step: 1), StepCursor(step: 1, .phase(.loss)), StepCursor(step: 1, .phase(.optimizer)),
        StepCursor(step: 2, .block(.forward, 0)), StepCursor(step: 1, .block(.optimizer, 1)),
        StepCursor(step: 1, .operation("logits")), StepCursor(step: 1, .operation("updated/prompt.embeddings")),
        StepCursor(step: 2, .operation("updated/prompt.embeddings")),
        StepCursor(step: 1, .element("block.0.attention.weights", [0, 1, 4])),
    ]

    @Test("The previous of the next is where one was", arguments: places)
    func thereAndBack(_ place: StepCursor) throws {
        let extents = [3, 2, 5]
        let next = try #require(place.over(run, extents: extents))
        #expect(next != place && next.level == place.level)
        #expect(next.previous(run, extents: extents) == place)
    }

    @Test("Out of where one went in is where one was, down to an element and up to the run", arguments: SteppedPhase.allCases)
    func inAndOut(_ phase: SteppedPhase) throws {
        var way = [StepCursor(step: 1, .phase(phase))]
        for _ in 0..<3 { way.append(try #require(way.last?.into(run, extents: [2, 3]))) }
        #expect(way.map(\.level) == [.phase, .block, .operation, .element])
        for (outer, inner) in zip(way, way.dropFirst()) { #expect(inner.out(of: run) == outer) }
        #expect(way.last?.into(run, extents: [2, 3]) == nil)
        #expect(way[0].out(of: run) == StepCursor(step: 1))
        #expect(StepCursor(step: 1).out(of: run) == StepCursor(step: 1, .run))
        #expect(StepCursor(step: 1, .run).into(run) == StepCursor(step: 1))
        #expect(StepCursor(step: 1, .run).out(of: run) == nil)
    }

    @Test("Elements are walked row by row, and end with their value")
    func elements() throws {
        var cursor = try #require(StepCursor(step: 0, .operation("block.0.attention.weights")).into(run, extents: [2, 2, 3]))
        var seen = [try #require(cursor.element)]
        while let next = cursor.over(run, extents: [2, 2, 3]) {
            cursor = next
            seen.append(try #require(cursor.element))
        }
        #expect(seen.count == 12)
        #expect(seen[0] == [0, 0, 0] && seen[2] == [0, 0, 2] && seen[3] == [0, 1, 0] && seen[11] == [1, 1, 2])
        // No element of a value without rows.
        #expect(StepCursor(step: 0, .operation("logits")).into(run, extents: [0, 4]) == nil)
    }

    @Test("The run begins and ends somewhere")
    func ends() {
        #expect(StepCursor(step: 0).previous(run) == nil)
        #expect(StepCursor(step: 3).over(run) == nil)
        #expect(StepCursor(step: 3, .operation("loss")).over(run) == nil)
        #expect(StepCursor(step: 2, .operation("updated/prompt.embeddings")).over(run)?.step == 3)
        #expect(StepCursor(step: 0, .block(.forward, 0)).previous(run) == nil)
    }

    @Test("A jump keeps the place where the step has it")
    func jumps() throws {
        let place = StepCursor(step: 0, .element("loss", [0, 0]))
        #expect(try place.jump(toStep: 3, in: run) == StepCursor(step: 3, .element("loss", [0, 0])))
        let gradient = StepCursor(step: 0, .operation("gradient/prompt.embeddings"))
        #expect(try gradient.jump(toStep: 3, in: run) == StepCursor(step: 3))
        #expect(throws: SteppingError.stepOutOfRange(4, run: "small", steps: 0...3)) { try place.jump(toStep: 4, in: run) }
        #expect(throws: SteppingError.stepOutOfRange(-1, run: "small", steps: 0...3)) { try place.jump(toStep: -1, in: run) }
        #expect(try place.jump(toPhase: .backward, in: run) == StepCursor(step: 0, .phase(.backward)))
        #expect(throws: SteppingError.phaseNotThere(.backward, step: 3, run: "small")) {
            try StepCursor(step: 3).jump(toPhase: .backward, in: run)
        }
        #expect(throws: SteppingError.unknownValue("los", near: ["loss"])) { try place.jump(toValue: "los", in: run) }
        #expect(throws: SteppingError.valueNotThere("gradient.norm", step: 3)) {
            try StepCursor(step: 3).jump(toValue: "gradient.norm", in: run)
        }
        #expect(throws: SteppingError.noValueHere) { try StepCursor(step: 0).jump(toElement: [0], extents: []) }
        #expect(throws: SteppingError.elementOutOfRange([0, 3], of: "prompt.embeddings", extents: [2, 3])) {
            try StepCursor(step: 0, .operation("prompt.embeddings")).jump(toElement: [0, 3], extents: [2, 3])
        }
        #expect(throws: SteppingError.elementOutOfRange([0], of: "prompt.embeddings", extents: [2, 3])) {
            try StepCursor(step: 0, .operation("prompt.embeddings")).jump(toElement: [0], extents: [2, 3])
        }
    }

    @Test("A search goes from one occurrence to the next, around the step, and back the same way")
    func occurrences() throws {
        let names: [ValueName] = ["block.0.attention.weights", "probabilities"]
        var cursor = StepCursor(step: 1)
        for name in names + names {
            cursor = try #require(cursor.occurrence(of: "SOFTMAX", in: run))
            #expect(cursor == StepCursor(step: 1, .operation(name)))
        }
        for name in names.reversed().dropFirst() + names.reversed() {
            cursor = try #require(cursor.occurrence(of: "softmax", in: run, backwards: true))
            #expect(cursor.value == name)
        }
        // From a phase on, its own first value counts.
        #expect(StepCursor(step: 1, .phase(.loss)).occurrence(of: "softmax", in: run)?.value == "probabilities")
        #expect(StepCursor(step: 1).occurrence(of: "softmax", in: run, backwards: true)?.value == "probabilities")
        #expect(cursor.occurrence(of: "convolution", in: run) == nil)
    }
}
