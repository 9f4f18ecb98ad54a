internal import Autodiff
internal import Foundation
internal import Recordings
internal import Transformer

/// A function that figures print numbers of: of which arguments, and by which formula.
struct DerivationFormula: Sendable {
    let name: String
    /// With symbols.
    let formula: String
    /// What it takes, for a reader.
    let takes: String
    let argumentCounts: ClosedRange<Int>
    /// The numbers of the result, each as an expression: operand a is argument a, column k of its only row the k-th number it names.
    let results: @Sendable (Arguments) throws -> [ElementExpression]
    /// Where the result is a matrix, too large to write down every number's expression: its shape, and the expression of one number.
    let matrix: Matrix?

    struct Matrix: Sendable {
        let shape: @Sendable (Arguments) throws -> [Int]
        let element: @Sendable (Arguments, _ row: Int, _ column: Int) throws -> ElementExpression
    }

    init(
        name: String, formula: String, takes: String, argumentCounts: ClosedRange<Int>,
        results: @escaping @Sendable (Arguments) throws -> [ElementExpression]
    ) {
        self.name = name
        self.formula = formula
        self.takes = takes
        self.argumentCounts = argumentCounts
        self.results = results
        matrix = nil
    }

    init(name: String, formula: String, takes: String, argumentCounts: ClosedRange<Int>, matrix: Matrix) {
        self.name = name
        self.formula = formula
        self.takes = takes
        self.argumentCounts = argumentCounts
        results = { _ in [] }
        self.matrix = matrix
    }

    /// What a formula is applied to.
    struct Arguments {
        let function: String
        let numbers: [Explainer.Numbers]
        let explainer: Explainer

        func count(_ argument: Int) -> Int { numbers[argument].offsets.count }

        func element(_ argument: Int, _ index: Int) -> ElementExpression {
            .element(ElementExpression.Element(operand: argument, row: 0, column: index))
        }

        func wrong(_ argument: Int, expected: String) -> ExplanationError {
            .wrongArgument(function, address: numbers[argument].address.description, expected: expected)
        }

        /// The number of numbers of all arguments, which have the same number of them.
        func commonCount() throws -> Int {
            let counts = numbers.map(\.offsets.count)
            guard Set(counts).count == 1 else { throw ExplanationError.unequalArguments(function, counts: counts) }
            return counts[0]
        }

        /// Σ a·b.
        func dot(_ a: Int, _ b: Int) -> ElementExpression {
            .sum(.expressions((0..<count(a)).map { .product([element(a, $0), element(b, $0)]) }))
        }

        func squares(_ terms: [ElementExpression]) -> ElementExpression {
            .sum(.expressions(terms.map { .product([$0, $0]) }))
        }

        /// The run and step of an argument.
        func time(_ argument: Int) throws -> (run: ReplayedRun, step: Int) {
            guard let step = numbers[argument].address.step else { throw wrong(argument, expected: "a value of a step") }
            return (try explainer.replayed(numbers[argument].address.run), step)
        }
    }

