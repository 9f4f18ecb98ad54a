public import Recordings

/// Where one stands in a run. A value: moves give another one, or `nil` where there is nowhere to go.
public struct StepCursor: Hashable, Sendable {
    public enum Level: Int, CaseIterable, Hashable, Sendable, Comparable {
        case run, step, phase, block, operation, element

        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    public enum Place: Hashable, Sendable {
        /// At the run as a whole; going in leads to ``StepCursor/step``.
        case run
        /// Before the first value of the step.
        case step
        case phase(SteppedPhase)
        /// A group of a phase, counted within it.
        case block(SteppedPhase, Int)
        case operation(ValueName)
        /// A row, then an index for each inner axis.
        case element(ValueName, [Int])
    }

    public var step: Int
    public var place: Place

    public init(step: Int, _ place: Place = .step) {
        self.step = step
        self.place = place
    }

    public var level: Level {
        switch place {
        case .run: .run
        case .step: .step
        case .phase: .phase
        case .block: .block
        case .operation: .operation
        case .element: .element
        }
    }

    /// The value one stands at, or at an element of.
    public var value: ValueName? {
        switch place {
        case .operation(let name), .element(let name, _): name
        default: nil
        }
    }

    public var element: [Int]? {
        guard case .element(_, let index) = place else { return nil }
        return index
    }
}

// MARK: Where it is in the order of computation

extension StepCursor {
    /// The place of the value one stands at, or of the first value of the phase or block; −1 before them all.
    public func node(in run: RunOutline) -> Int {
        let outline = run.outline(atStep: step)
        switch place {
        case .run, .step: return -1
        case .operation(let name), .element(let name, _): return outline.place(of: name) ?? -1
        case .phase, .block: return group(in: outline).map { outline.groups[$0].nodes.lowerBound } ?? -1
        }
    }

    /// The block one stands at or in, or the first one of the phase, as a place in ``StepOutline/groups``.
    public func group(in outline: StepOutline) -> Int? {
        switch place {
        case .run, .step: return nil
        case .phase(let phase): return outline.groups(of: phase).first
        case .block(let phase, let index):
            let groups = outline.groups(of: phase)
            return index < groups.count ? groups.lowerBound + index : nil
        case .operation(let name), .element(let name, _): return outline.place(of: name).map(outline.group(ofNode:))
        }
    }

    /// The phase one stands at or in.
    public func phase(in outline: StepOutline) -> SteppedPhase? {
        if case .phase(let phase) = place { return phase }
        return group(in: outline).map { outline.groups[$0].phase }
    }

    private static func block(_ group: Int, in outline: StepOutline) -> Place {
        let phase = outline.groups[group].phase
        return .block(phase, group - outline.groups(of: phase).lowerBound)
    }

    private func at(_ place: Place?) -> StepCursor? { place.map { StepCursor(step: step, $0) } }
}

// MARK: Moves

extension StepCursor {
    /// One level deeper: to the first of what this consists of.
    ///
    /// - Parameter extents: How long the axes of the value are that one stands at, rows first.
    public func into(_ run: RunOutline, extents: [Int] = []) -> StepCursor? {
        let outline = run.outline(atStep: step)
        switch place {
        case .run: return at(.step)
        case .step: return at(outline.phases.first.map(Place.phase))
        case .phase(let phase): return at(outline.groups(of: phase).isEmpty ? nil : .block(phase, 0))
        case .block: return at(group(in: outline).map { .operation(outline.nodes[outline.groups[$0].nodes.lowerBound].name) })
        case .operation(let name):
            return extents.isEmpty || extents.contains(0) ? nil : at(.element(name, extents.map { _ in 0 }))
        case .element: return nil
        }
    }

    /// One level up: to what this is a part of.
    public func out(of run: RunOutline) -> StepCursor? {
        let outline = run.outline(atStep: step)
        switch place {
        case .run: return nil
        case .step: return at(.run)
        case .phase: return at(.step)
        case .block(let phase, _): return at(.phase(phase))
        case .operation: return at(group(in: outline).map { Self.block($0, in: outline) })
        case .element(let name, _): return at(.operation(name))
        }
    }

    /// To the next of the same level, over all that this consists of; behind the last of a step to the first of the next step. The
    /// elements of a value end with it.
    public func over(_ run: RunOutline, extents: [Int] = []) -> StepCursor? { beside(run, 1, extents: extents) }

    /// To the previous of the same level.
    public func previous(_ run: RunOutline, extents: [Int] = []) -> StepCursor? { beside(run, -1, extents: extents) }

