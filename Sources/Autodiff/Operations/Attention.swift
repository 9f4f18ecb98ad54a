public import LinearAlgebra

/// How queries, keys and values lie side by side in their rows, and what a query sees.
///
/// A row of attention scores or weights holds, for each head, `prefixLength` columns for the keys in front of the text (of a soft
/// prompt or of a prefix, the same for every sequence), then `textLength` columns for the keys of the row's own sequence. A query
/// sees all of the former, and of the latter those up to its own position; the other columns hold 0.
///
/// In a mixed batch each sequence has the keys of its own adapter in front. They stand right before the text's, so that what a query
/// sees is without a gap; there are as many columns as the longest needs.
public struct AttentionLayout: Sendable, Hashable {
    /// Query heads.
    public var heads: Int
    /// Key and value heads; each serves `heads / keyHeads` neighbouring query heads (Ainslie et al. 2023).
    public var keyHeads: Int
    /// The width of a head.
    public var headWidth: Int
    /// Keys in front of the sequences of each adapter: one number where they are the same for all.
    public let prefixLengths: [Int]
    /// The most keys in front of a sequence.
    public let prefixLength: Int
    /// The most keys of a sequence.
    public var textLength: Int

    public init(heads: Int, keyHeads: Int? = nil, headWidth: Int, prefixLength: Int, textLength: Int) {
        self.init(heads: heads, keyHeads: keyHeads, headWidth: headWidth, prefixLengths: [prefixLength], textLength: textLength)
    }

    /// - Precondition: There is at least one adapter.
    public init(heads: Int, keyHeads: Int? = nil, headWidth: Int, prefixLengths: [Int], textLength: Int) {
        precondition(!prefixLengths.isEmpty, "the length of a prefix, if only 0")
        self.heads = heads
        self.keyHeads = keyHeads ?? heads
        self.headWidth = headWidth
        self.prefixLengths = prefixLengths
        prefixLength = prefixLengths.reduce(0, max)
        self.textLength = textLength
    }

    /// Columns of one head in a row of scores or weights.
    var span: Int { prefixLength + textLength }
    var weightShape: [Int] { [heads, span] }
    var queryShape: [Int] { [heads, headWidth] }
    var keyShape: [Int] { [keyHeads, headWidth] }

    func queryColumns(_ head: Int) -> Range<Int> { head * headWidth..<(head + 1) * headWidth }
    func keyColumns(_ head: Int) -> Range<Int> {
        let keyHead = head / (heads / keyHeads)
        return keyHead * headWidth..<(keyHead + 1) * headWidth
    }
    func prefixColumns(_ head: Int) -> Range<Int> { head * span..<(head * span + prefixLength) }

    /// Whether sequences differ in what stands in front of them.
    var isMixed: Bool { prefixLengths.count > 1 }
    func prefixLength(ofAdapter adapter: Int) -> Int { isMixed ? prefixLengths[adapter] : prefixLength }
    func prefixColumns(_ head: Int, adapter: Int) -> Range<Int> {
        let end = head * span + prefixLength
        return (end - prefixLength(ofAdapter: adapter))..<end
    }
    /// Which operand holds an adapter's keys or values: they follow the first two, without those of length 0.
    func prefixOperand(ofAdapter adapter: Int) -> Int {
        var index = 2
        for before in 0..<adapter where prefixLengths[before] > 0 { index += 1 }
        return index
    }
    /// Operands of scores and mixes.
    var operandCount: Int { 2 + prefixLengths.count { $0 > 0 } }
    /// The columns of a sequence's own keys.
    func textColumns(_ head: Int, length: Int) -> Range<Int> {
        let start = head * span + prefixLength
        return start..<(start + length)
    }