    static let all: [DerivationFormula] = [
        DerivationFormula(
            name: "cosine", formula: "Σ aₖ bₖ / (√Σ aₖ² · √Σ bₖ²)", takes: "two vectors", argumentCounts: 2...2
        ) { of in
            _ = try of.commonCount()
            let lengths = (0..<2).map { ElementExpression.function(.squareRoot, of.dot($0, $0)) }
            return [.quotient(of.dot(0, 1), .product(lengths))]
        },
        DerivationFormula(
            name: "norm", formula: "√Σ aₖ² over all numbers of all arguments", takes: "one or more values", argumentCounts: 1...64
        ) { of in
            let terms = of.numbers.indices.flatMap { argument in (0..<of.count(argument)).map { of.element(argument, $0) } }
            return [.function(.squareRoot, of.squares(terms))]
        },
        DerivationFormula(
            name: "norm-of-difference", formula: "√Σ (aₖ − bₖ)²", takes: "two vectors", argumentCounts: 2...2
        ) { of in
            let terms = try (0..<of.commonCount()).map { ElementExpression.difference(of.element(0, $0), of.element(1, $0)) }
            return [.function(.squareRoot, of.squares(terms))]
        },
        DerivationFormula(name: "difference", formula: "aₖ − bₖ", takes: "two values", argumentCounts: 2...2) { of in
            try (0..<of.commonCount()).map { .difference(of.element(0, $0), of.element(1, $0)) }
        },
        DerivationFormula(
            name: "mean", formula: "Σ aₖ / n: of one value's numbers, or of several values' number by number",
            takes: "one or more values", argumentCounts: 1...4096
        ) { of in
            guard of.numbers.count > 1 else {
                return [.mean(.expressions((0..<of.count(0)).map { of.element(0, $0) }))]
            }
            return try (0..<of.commonCount()).map { index in
                .mean(.expressions(of.numbers.indices.map { of.element($0, index) }))
            }
        },
        DerivationFormula(
            name: "mean-difference", formula: "(Σ aₖ − Σ bₖ) / n: of the first half of the arguments less the second",
            takes: "numbers, and as many to compare with", argumentCounts: 2...4096
        ) { of in
            let half = of.numbers.count / 2
            guard of.numbers.count.isMultiple(of: 2) else {
                throw of.wrong(of.numbers.count - 1, expected: "as many numbers in the second half as in the first")
            }
            return try (0..<of.commonCount()).map { index in
                func mean(_ arguments: Range<Int>) -> ElementExpression {
                    .mean(.expressions(arguments.map { of.element($0, index) }))
                }
                return .difference(mean(0..<half), mean(half..<2 * half))
            }
        },
        DerivationFormula(name: "share", formula: "a / b", takes: "two numbers", argumentCounts: 2...2) { of in
            for argument in 0...1 where of.count(argument) != 1 { throw of.wrong(argument, expected: "one number") }
            return [.quotient(of.element(0, 0), of.element(1, 0))]
        },
        DerivationFormula(name: "dot", formula: "Σ aₖ bₖ", takes: "two vectors", argumentCounts: 2...2) { of in
            _ = try of.commonCount()
            return [of.dot(0, 1)]
        },
        DerivationFormula(name: "exp", formula: "e^aₖ", takes: "one value", argumentCounts: 1...1) { of in
            (0..<of.count(0)).map { .function(.exponential, of.element(0, $0)) }
        },
        DerivationFormula(
            name: "product", formula: "aₖ bₖ, or a bₖ of a single number a", takes: "two values", argumentCounts: 2...2
        ) { of in
            if of.count(0) == 1 { return (0..<of.count(1)).map { .product([of.element(0, 0), of.element(1, $0)]) } }
            return try (0..<of.commonCount()).map { .product([of.element(0, $0), of.element(1, $0)]) }
        },
        DerivationFormula(
            name: "corrected", formula: "m / (1 − β₁ᵗ), or v / (1 − β₂ᵗ)", takes: "a moment", argumentCounts: 1...1
        ) { of in try (0..<of.count(0)).map { try corrected(of, 0, $0) } },
        DerivationFormula(
            name: "push", formula: "lr · m̂ / (√v̂ + ε)", takes: "a first and a second moment", argumentCounts: 2...2
        ) { of in
            let (run, step) = try of.time(0)
            let optimizer = run.run.description.training.optimizer
            let rate = ElementExpression.constant(try Double(learningRate(of, step: step)))
            return try (0..<of.commonCount()).map { index in
                let root = ElementExpression.function(.squareRoot, try corrected(of, 1, index))
                let divisor = ElementExpression.sum(.expressions([root, .constant(optimizer.epsilon)]))
                return .product([rate, .quotient(try corrected(of, 0, index), divisor)])
            }
        },
        DerivationFormula(name: "decay", formula: "lr · λ · x", takes: "a trained parameter", argumentCounts: 1...1) { of in
            let (run, step) = try of.time(0)
            let weightDecay = run.run.description.training.optimizer.weightDecay
            let rate = ElementExpression.constant(try Double(learningRate(of, step: step)))
            return (0..<of.count(0)).map { .product([rate, .constant(weightDecay), of.element(0, $0)]) }
        },
        DerivationFormula(
            name: "low-rank-change", formula: "s · Σₖ Bᵢₖ Aₖⱼ with s = α/r, or α/√r",
            takes: "B [out, r] and A [r, in] of a weight, whole", argumentCounts: 2...2,
            matrix: Matrix { of in
                let (up, down) = (of.numbers[0].value, of.numbers[1].value)
                for argument in 0...1 where of.count(argument) != of.numbers[argument].value.numbers.count {
                    throw of.wrong(argument, expected: "a whole matrix")
                }
                guard down.rowCount == up.columns, up.columns > 0 else {
                    throw of.wrong(1, expected: "as many rows as B has columns")
                }
                return [up.rowCount, down.columns]
            } element: { of, row, column in
                let (rank, inputs) = (of.numbers[0].value.columns, of.numbers[1].value.columns)
                let settings = try of.time(0).run.run.description.method.settings
                guard case .number(let alpha)? = settings[MethodSettings.Key.alpha.rawValue] else {
                    throw of.wrong(0, expected: "matrices of a run of LoRA")
                }
                let isRankStabilised = settings[MethodSettings.Key.isRankStabilised.rawValue] == .flag(true)
                let scale = alpha / (isRankStabilised ? Double(rank).squareRoot() : Double(rank))
                let terms = (0..<rank).map { k in
                    ElementExpression.product([of.element(0, row * rank + k), of.element(1, k * inputs + column)])
                }
                return .product([.constant(scale), .sum(.expressions(terms))])
            }),
        DerivationFormula(
            name: "relative-error", formula: "(aₖ − bₖ) / m", takes: "a value, what it should be, and a number to compare with",
            argumentCounts: 3...3
        ) { of in
            guard of.count(0) == of.count(1) else {
                throw ExplanationError.unequalArguments(of.function, counts: [of.count(0), of.count(1)])
            }
            guard of.count(2) == 1 else { throw of.wrong(2, expected: "one number") }
            return (0..<of.count(0)).map {
                .quotient(.difference(of.element(0, $0), of.element(1, $0)), of.element(2, 0))
            }
        },
        DerivationFormula(
            name: "prompt-share", formula: "Σⱼ wᵢⱼ over the keys in front of the text; of several rows, their mean",
            takes: "attention weights of a head, of one or more rows", argumentCounts: 1...4096
        ) { of in try [share(of, ofPrompt: true)] },
        DerivationFormula(
            name: "text-share", formula: "Σⱼ wᵢⱼ over the keys of the text; of several rows, their mean",
            takes: "attention weights of a head, of one or more rows", argumentCounts: 1...4096
        ) { of in try [share(of, ofPrompt: false)] },
        DerivationFormula(
            name: "share-within-text", formula: "wⱼ / Σₖ wₖ over the keys of the text",
            takes: "attention weights of a row and head",
            argumentCounts: 1...1
        ) { of in
            let span = try weightSpan(of)
            guard of.count(0) == span.columns else { throw of.wrong(0, expected: "the weights of one row and head") }
            let ofText = (span.prompt..<span.columns).map { of.element(0, $0) }
            return ofText.map { .quotient($0, .sum(.expressions(ofText))) }
        },
        DerivationFormula(
            name: "text-part", formula: "Σⱼ wⱼ vⱼ over the keys of the text", takes: Self.weightsAndValues, argumentCounts: 3...3
        ) { of in try Mixture(of).parts(ofPrompt: false) },
        DerivationFormula(
            name: "prompt-part", formula: "Σⱼ wⱼ vⱼ over the keys in front of the text", takes: Self.weightsAndValues,
            argumentCounts: 3...3
        ) { of in try Mixture(of).parts(ofPrompt: true) },
        DerivationFormula(
            name: "mean-over-text", formula: "Σⱼ wⱼ vⱼ / Σⱼ wⱼ over the keys of the text", takes: Self.weightsAndValues,
            argumentCounts: 3...3
        ) { of in try Mixture(of).means(ofPrompt: false) },
        DerivationFormula(
            name: "mean-over-prompt", formula: "Σⱼ wⱼ vⱼ / Σⱼ wⱼ over the keys in front of the text",
            takes: Self.weightsAndValues,
            argumentCounts: 3...3
        ) { of in try Mixture(of).means(ofPrompt: true) },
    ]

