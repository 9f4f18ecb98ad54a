internal import Recordings

/// Reads conditions and quantities.
///
/// ```
/// condition   = value | value "if" any | any
/// any         = all { "or" all }
/// all         = comparison { "and" comparison }
/// comparison  = "(" any ")" | operand ("<" | "<=" | ">" | ">=" | "==" | "!=") operand
/// operand     = number | quantity
/// quantity    = "step" | value | value "[" index { "," index } "]" | ("norm" | "mean" | "min" | "max") "(" value ")"
/// ```
struct StepConditionParser {
    private enum Kind: Equatable {
        case number(Double)
        case word(String)
        case symbol(String)
        case end
    }

    private struct Token {
        let kind: Kind
        /// From 1.
        let column: Int

        var found: String {
            switch kind {
            case .number(let number): "\(number)"
            case .word(let word): "\"\(word)\""
            case .symbol(let symbol): "\"\(symbol)\""
            case .end: "the end"
            }
        }
    }

    private let text: String
    private let run: RunOutline
    private var tokens: [Token] = []
    private var place = 0

    init(_ text: String, run: RunOutline) {
        self.text = text
        self.run = run
    }

    mutating func condition() throws(SteppingError) -> StepCondition {
        try cut()
        if case .word(let word) = next.kind, word != "step", isValueAlone {
            let name = try value(word, at: next.column)
            advance()
            if case .end = next.kind { return StepCondition(value: name, test: nil, text: text) }
            advance()
            let test = try anyOf()
            try end("and, or, or the end")
            return StepCondition(value: name, test: test, text: text)
        }
        let test = try anyOf()
        try end("and, or, or the end")
        return StepCondition(value: nil, test: test, text: text)
    }

    mutating func loneQuantity() throws(SteppingError) -> StepQuantity {
        try cut()
        let result = try quantity(isAlone: true)
        try end("the end")
        return result
    }

    // MARK: Grammar

    /// A name with nothing behind it, or with `if`: no comparison.
    private var isValueAlone: Bool {
        let behind = tokens[min(place + 1, tokens.count - 1)].kind
        return behind == .end || behind == .word("if")
    }

    private mutating func anyOf() throws(SteppingError) -> StepCondition.Test {
        var tests = [try allOf()]
        while next.kind == .word("or") {
            advance()
            tests.append(try allOf())
        }
        return tests.count == 1 ? tests[0] : .any(tests)
    }

    private mutating func allOf() throws(SteppingError) -> StepCondition.Test {
        var tests = [try comparison()]
        while next.kind == .word("and") {
            advance()
            tests.append(try comparison())
        }
        return tests.count == 1 ? tests[0] : .all(tests)
    }

    private mutating func comparison() throws(SteppingError) -> StepCondition.Test {
        if next.kind == .symbol("(") {
            advance()
            let test = try anyOf()
            try take(")")
            return test
        }
        let left = try operand()
        guard case .symbol(let symbol) = next.kind, let comparison = StepCondition.Comparison(rawValue: symbol) else {
            throw expected(StepCondition.Comparison.allCases.map(\.rawValue).joined(separator: " "))
        }
        advance()
        return .comparison(left, comparison, try operand())
    }

    private mutating func operand() throws(SteppingError) -> StepCondition.Operand {
        if case .number(let number) = next.kind {
            advance()
            return .number(number)
        }
        return .quantity(try quantity(isAlone: false))
    }

    private mutating func quantity(isAlone: Bool) throws(SteppingError) -> StepQuantity {
        let first = next
        guard case .word(let word) = first.kind, !["and", "or", "if"].contains(word) else {
            throw expected("a number or a quantity such as loss or norm(prompt.embeddings)")
        }
        advance()
        if next.kind == .symbol("(") {
            guard let reduction = StepQuantity.Reduction(rawValue: word) else {
                let known = StepQuantity.Reduction.allCases.map(\.rawValue)
                let near = NearNames.of(word, among: known)
                throw problem(
                    first.column,
                    "there is no function \"\(word)\"\(near.isEmpty ? "; known are \(known.joined(separator: ", "))" : NearNames.hint(near))"
                )
            }
            advance()
            let inner = next
            guard case .word(let name) = inner.kind else { throw expected("a value's name") }
            let value = try value(name, at: inner.column)
            advance()
            try take(")")
            return StepQuantity(.reduction(reduction, value))
        }
        if word == "step" { return StepQuantity(.step) }
        let name = try value(word, at: first.column)
        let shape = run.node(name)?.shape
        if next.kind == .symbol("[") { return StepQuantity(.element(name, try element(of: name, shape))) }
        if let shape, shape.rows != .fixed(1) || shape.columns != 1 {
            guard isAlone else {
                throw problem(
                    first.column,
                    "\(name) has many numbers \(shape); put norm(), mean(), min() or max() around it, or an element in [] behind it"
                )
            }
            return StepQuantity(.reduction(.norm, name))
        }
        return StepQuantity(.number(name))
    }