    /// The query heads that a key head serves.
    func queryHeads(ofKeyHead head: Int) -> Range<Int> { queryHeads(ofKeyHeads: head..<head + 1) }
    /// The query heads that neighbouring key heads serve.
    func queryHeads(ofKeyHeads heads: Range<Int>) -> Range<Int> {
        let served = self.heads / keyHeads
        return heads.lowerBound * served..<heads.upperBound * served
    }
    /// How the scores, weights and mixes of rows of a kind are shared out: by sequences, and the heads of many fixed rows.
    func division(ofRows rows: Rows) -> Division { .ofProducts(into: rows, multiplications: heads * span * headWidth) }
    /// The columns of the keys that a row of the text sees.
    func visibleColumns(_ head: Int, row: Int, sequence: Range<Int>, adapter: Int) -> Range<Int> {
        prefixColumns(head, adapter: isMixed ? adapter : 0)
            .lowerBound..<textColumns(head, length: row - sequence.lowerBound + 1).upperBound
    }
    /// Where the key of a column lies, if there is one that the row `last` of the sequence sees: in which operand, and in which row.
    func place(ofKey key: Int, sequence: Range<Int>, adapter: Int, visibleTo last: Int) -> (operand: Int, row: Int)? {
        if key >= prefixLength {
            let row = sequence.lowerBound + key - prefixLength
            return row <= last ? (1, row) : nil
        }
        let row = key - prefixLength + prefixLength(ofAdapter: adapter)
        return row >= 0 ? (isMixed ? prefixOperand(ofAdapter: adapter) : 2, row) : nil
    }

    func check(query: Shape, key: Shape) {
        precondition(
            query.inner == queryShape && key.inner == keyShape && query.rows == key.rows, "queries and keys of one layout")
    }
}

/// scale · q·k for every query and every key it sees, head by head. Operands: queries, keys, and the prefix's keys if there is one.
public struct AttentionScores: DifferentiableOperation, ProductOperation {
    public let name = "attention scores"
    public let formula = "sᵢⱼ = scale · Σₖ qᵢₖ kⱼₖ"
    public let layout: AttentionLayout
    public let scale: Float

    public init(_ layout: AttentionLayout, scale: Float) {
        self.layout = layout
        self.scale = scale
    }

    public func shape(of operands: [Shape]) -> Shape {
        layout.check(query: operands[0], key: operands[1])
        precondition(operands.count == layout.operandCount, "a prefix's keys are given if and only if there is one")
        return Shape(operands[0].rows, inner: layout.weightShape)
    }

    public func division(operands: [Shape], result: Shape) -> Division { layout.division(ofRows: result.rows) }

    public func compute(_ run: OperationRun) {
        fillUnseen(run)
        forEachProduct(run) { $0.perform() }
    }

    /// Puts 0 where no product writes: behind the last key of a sequence that is shorter than the longest, and before the first of an
    /// adapter with a shorter prefix. Filling all of it first would write most scores twice.
    private func fillUnseen(_ run: OperationRun) {
        let result = run.result
        run.forEachSequence(inOperand: 0) { rows, adapter in
            let missing = layout.isMixed ? layout.prefixLength - layout.prefixLength(ofAdapter: adapter) : 0
            if missing == 0, rows.count == layout.textLength { return }
            for head in run.share(ofHeads: layout.heads) {
                let end = (head + 1) * layout.span
                result.rows(rows).columns((end - layout.textLength + rows.count)..<end).fill(with: 0)
                result.rows(rows).columns(head * layout.span..<(head * layout.span + missing)).fill(with: 0)
            }
        }
    }