    private static let weightsAndValues = "attention weights of a row and head, the text's values and the prompt's"
    /// What figures find by an algorithm.
    private static let withoutFormula = ["place", "count"]

    static func named(_ name: String) throws(ExplanationError) -> DerivationFormula {
        if let found = all.first(where: { $0.name == name }) { return found }
        if withoutFormula.contains(name) { throw .noFormula(name) }
        let known = all.map(\.name)
        throw .unknownFunction(name, known: known, near: NearNames.of(name, among: known))
    }

    private static func corrected(_ of: Arguments, _ argument: Int, _ index: Int) throws -> ElementExpression {
        let (run, step) = try of.time(argument)
        let name = of.numbers[argument].address.value
        let betas = run.run.description.training.optimizer.betas
        guard betas.count == 2, let subject = name.subject, name == subject.firstMoment || name == subject.secondMoment else {
            throw of.wrong(argument, expected: "a moment such as optimizer/prompt.embeddings.first-moment")
        }
        let beta = name == subject.firstMoment ? betas[0] : betas[1]
        return .quotient(of.element(argument, index), .constant(1 - pow(beta, Double(step + 1))))
    }

    private static func learningRate(_ of: Arguments, step: Int) throws -> Float {
        let address = Address(run: of.numbers[0].address.run, step: step, .learningRate)
        return try of.explainer.locate(address, run: nil, step: nil).value.numbers[0]
    }