    private mutating func element(of name: ValueName, _ shape: RecordedShape?) throws(SteppingError) -> [Int] {
        let open = next.column
        advance()
        var index: [Int] = []
        repeat {
            guard case .number(let number) = next.kind, let place = Int(exactly: number), place >= 0 else {
                throw expected("an index from 0 on")
            }
            let axis = index.count
            if let shape, axis <= shape.inner.count {
                let extent: Int? =
                    if axis > 0 { shape.inner[axis - 1] } else if case .fixed(let rows) = shape.rows { rows } else { nil }
                if let extent, place >= extent {
                    throw problem(next.column, "axis \(axis) of \(name) \(shape) has indices from 0 to \(extent - 1)")
                }
            }
            index.append(place)
            advance()
            guard next.kind == .symbol(",") else { break }
            advance()
        } while true
        try take("]")
        let axes = (shape?.inner.count ?? 1) + 1
        guard index.count == axes else {
            throw problem(open, "\(name)\(shape.map { " \($0)" } ?? "") has \(axes) axes, and \(index.count) indices are given")
        }
        return index
    }

    private func value(_ name: String, at column: Int) throws(SteppingError) -> ValueName {
        let value = ValueName(name)
        if run.node(value) != nil || value == .learningRate { return value }
        var near = run.near(name)
        if near.isEmpty { near = NearNames.of(name, among: ["step", ValueName.learningRate.rawValue]) }
        throw problem(column, "there is no value \"\(name)\"\(NearNames.hint(near))")
    }

    // MARK: Tokens

    private var next: Token { tokens[place] }

    private mutating func advance() { place = min(place + 1, tokens.count - 1) }

    private mutating func take(_ symbol: String) throws(SteppingError) {
        guard next.kind == .symbol(symbol) else { throw expected("\"\(symbol)\"") }
        advance()
    }

    private func end(_ what: String) throws(SteppingError) {
        guard next.kind == .end else { throw expected(what) }
    }

    private func expected(_ what: String) -> SteppingError {
        problem(next.column, "\(what) was expected, but \(next.found) was found")
    }

    private func problem(_ column: Int, _ problem: String) -> SteppingError {
        .malformed(text, column: column, problem: problem)
    }

    /// Names hold letters, digits and `. / - _ + '`; a word that reads as a number is one.
    private mutating func cut() throws(SteppingError) {
        let letters = Array(text)
        func isNamePart(_ letter: Character) -> Bool { letter.isLetter || letter.isNumber || "./-_+'".contains(letter) }
        var index = 0
        tokens = []
        while index < letters.count {
            let letter = letters[index]
            if letter == " " || letter == "\t" {
                index += 1
            } else if isNamePart(letter) || letter == "−" {
                let start = index
                repeat { index += 1 } while index < letters.count && isNamePart(letters[index])
                let word = String(letters[start..<index]).replacing("−", with: "-")
                let number = word.contains(where: \.isNumber) && !word.hasPrefix("0x") ? Double(word) : nil
                tokens.append(Token(kind: number.map(Kind.number) ?? .word(word), column: start + 1))
            } else if "<>=!&|".contains(letter) {
                let start = index
                index += 1
                if index < letters.count, letters[index] == "=" || (letters[index] == letter && "&|".contains(letter)) {
                    index += 1
                }
                let symbol = String(letters[start..<index])
                switch symbol {
                case "&&": tokens.append(Token(kind: .word("and"), column: start + 1))
                case "||": tokens.append(Token(kind: .word("or"), column: start + 1))
                case "=": throw problem(start + 1, "\"==\" compares, and \"=\" alone means nothing")
                case "!", "&", "|": throw problem(start + 1, "\"\(symbol)\" means nothing")
                default: tokens.append(Token(kind: .symbol(symbol), column: start + 1))
                }
            } else if "()[],".contains(letter) {
                tokens.append(Token(kind: .symbol(String(letter)), column: index + 1))
                index += 1
            } else {
                throw problem(index + 1, "\"\(letter)\" means nothing")
            }
        }
        tokens.append(Token(kind: .end, column: letters.count + 1))
    }
}