    public func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let (query, key, result) = (run.operand(0), run.operand(1), run.result)
        for head in run.share(ofHeads: layout.heads) {
            let (queries, keys) = (query.columns(layout.queryColumns(head)), key.columns(layout.keyColumns(head)))
            if layout.prefixLength > 0, !layout.isMixed {
                let prefix = run.operand(2).columns(layout.keyColumns(head))
                body(
                    MatrixProduct(
                        queries, .asStored, prefix, .transposed, scale: scale,
                        into: result.columns(layout.prefixColumns(head))))
            }
            run.forEachSequence(inOperand: 0) { rows, adapter in
                if layout.isMixed, layout.prefixLength(ofAdapter: adapter) > 0 {
                    let prefix = run.operand(layout.prefixOperand(ofAdapter: adapter)).columns(layout.keyColumns(head))
                    body(
                        MatrixProduct(
                            queries.rows(rows), .asStored, prefix, .transposed, scale: scale,
                            into: result.rows(rows).columns(layout.prefixColumns(head, adapter: adapter))))
                }
                body(
                    MatrixProduct(
                        queries.rows(rows), .asStored, keys.rows(rows), .transposed, scale: scale,
                        into: result.rows(rows).columns(layout.textColumns(head, length: rows.count))))
            }
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (head, key) = (column / layout.span, column % layout.span)
        let (rows, adapter) = context.sequence(ofRow: row, in: context.operands[0].rows)
        guard let (operand, keyRow) = layout.place(ofKey: key, sequence: rows, adapter: adapter, visibleTo: rows.upperBound - 1)
        else { return .zero }
        return scale
            * .dot(
                .row(row, of: 0, columns: layout.queryColumns(head)),
                .row(keyRow, of: operand, columns: layout.keyColumns(head)))
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        precondition(!layout.isMixed, "a batch of several adapters has no gradient")
        let (query, key) = (request.operands[0], request.operands[1])
        let prefix = request.operands.dropFirst(2)
        return [
            request.isNeeded(0)
                ? Contribution(
                    graph.add(
                        AttentionMix(layout, scale: scale), [request.upstream, key] + prefix, named: request.name(0))) : nil,
            request.isNeeded(1)
                ? Contribution(
                    graph.add(AttentionGather(layout, scale: scale), [request.upstream, query], named: request.name(1))) : nil,
        ]
            + prefix.map { _ in
                request.isNeeded(2)
                    ? Contribution(
                        graph.add(AttentionPrefixGather(layout, scale: scale), [request.upstream, query], named: request.name(2)))
                    : nil
            }
    }
}

/// Softmax over the keys a query sees; 0 for all others.
public struct AttentionWeights: DifferentiableOperation {
    public let name = "causal softmax"
    public let formula = "wᵢⱼ = e^sᵢⱼ / Σₖ e^sᵢₖ over the keys that i sees, else 0"
    public let layout: AttentionLayout

    public init(_ layout: AttentionLayout) { self.layout = layout }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0].inner == layout.weightShape)
        return operands[0]
    }

    public func division(operands: [Shape], result: Shape) -> Division { layout.division(ofRows: result.rows) }

    public func compute(_ run: OperationRun) {
        let (scores, result) = (run.operand(0), run.result)
        for head in run.share(ofHeads: layout.heads) {
            run.forEachSequence(inOperand: 0) { rows, adapter in
                let front = layout.prefixLength(ofAdapter: adapter)
                let first = head * layout.span + layout.prefixLength - front
                let columns = first..<(head + 1) * layout.span
                let (from, to) = (scores.columns(columns), result.columns(columns))
                if front < layout.prefixLength { result.rows(rows).columns(head * layout.span..<first).fill(with: 0) }
                for row in rows { to.setSoftmaxRow(row, of: from, visible: front + row - rows.lowerBound + 1) }
            }
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (head, key) = (column / layout.span, column % layout.span)
        let (rows, adapter) = context.sequence(ofRow: row, in: context.operands[0].rows)
        guard layout.place(ofKey: key, sequence: rows, adapter: adapter, visibleTo: row) != nil else { return .zero }
        let visible = layout.visibleColumns(head, row: row, sequence: rows, adapter: adapter)
        return .softmax(.operand(0, row, column), among: .products([.row(row, of: 0, columns: visible)]))
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        precondition(!layout.isMixed, "a batch of several adapters has no gradient")
        return [
            Contribution(graph.add(AttentionWeightsGradient(layout), [request.result, request.upstream], named: request.name(0)))
        ]
    }
}

/// The gradient of the causal softmax at its result. Each row of it adds up to 0; what is masked receives 0.
struct AttentionWeightsGradient: Operation {
    let name = "causal softmax gradient"
    let formula = "dsᵢⱼ = wᵢⱼ (dwᵢⱼ − Σₖ wᵢₖ dwᵢₖ)"
    let layout: AttentionLayout

    init(_ layout: AttentionLayout) { self.layout = layout }

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func division(operands: [Shape], result: Shape) -> Division { layout.division(ofRows: result.rows) }