    /// Columns of a head in a row of attention weights, and how many of them stand for keys in front of the text.
    fileprivate static func weightSpan(_ of: Arguments, _ argument: Int = 0) throws -> (columns: Int, prompt: Int) {
        let (run, _) = try of.time(argument)
        let numbers = of.numbers[argument]
        guard let graph = run.graph, let value = run.graphValue(numbers.address.value),
            case .operation(let operation, _) = graph[value].source, let weights = operation as? AttentionWeights
        else {
            throw run.obstacle ?? of.wrong(argument, expected: "attention weights such as s0/L0/H1/attn[3]")
        }
        let inner = numbers.value.shape.inner
        guard numbers.address.element.count < 3 || numbers.address.element[2] == nil, let columns = inner.last else {
            throw of.wrong(argument, expected: "the weights of all keys")
        }
        return (columns, weights.layout.prefixLength)
    }

    /// What the keys in front of the text get of the attention, or those of the text.
    private static func share(_ of: Arguments, ofPrompt isPrompt: Bool) throws -> ElementExpression {
        let rows = try of.numbers.indices.flatMap { argument in
            let span = try weightSpan(of, argument)
            let keys = isPrompt ? 0..<span.prompt : span.prompt..<span.columns
            return (0..<of.count(argument) / span.columns).map { row in
                ElementExpression.sum(.expressions(keys.map { of.element(argument, row * span.columns + $0) }))
            }
        }
        return rows.count == 1 ? rows[0] : .mean(.expressions(rows))
    }

    /// Values mixed by attention weights, apart for the keys in front of the text and those of it.
    private struct Mixture {
        let of: Arguments
        let span: (columns: Int, prompt: Int)
        let sequence: Range<Int>
        let keyHead: Int

