internal import Autodiff
internal import Foundation
internal import LinearAlgebra
public import Recordings
internal import Tuning

/// Explains single numbers of a recording: by the operations of the run, made again, on the numbers of the step.
public final class Explainer {
    /// How deep an explanation may go.
    public static let depths = 1...64
    /// Numbers that are explained at once, however deep: each leads to several others.
    static let mostExplained = 400
    /// Operands that are listed of one number.
    private static let mostOperands = 4096
    /// Terms that are shown of a long sum.
    private static let shownTerms = 4

    let recording: Recording
    private let base: BaseModel?
    private var runs: [String: ReplayedRun] = [:]
    private var steps: [Place: StepValues] = [:]
    private var values: [Place: (value: RecordedValue, isKept: Bool)] = [:]
    private var batches: [Place: Batch] = [:]
    private var words: [String]?

    /// A step of a run, or a value of it.
    private struct Place: Hashable {
        let run: String
        let step: Int
        var name: ValueName?
    }

    /// - Parameter base: The base model, if it is loaded already; else it is looked for.
    public init(_ recording: Recording, base: BaseModel? = nil) {
        self.recording = recording
        self.base = base
        words = try? recording.vocabulary()
    }

    /// Explains the number that an address or a derivation names.
    ///
    /// - Parameters:
    ///   - text: An ``Address`` of one number, or a ``Derivation`` such as `cosine(s0/prompt.embeddings[0], s9/prompt.embeddings[0])`.
    ///   - depth: 1 for the number alone, 2 for its operands as well, and so on, down to parameters and data.
    ///   - run: The run that is meant where the text gives none.
    ///   - step: The step that is meant where the text gives none.
    /// - Throws: ``RecordingError/address(_:)`` with near names, ``ReplayError``, ``ExplanationError``.
    public func explain(_ text: String, depth: Int = 1, run: String? = nil, step: Int? = nil) throws -> NumberExplanation {
        guard Self.depths.contains(depth) else { throw ExplanationError.depthOutOfRange(depth, Self.depths) }
        let parsed: (derivation: Derivation?, address: Address?)
        do throws(AddressError) {
            if let derivation = try Derivation(parsing: text) {
                parsed = (derivation, nil)
            } else {
                parsed = (nil, try Address(parsing: text))
            }
        } catch { throw RecordingError.address(error) }
        var result: NumberExplanation
        if let derivation = parsed.derivation {
            result = try explain(derivation, run: run, step: step)
        } else if let address = parsed.address {
            let numbers = try locate(address, run: run, step: step)
            guard numbers.offsets.count == 1, let offset = numbers.offsets.first else {
                throw ExplanationError.severalNumbers(
                    numbers.address.description, count: numbers.offsets.count,
                    example: numbers.offsets.first.map { numbers.addressText($0) } ?? "none")
            }
            result = try explanation(of: numbers, offset: offset)
        } else {
            throw RecordingError.address(.malformed(text, column: 1, expected: "an address or a derivation"))
        }
        var budget = Self.mostExplained
        var explained: Set<String> = [result.address]
        try deepen(&result, depth: depth - 1, budget: &budget, explained: &explained)
        return result
    }

    /// Explains the operands of an explanation, those that are shown, each once.
    private func deepen(
        _ explanation: inout NumberExplanation, depth: Int, budget: inout Int, explained: inout Set<String>
    ) throws {
        guard depth > 0 else { return }
        for index in explanation.operands.indices where explanation.operands[index].isShown && budget > 0 {
            let text = explanation.operands[index].address
            guard explained.insert(text).inserted else { continue }
            budget -= 1
            let numbers = try locate(Address(parsing: text), run: nil, step: nil)
            guard let offset = numbers.offsets.first else { continue }
            var operand = try self.explanation(of: numbers, offset: offset)
            // Going on to the step before would unroll the whole training: what an update made ends a branch.
            if operand.origin == .operation || operand.origin == .schedule {
                try deepen(&operand, depth: depth - 1, budget: &budget, explained: &explained)
            }
            explanation.operands[index].explanation = operand
        }
    }

    // MARK: Finding numbers

    /// Numbers of a value that an address names.
    struct Numbers {
        let address: Address
        let value: RecordedValue
        /// Their places among the value's numbers.
        let offsets: [Int]
        let isKept: Bool