    func compute(_ run: OperationRun) {
        let (weights, upstream, result) = (run.operand(0), run.operand(1), run.result)
        for head in run.share(ofHeads: layout.heads) {
            let columns = head * layout.span..<(head + 1) * layout.span
            let (w, dw, ds) = (weights.columns(columns), upstream.columns(columns), result.columns(columns))
            run.forEachSequence(inOperand: 0) { rows in
                for row in rows {
                    ds.setSoftmaxGradientRow(row, at: w, upstream: dw, visible: layout.prefixLength + row - rows.lowerBound + 1)
                }
            }
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (head, key) = (column / layout.span, column % layout.span)
        let rows = context.sequence(ofRow: row, in: context.operands[0].rows).rows
        guard layout.place(ofKey: key, sequence: rows, adapter: 0, visibleTo: row) != nil else { return .zero }
        let visible = layout.visibleColumns(head, row: row, sequence: rows, adapter: 0)
        let (w, dw) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        return w * (dw - .dot(.row(row, of: 0, columns: visible), .row(row, of: 1, columns: visible)))
    }
}

/// The values of the keys, mixed by the weights. Operands: weights, values, and the prefix's values if there is one.
public struct AttentionMix: DifferentiableOperation, ProductOperation {
    public let name = "attention mix"
    public let formula = "yᵢₖ = scale · Σⱼ wᵢⱼ vⱼₖ"
    public let layout: AttentionLayout
    public let scale: Float

    public init(_ layout: AttentionLayout, scale: Float = 1) {
        self.layout = layout
        self.scale = scale
    }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(
            operands[0].inner == layout.weightShape && operands[1].inner == layout.keyShape, "weights and values of one layout")
        precondition(operands.count == layout.operandCount, "a prefix's values are given if and only if there is one")
        return Shape(operands[0].rows, inner: layout.queryShape)
    }

    public func division(operands: [Shape], result: Shape) -> Division { layout.division(ofRows: result.rows) }

    public func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let (weights, value, result) = (run.operand(0), run.operand(1), run.result)
        for head in run.share(ofHeads: layout.heads) {
            let (mixed, values) = (result.columns(layout.queryColumns(head)), value.columns(layout.keyColumns(head)))
            if layout.prefixLength > 0, !layout.isMixed {
                let prefix = run.operand(2).columns(layout.keyColumns(head))
                body(
                    MatrixProduct(
                        weights.columns(layout.prefixColumns(head)), .asStored, prefix, scale: scale, into: mixed))
            }
            run.forEachSequence(inOperand: 0) { rows, adapter in
                let hasPrefix = layout.prefixLength(ofAdapter: adapter) > 0
                if layout.isMixed, hasPrefix {
                    let prefix = run.operand(layout.prefixOperand(ofAdapter: adapter)).columns(layout.keyColumns(head))
                    body(
                        MatrixProduct(
                            weights.rows(rows).columns(layout.prefixColumns(head, adapter: adapter)), .asStored, prefix,
                            scale: scale, into: mixed.rows(rows)))
                }
                body(
                    MatrixProduct(
                        weights.rows(rows).columns(layout.textColumns(head, length: rows.count)), .asStored, values.rows(rows),
                        scale: scale, accumulating: hasPrefix, into: mixed.rows(rows)))
            }
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (head, place) = (column / layout.headWidth, column % layout.headWidth)
        let (rows, adapter) = context.sequence(ofRow: row, in: context.operands[0].rows)
        let valueColumn = layout.keyColumns(head).lowerBound + place
        let front = layout.prefixColumns(head, adapter: layout.isMixed ? adapter : 0)
        let text = layout.textColumns(head, length: rows.count)
        var mixed = [ElementExpression.dot(.row(row, of: 0, columns: text), .column(valueColumn, of: 1, rows: rows))]
        if !front.isEmpty {
            let operand = layout.isMixed ? layout.prefixOperand(ofAdapter: adapter) : 2
            mixed.insert(
                .dot(.row(row, of: 0, columns: front), .column(valueColumn, of: operand, rows: 0..<front.count)), at: 0)
        }
        return scale * .sum(mixed)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        precondition(!layout.isMixed, "a batch of several adapters has no gradient")
        let (weights, values) = (request.operands[0], request.operands[1])
        let prefix = request.operands.dropFirst(2)
        return [
            request.isNeeded(0)
                ? Contribution(
                    graph.add(
                        AttentionScores(layout, scale: scale), [request.upstream, values] + prefix, named: request.name(0)))
                : nil,
            request.isNeeded(1)
                ? Contribution(
                    graph.add(AttentionGather(layout, scale: scale), [weights, request.upstream], named: request.name(1))) : nil,
        ]
            + prefix.map { _ in
                request.isNeeded(2)
                    ? Contribution(
                        graph.add(
                            AttentionPrefixGather(layout, scale: scale), [weights, request.upstream], named: request.name(2)))
                    : nil
            }
    }
}

