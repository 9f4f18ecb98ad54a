internal import Autodiff
public import Recordings

/// How one number of a step is made of others: the formula with their numbers put in.
public struct ElementMaking: Sendable {
    public struct Operand: Sendable {
        public let name: ValueName
        /// A row, then an index for each inner axis.
        public let index: [Int]
        public let number: Float
    }

    /// The formula with numbers put in, of a long sum the largest terms.
    public let arithmetic: String
    /// The arithmetic done in double precision.
    public let result: Double
    /// The numbers that stand in the arithmetic, in their order, each once.
    public let operands: [Operand]
    /// How many others there are.
    public let otherCount: Int
}

extension StepReader {
    /// How an element is made; `nil` for what nothing computes, or where the graph cannot be made again.
    ///
    /// - Parameters:
    ///   - index: A row, then an index for each inner axis.
    ///   - shownTerms: The most terms that are shown of a sum.
    ///   - number: What is written for a number.
    ///   - rest: What is written for the other terms of a sum: how many there are, and what they add up to.
    public func making(
        of name: ValueName, _ index: [Int], atStep step: Int, shownTerms: Int, number: (Double) -> String,
        rest: (_ count: Int, _ sum: String?) -> String
    ) throws -> ElementMaking? {
        guard let graph = replayed.graph, let place = replayed.graphValue(name), let node = replayed.node(name), !node.isParameter
        else { return nil }
        let value = try value(name, atStep: step)
        let (row, column) = value.offset(of: index).quotientAndRemainder(dividingBy: max(1, value.columns))
        var batch = Batch()
        batch.append(value.batch == .empty ? try values(atStep: step).batch : value.batch)
        guard let expression = graph.explanation(of: place, row: row, column: column, batch: batch) else { return nil }
        let sources = try node.operands.map { try self.value($0, atStep: step) }
        func read(_ element: Expression.Element) -> Float {
            let source = sources[element.operand]
            return source.numbers[element.row * source.columns + element.column]
        }
        var shown: [Expression.Element] = []
        let text = withoutActuallyEscaping(number) { number in
            withoutActuallyEscaping(rest) { rest in
                ExpressionText(
                    value: { Double(read($0)) },
                    element: { element in
                        shown.append(element)
                        return number(Double(read(element)))
                    }, number: number, shownTerms: shownTerms, rest: rest)(expression)
            }
        }
        var seen: Set<Expression.Element> = []
        let operands = shown.filter { seen.insert($0).inserted }.map { element in
            let source = sources[element.operand]
            return ElementMaking.Operand(
                name: source.name, index: source.index(ofOffset: element.row * source.columns + element.column),
                number: read(element))
        }
        return ElementMaking(
            arithmetic: text, result: expression.value { Double(read($0)) }, operands: operands,
            otherCount: expression.elements.count { !seen.contains($0) })
    }
}