        /// The address of one of them.
        func addressText(_ offset: Int) -> String {
            guard value.numbers.count > 1 else {
                return Address(run: address.run, step: address.step, address.value).description
            }
            var index: [Int?] = []
            var rest = offset
            for extent in value.shape.inner.reversed() {
                index.insert(rest % extent, at: 0)
                rest /= extent
            }
            index.insert(rest, at: 0)
            return Address(run: address.run, step: address.step, address.value, element: index).description
        }

        func number(_ offset: Int) -> Double { Double(value.numbers[offset]) }

        /// The extents of the axes for which the address gives no index.
        var openExtents: [Int] {
            let extents = [value.rowCount] + value.shape.inner
            return extents.indices.filter { $0 >= address.element.count || address.element[$0] == nil }.map { extents[$0] }
        }
    }

    func replayed(_ id: String?) throws -> ReplayedRun {
        let run = try recording.run(id)
        if let known = runs[run.id] { return known }
        let made = try ReplayedRun(run.id, of: recording, base: base)
        runs[run.id] = made
        return made
    }

    func locate(_ address: Address, run: String?, step: Int?) throws -> Numbers {
        if address.value == .vocabularyEmbeddings, address.run == nil, address.step == nil {
            return try numbers(recording.locate(address).value, address, isKept: true)
        }
        var address = address
        // Without a step, the first part of a path may still be a run.
        let parts = address.value.rawValue.split(separator: "/", maxSplits: 1)
        if address.run == nil, parts.count == 2, recording.runs.contains(where: { $0.id == parts[0] }) {
            address = Address(run: String(parts[0]), step: address.step, ValueName(String(parts[1])), element: address.element)
        }
        let id = try recording.run(address.run ?? run).id
        guard let step = address.step ?? step else { throw RecordingError.address(.stepNeeded(address.value.rawValue)) }
        address = Address(run: id, step: step, address.value, element: address.element)
        let (value, isKept) = try value(address.value, of: id, atStep: step)
        // Runs are named only where there are several.
        if recording.runs.count == 1 { address.run = nil }
        return try numbers(value, address, isKept: isKept)
    }

    private func numbers(_ value: RecordedValue, _ address: Address, isKept: Bool) throws -> Numbers {
        let extents = [value.rowCount] + value.shape.inner
        guard address.element.count <= extents.count,
            zip(address.element, extents).allSatisfy({ index, extent in index.map { $0 < extent } ?? true })
        else { throw RecordingError.address(.elementOutOfRange(address, shape: extents)) }
        var offsets = [0]
        for (axis, extent) in extents.enumerated() {
            let chosen = axis < address.element.count ? address.element[axis].map { $0..<($0 + 1) } : nil
            offsets = offsets.flatMap { start in (chosen ?? 0..<extent).map { start * extent + $0 } }
        }
        return Numbers(address: address, value: value, offsets: offsets, isKept: isKept)
    }

    private func stepValues(_ id: String, _ step: Int) throws -> StepValues {
        let place = Place(run: id, step: step)
        if let known = steps[place] { return known }
        let made = try replayed(id).values(atStep: step)
        steps[place] = made
        return made
    }

    private func batch(of id: String, _ step: Int) throws -> Batch {
        let place = Place(run: id, step: step)
        if let known = batches[place] { return known }
        var batch = Batch()
        try batch.append(stepValues(id, step).batch)
        batches[place] = batch
        return batch
    }

    /// A value of a step, wherever it is to be had, and whether it was kept.
    private func value(_ name: ValueName, of id: String, atStep step: Int) throws -> (value: RecordedValue, isKept: Bool) {
        let place = Place(run: id, step: step, name: name)
        let run = try replayed(id)
        guard run.steps.contains(step) else {
            throw RecordingError.address(.stepOutOfRange(step, run: id, steps: run.steps))
        }
        if let known = values[place] { return known }
        let found: RecordedValue
        if let node = run.node(name), step < run.run.journal.stepCount || node.phase == .forward {
            do {
                found = try stepValues(id, step).value(name)
            } catch let error as ReplayError {
                // The trained parameters behind the last update need no frame.
                guard let stored = try? recording.locate(Address(run: id, step: step, name)) else { throw error }
                found = stored.value
            }
        } else {
            found = try recording.locate(Address(run: id, step: step, name)).value
        }
        let result = (value: found, isKept: try isStored(name, of: run, atStep: step))
        values[place] = result
        return result
    }