/// What each key of the text collects from the rows that see it: the gradient of keys (from queries) and of values.
struct AttentionGather: ProductOperation {
    let name = "attention gather"
    let formula = "yⱼₖ = scale · Σᵢ wᵢⱼ xᵢₖ"
    let layout: AttentionLayout
    let scale: Float

    init(_ layout: AttentionLayout, scale: Float) {
        self.layout = layout
        self.scale = scale
    }

    func shape(of operands: [Shape]) -> Shape { Shape(operands[0].rows, inner: layout.keyShape) }

    func division(operands: [Shape], result: Shape) -> Division { layout.division(ofRows: result.rows) }

    func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let (weights, x, result) = (run.operand(0), run.operand(1), run.result)
        for head in layout.queryHeads(ofKeyHeads: run.share(ofHeads: layout.keyHeads)) {
            let (gathered, rowsOfX) = (result.columns(layout.keyColumns(head)), x.columns(layout.queryColumns(head)))
            run.forEachSequence(inOperand: 0) { rows in
                body(
                    MatrixProduct(
                        weights.rows(rows).columns(layout.textColumns(head, length: rows.count)), .transposed,
                        rowsOfX.rows(rows), scale: scale, accumulating: head % (layout.heads / layout.keyHeads) > 0,
                        into: gathered.rows(rows)))
            }
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (keyHead, place) = (column / layout.headWidth, column % layout.headWidth)
        let rows = context.sequence(ofRow: row, in: context.operands[0].rows).rows
        return scale
            * .sum(
                layout.queryHeads(ofKeyHead: keyHead).map { head in
                    .dot(
                        .column(layout.textColumns(head, length: 1).lowerBound + row - rows.lowerBound, of: 0, rows: rows),
                        .column(layout.queryColumns(head).lowerBound + place, of: 1, rows: rows))
                })
    }
}

/// What each key in front of the text collects from every row of the batch: the gradient of a prefix's keys and values.
struct AttentionPrefixGather: ProductOperation {
    let name = "attention prefix gather"
    let formula = "yⱼₖ = scale · Σᵢ wᵢⱼ xᵢₖ over all rows of the batch"
    let layout: AttentionLayout
    let scale: Float

    init(_ layout: AttentionLayout, scale: Float) {
        self.layout = layout
        self.scale = scale
    }

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(layout.prefixLength), inner: layout.keyShape) }

    func division(operands: [Shape], result: Shape) -> Division { .columns }

    func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        for head in layout.queryHeads(ofKeyHeads: run.share(ofHeads: layout.keyHeads)) {
            let gathered = run.result.columns(layout.keyColumns(head))
            for part in run.parts(of: 0) {
                body(
                    MatrixProduct(
                        run.operand(0, part: part).columns(layout.prefixColumns(head)), .transposed,
                        run.operand(1, part: part).columns(layout.queryColumns(head)), scale: scale,
                        accumulating: part > 0 || head % (layout.heads / layout.keyHeads) > 0, into: gathered))
            }
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (keyHead, place) = (column / layout.headWidth, column % layout.headWidth)
        return scale
            * .sum(
                layout.queryHeads(ofKeyHead: keyHead).map { head in
                    .dot(
                        context.column(layout.prefixColumns(head).lowerBound + row, of: 0),
                        context.column(layout.queryColumns(head).lowerBound + place, of: 1))
                })
    }
}