    private func beside(_ run: RunOutline, _ way: Int, extents: [Int]) -> StepCursor? {
        let outline = run.outline(atStep: step)
        func beyond(_ place: (StepOutline) -> Place?) -> StepCursor? {
            guard run.steps.contains(step + way) else { return nil }
            let other = run.outline(atStep: step + way)
            return place(other).map { StepCursor(step: step + way, $0) }
        }
        switch place {
        case .run: return nil
        case .step: return beyond { _ in .step }
        case .phase(let phase):
            guard let index = outline.phases.firstIndex(of: phase) else { return nil }
            if outline.phases.indices.contains(index + way) { return at(.phase(outline.phases[index + way])) }
            return beyond { (way > 0 ? $0.phases.first : $0.phases.last).map(Place.phase) }
        case .block:
            guard let index = group(in: outline) else { return nil }
            if outline.groups.indices.contains(index + way) { return at(Self.block(index + way, in: outline)) }
            return beyond { other in
                (way > 0 ? other.groups.indices.first : other.groups.indices.last).map { Self.block($0, in: other) }
            }
        case .operation(let name):
            guard let index = outline.place(of: name) else { return nil }
            if outline.nodes.indices.contains(index + way) { return at(.operation(outline.nodes[index + way].name)) }
            return beyond { (way > 0 ? $0.nodes.first : $0.nodes.last).map { .operation($0.name) } }
        case .element(let name, var index):
            guard index.count == extents.count else { return nil }
            for axis in index.indices.reversed() {
                index[axis] += way
                if (0..<extents[axis]).contains(index[axis]) { return at(.element(name, index)) }
                index[axis] = way > 0 ? 0 : extents[axis] - 1
            }
            return nil
        }
    }

    /// To the same place of another step; to the step itself if it does not have the place.
    ///
    /// - Throws: ``SteppingError/stepOutOfRange(_:run:steps:)``.
    public func jump(toStep step: Int, in run: RunOutline) throws(SteppingError) -> StepCursor {
        guard run.steps.contains(step) else { throw .stepOutOfRange(step, run: run.run, steps: run.steps) }
        let outline = run.outline(atStep: step)
        let isThere =
            switch place {
            case .run: false
            case .step: true
            case .phase, .block: group(in: outline) != nil
            case .operation(let name), .element(let name, _): outline.place(of: name) != nil
            }
        return StepCursor(step: step, isThere ? place : .step)
    }

    /// - Throws: ``SteppingError/phaseNotThere(_:step:run:)``.
    public func jump(toPhase phase: SteppedPhase, in run: RunOutline) throws(SteppingError) -> StepCursor {
        guard run.outline(atStep: step).phases.contains(phase) else {
            throw .phaseNotThere(phase, step: step, run: run.run)
        }
        return StepCursor(step: step, .phase(phase))
    }

    /// - Throws: ``SteppingError/unknownValue(_:near:)``, or ``SteppingError/valueNotThere(_:step:)`` for one of other steps.
    public func jump(toValue name: ValueName, in run: RunOutline) throws(SteppingError) -> StepCursor {
        guard run.node(name) != nil else { throw .unknownValue(name.rawValue, near: run.near(name.rawValue)) }
        guard run.outline(atStep: step).place(of: name) != nil else { throw .valueNotThere(name, step: step) }
        return StepCursor(step: step, .operation(name))
    }

    /// To an element of the value one stands at.
    ///
    /// - Throws: ``SteppingError/noValueHere`` or ``SteppingError/elementOutOfRange(_:of:extents:)``.
    public func jump(toElement index: [Int], extents: [Int]) throws(SteppingError) -> StepCursor {
        guard let value else { throw .noValueHere }
        guard index.count == extents.count, zip(index, extents).allSatisfy({ (0..<$1).contains($0) }) else {
            throw .elementOutOfRange(index, of: value, extents: extents)
        }
        return StepCursor(step: step, .element(value, index))
    }

    /// To the next value of the step whose name or operation holds a text, behind the last one from the first on; backwards likewise.
    /// Large and small letters are the same.
    public func occurrence(of text: String, in run: RunOutline, backwards: Bool = false) -> StepCursor? {
        let outline = run.outline(atStep: step)
        let wanted = text.lowercased()
        let here = node(in: run)
        let count = outline.nodes.count
        guard count > 0 else { return nil }
        // At a phase or a block one stands before its first value.
        let start = max(value == nil ? here - 1 : here, -1)
        let order = (1...count).map { backwards ? (max(here, 0) - $0 + count) % count : (start + $0) % count }
        for index in order {
            let node = outline.nodes[index]
            if node.name.rawValue.lowercased().contains(wanted) || node.operation?.lowercased().contains(wanted) == true {
                return StepCursor(step: step, .operation(node.name))
            }
        }
        return nil
    }
}