    /// Whether a number stands in a file: the step's frame, the journal, a checkpoint, or the base model.
    private func isStored(_ name: ValueName, of run: ReplayedRun, atStep step: Int) throws -> Bool {
        if run.isFrozen(name) || run.node(name) == nil { return true }
        let description = run.run.description
        if description.frames.contains(where: { $0.step == step }), try stepValues(run.run.id, step).isKept(name) { return true }
        if step < run.run.journal.stepCount, [.loss, .gradientNorm].contains(name) { return true }
        let subject = name.subject ?? name
        guard name == subject || [subject.gradient, subject.firstMoment, subject.secondMoment].contains(name) else {
            return false
        }
        let isJournalled = run.run.journal.parameters.contains { $0.name == subject }
        if isJournalled { return name == subject || step < run.run.journal.stepCount }
        return name != subject.gradient && description.checkpoints.contains(step) && description.isTrained(subject)
    }

    // MARK: One number

    private func explanation(of numbers: Numbers, offset: Int) throws -> NumberExplanation {
        let (row, column) = offset.quotientAndRemainder(dividingBy: numbers.value.columns)
        let name = numbers.address.value
        guard let step = numbers.address.step else {
            return explanation(numbers, offset, origin: .frozenWeight)
        }
        let run = try replayed(numbers.address.run)
        guard let node = run.node(name) else {
            return explanation(numbers, offset, origin: .note)
        }
        var result: NumberExplanation
        if node.isParameter {
            result = try parameter(numbers, offset, row: row, column: column, step: step, of: run)
        } else {
            guard let graph = run.graph, let value = run.graphValue(name) else {
                throw run.obstacle
                    ?? ReplayError.notKept(value: name.rawValue, step: step, reason: "nothing can be computed again.")
            }
            let batch = try batch(of: run.run.id, step)
            guard let expression = graph.explanation(of: value, row: row, column: column, batch: batch) else {
                return explanation(numbers, offset, origin: .note)
            }
            result = explanation(numbers, offset, origin: .operation)
            let operands = try node.operands.map {
                try locate(Address(run: numbers.address.run, step: step, $0), run: nil, step: nil)
            }
            put(expression, into: &result) { element in
                let numbers = operands[element.operand]
                return (numbers, element.row * numbers.value.columns + element.column)
            }
            result.choices = expression.batchNumbers.map { choice($0) }
        }
        result.phase = node.phase
        result.shape = node.shape.description
        result.operation = node.operation
        result.formula = result.formula ?? node.formula
        result.row = rowNote(numbers.value, row)
        return result
    }

    private func explanation(_ numbers: Numbers, _ offset: Int, origin: NumberExplanation.Origin) -> NumberExplanation {
        NumberExplanation(
            address: numbers.addressText(offset), number: numbers.number(offset), isKept: numbers.isKept, origin: origin)
    }

    /// A value that no operation of the step computes.
    private func parameter(
        _ numbers: Numbers, _ offset: Int, row: Int, column: Int, step: Int, of run: ReplayedRun
    ) throws -> NumberExplanation {
        let name = numbers.address.value
        if run.isFrozen(name) { return explanation(numbers, offset, origin: .frozenWeight) }
        if name.rawValue == "optimizer/rates" { return try rates(numbers, offset, column: column, step: step, of: run) }
        let kept = ValueName(ofState: name.rawValue)
        let isMemory = kept != name
        guard step > 0 else { return explanation(numbers, offset, origin: isMemory ? .startOfMemory : .start) }
        let source = isMemory ? kept : name.updated
        guard run.node(source) != nil else { return explanation(numbers, offset, origin: .note) }
        let before = try locate(Address(run: numbers.address.run, step: step - 1, source), run: nil, step: nil)
        let isSame = before.value.numbers[offset].bitPattern == numbers.value.numbers[offset].bitPattern
        let changes = run.method.flatMap { method in run.base.map { method.stepHook(for: $0.model) != nil } } ?? false
        var result = explanation(numbers, offset, origin: isSame || !changes ? .update : .changedAfterUpdate)
        if result.origin == .update {
            put(.element(ElementExpression.Element(operand: 0, row: row, column: column)), into: &result) { element in
                (before, element.row * before.value.columns + element.column)
            }
        } else {
            result.operands = [
                NumberExplanation.Operand(address: before.addressText(offset), number: before.number(offset), isShown: true)
            ]
        }
        return result
    }