        init(_ of: Arguments) throws {
            self.of = of
            span = try DerivationFormula.weightSpan(of)
            let weights = of.numbers[0]
            let element = weights.address.element
            guard of.count(0) == span.columns, element.count >= 2, let row = element[0], let head = element[1],
                let sequence = (0..<weights.value.batch.sequenceCount).map(weights.value.batch.sequence)
                    .first(where: { $0.contains(row) })
            else { throw of.wrong(0, expected: "the weights of one row and head of the text, such as s0/L0/H1/attn[3]") }
            self.sequence = sequence
            for argument in 1...2 where of.count(argument) != of.numbers[argument].value.numbers.count {
                throw of.wrong(argument, expected: "a whole value")
            }
            let inner = of.numbers[1].value.shape.inner
            guard inner.count == 2, inner == of.numbers[2].value.shape.inner, inner[0] > 0,
                of.numbers[2].value.rowCount == span.prompt, of.numbers[1].value.batch.tokens.count >= sequence.upperBound
            else { throw of.wrong(1, expected: "values of keys, such as s0/block.0.attention.value, then the prompt's") }
            keyHead = head / max(1, weights.value.shape.inner[0] / inner[0])
        }

        private var width: Int { of.numbers[1].value.shape.inner[1] }

        private func weights(ofPrompt isPrompt: Bool) -> [ElementExpression] {
            (isPrompt ? 0..<span.prompt : span.prompt..<(span.prompt + sequence.count)).map { of.element(0, $0) }
        }

        func parts(ofPrompt isPrompt: Bool) -> [ElementExpression] {
            let heads = of.numbers[1].value.shape.inner[0]
            return (0..<width).map { place in
                .sum(
                    .expressions(
                        weights(ofPrompt: isPrompt).enumerated().map { key, weight in
                            let row = isPrompt ? key : sequence.lowerBound + key
                            let column = (row * heads + keyHead) * width + place
                            return .product([weight, of.element(isPrompt ? 2 : 1, column)])
                        }))
            }
        }

        func means(ofPrompt isPrompt: Bool) -> [ElementExpression] {
            let share = ElementExpression.sum(.expressions(weights(ofPrompt: isPrompt)))
            return parts(ofPrompt: isPrompt).map { .quotient($0, share) }
        }
    }
}

extension Explainer {
    /// The functions that ``explain(_:depth:run:step:)`` knows.
    public static var functions: [String] { DerivationFormula.all.map(\.name) }

    func explain(_ derivation: Derivation, run: String?, step: Int?) throws -> NumberExplanation {
        let formula = try DerivationFormula.named(derivation.function)
        guard formula.argumentCounts.contains(derivation.arguments.count) else {
            throw ExplanationError.argumentCount(derivation.function, found: derivation.arguments.count, expected: formula.takes)
        }
        let numbers = try derivation.arguments.map { try locate($0, run: run, step: step) }
        let arguments = DerivationFormula.Arguments(function: derivation.function, numbers: numbers, explainer: self)
        let results = try formula.results(arguments)
        let full = Derivation(derivation.function, arguments: numbers.map(\.address), element: derivation.element)
        // A result of as many numbers as an argument has its axes: those that the argument's address leaves open.
        let shape =
            try formula.matrix?.shape(arguments)
            ?? (results.count == 1
                ? [] : numbers.first { $0.offsets.count == results.count }?.openExtents ?? [results.count])
        let element = derivation.element.compactMap(\.self)
        guard element.count == shape.count, derivation.element.count == shape.count,
            zip(element, shape).allSatisfy({ $0 < $1 })
        else {
            throw ExplanationError.resultElement(
                Derivation(full.function, arguments: full.arguments).description, shape: shape)
        }
        let index = zip(element, shape).reduce(0) { $0 * $1.1 + $1.0 }
        let expression = try formula.matrix?.element(arguments, element[0], element[1]) ?? results[index]
        let value = expression.value { numbers[$0.operand].number(numbers[$0.operand].offsets[$0.column]) }
        var result = NumberExplanation(address: full.description, number: value, isKept: false, origin: .derivation)
        result.operation = derivation.function
        result.formula = formula.formula
        put(expression, into: &result) { element in
            (numbers[element.operand], numbers[element.operand].offsets[element.column])
        }
        return result
    }
}