    /// 1 − lr·λ, lr / (1 − β₁ᵗ), √(1 − β₂ᵗ).
    private func rates(
        _ numbers: Numbers, _ offset: Int, column: Int, step: Int, of run: ReplayedRun
    ) throws -> NumberExplanation {
        var result = explanation(numbers, offset, origin: .schedule)
        let optimizer = run.run.description.training.optimizer
        guard optimizer.betas.count == 2 else { return result }
        let rate = try locate(Address(run: numbers.address.run, step: step, .learningRate), run: nil, step: nil)
        let learningRate = ElementExpression.element(ElementExpression.Element(operand: 0, row: 0, column: 0))
        let corrections = optimizer.betas.map { ElementExpression.constant(1 - pow($0, Double(step + 1))) }
        let formulas: [(String, ElementExpression)] = [
            ("1 − lr·λ", .difference(.constant(1), .product([learningRate, .constant(optimizer.weightDecay)]))),
            ("lr / (1 − β₁ᵗ)", .quotient(learningRate, corrections[0])),
            ("√(1 − β₂ᵗ)", .function(.squareRoot, corrections[1])),
        ]
        result.formula = formulas[column].0
        put(formulas[column].1, into: &result) { _ in (rate, 0) }
        return result
    }

    // MARK: Arithmetic

    /// Adds the arithmetic of an expression to an explanation.
    ///
    /// - Parameter find: The numbers that an element belongs to, and its place among them.
    func put(
        _ expression: ElementExpression, into explanation: inout NumberExplanation,
        finding find: @escaping (ElementExpression.Element) -> (numbers: Numbers, offset: Int)
    ) {
        func read(_ element: ElementExpression.Element) -> Double {
            let (numbers, offset) = find(element)
            return numbers.number(offset)
        }
        let approximation = expression.approximation(reading: read)
        var shown: [ElementExpression.Element] = []
        let rests: [(Int, String?) -> String] = [
            { count, sum in "… \(count) more \(count == 1 ? "term" : "terms")" + (sum.map { ", together \($0)" } ?? "") },
            { count, sum in "……另 \(count) 项" + (sum.map { "，合计 \($0)" } ?? "") },
        ]
        let texts = rests.map { rest in
            ExpressionText(
                value: read,
                element: { element in
                    shown.append(element)
                    return NumberText.short(read(element))
                }, number: NumberText.short, shownTerms: Self.shownTerms, rest: rest)(expression)
        }
        explanation.arithmetic = BilingualText(english: texts[0], chinese: texts[1])
        explanation.recomputed = approximation.value
        explanation.allowance = approximation.error
        if explanation.origin != .derivation { explanation.agrees = approximation.admits(Float(explanation.number)) }
        list(expression, shown: shown, in: &explanation, finding: find)
    }

    private func list(
        _ expression: ElementExpression, shown: [ElementExpression.Element], in explanation: inout NumberExplanation,
        finding find: (ElementExpression.Element) -> (numbers: Numbers, offset: Int)
    ) {
        func operand(_ element: ElementExpression.Element, isShown: Bool) -> NumberExplanation.Operand {
            let (numbers, offset) = find(element)
            return NumberExplanation.Operand(
                address: numbers.addressText(offset), number: numbers.number(offset), isShown: isShown)
        }
        var seen: Set<ElementExpression.Element> = []
        for element in shown where seen.insert(element).inserted {
            explanation.operands.append(operand(element, isShown: true))
        }
        var omitted = 0
        expression.forEachElement { element in
            guard !seen.contains(element) else { return }
            guard seen.count < Self.mostOperands else {
                omitted += 1
                return
            }
            seen.insert(element)
            explanation.operands.append(operand(element, isShown: false))
        }
        explanation.omittedOperands = omitted
    }

    // MARK: Words

    private func word(_ id: Int) -> String? {
        guard let words, words.indices.contains(id) else { return nil }
        return words[id]
    }

    private func choice(_ number: ElementExpression.BatchNumber) -> NumberExplanation.Choice {
        let isToken = number.list == .tokens || number.list == .targets
        return NumberExplanation.Choice(
            list: number.list.rawValue, index: number.index, number: number.number, word: isToken ? word(number.number) : nil)
    }

    private func rowNote(_ value: RecordedValue, _ row: Int) -> NumberExplanation.RowNote? {
        let batch = value.batch
        let textRow: Int
        switch value.shape.rows {
        case .tokens: textRow = row
        case .counted: textRow = Int(batch.countedRows[row])
        case .fixed: return nil
        }
        guard let sequence = (0..<batch.sequenceCount).first(where: { batch.sequence($0).contains(textRow) }) else { return nil }
        let token = Int(batch.tokens[textRow])
        return NumberExplanation.RowNote(
            row: textRow, sequence: sequence, position: Int(batch.positions[textRow]), token: token, word: word(token))
    }
}
