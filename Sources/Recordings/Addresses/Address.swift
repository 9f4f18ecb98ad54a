/// Where a number is: run / step / value [element], for example `prompt-7/s120/block.0.attention.weights[3,1,0]`.
///
/// The run may be left out where there is one or a default, the step where there is a current one. `s120` is the state after 120
/// updates: its forward pass, and the update that follows. An element gives a row, then an index for each inner axis; `*`, or
/// leaving out the last ones, stands for all of an axis.
///
/// Short forms: `s120/L0/H1/attn[3,0]` is `s120/block.0.attention.weights[3,1,0]`, and `gradient/L0/H1/q[3]` is
/// `gradient/block.0.attention.query[3,1]`. They are read, never printed. See ``shortParts``.
public struct Address: Hashable, Sendable {
    public var run: String?
    public var step: Int?
    public var value: ValueName
    /// A row, then an index for each inner axis; `nil` stands for all of an axis.
    public var element: [Int?]

    public init(run: String? = nil, step: Int? = nil, _ value: ValueName, _ element: Int?...) {
        self.init(run: run, step: step, value, element: element)
    }

    public init(run: String? = nil, step: Int? = nil, _ value: ValueName, element: [Int?]) {
        self.run = run
        self.step = step
        self.value = value
        self.element = element
    }

    /// What may be written after `L0/` or `L0/H1/`, and the part of the block it stands for.
    public static let shortParts: [(short: String, part: String)] = [
        ("attn", "attention.weights"), ("scores", "attention.scores"), ("q", "attention.query"), ("k", "attention.key"),
        ("v", "attention.value"), ("mix", "attention.mix"), ("out", "output"), ("mlp", "mlp.output"),
    ]

    /// The address of another element of the same value.
    public func element(_ element: Int?...) -> Address { Address(run: run, step: step, value, element: element) }
}

extension Address: CustomStringConvertible {
    public var description: String {
        var text = run.map { "\($0)/" } ?? ""
        if let step { text += "s\(step)/" }
        text += value.rawValue
        return element.isEmpty ? text : text + Self.text(ofElement: element)
    }
}

extension Address {
    /// `[3,*,1]`.
    static func text(ofElement element: [Int?]) -> String {
        "[" + element.map { $0.map(String.init) ?? "*" }.joined(separator: ",") + "]"
    }
}

// MARK: Reading

extension Address {
    /// Reads an address. Whether what it names exists is another question: see ``Recording/locate(_:run:step:)``.
    ///
    /// - Throws: ``AddressError/malformed(_:column:expected:)``.
    public init(parsing text: String) throws(AddressError) {
        let (path, element) = try Self.splitElement(of: text)
        var components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let empty = components.firstIndex(of: "") {
            let column = components[..<empty].reduce(1) { $0 + $1.count + 1 }
            throw .malformed(text, column: column, expected: "a name")
        }
        var run: String?
        var step: Int?
        if let number = Self.number(components[0], after: "s") {
            step = number
            components.removeFirst()
        } else if components.count > 1, let number = Self.number(components[1], after: "s") {
            run = components[0]
            step = number
            components.removeFirst(2)
        }
        guard !components.isEmpty else {
            throw .malformed(text, column: path.count + 1, expected: "a value's name behind the step")
        }
        let (name, head) = Self.expand(components)
        var indices = element
        if let head {
            if indices.isEmpty { indices = [nil] }
            indices.insert(head, at: 1)
        }
        self.init(run: run, step: step, ValueName(name), element: indices)
    }

    /// Cuts `[3,1,0]` off the end.
    private static func splitElement(of text: String) throws(AddressError) -> (path: Substring, element: [Int?]) {
        guard let open = text.firstIndex(of: "[") else {
            guard !text.isEmpty else { throw .malformed(text, column: 1, expected: "an address such as s120/loss") }
            return (text[...], [])
        }
        func column(_ index: String.Index) -> Int { text.distance(from: text.startIndex, to: index) + 1 }
        guard text.last == "]" else { throw .malformed(text, column: text.count + 1, expected: "] at the end") }
        guard open > text.startIndex else { throw .malformed(text, column: 1, expected: "a value's name before [") }
        var element: [Int?] = []
        var at = text.index(after: open)
        for part in text[at...].dropLast().split(separator: ",", omittingEmptySubsequences: false) {
            let digits = part.drop(while: { $0 == " " })
            if digits == "*" {
                element.append(nil)
            } else if let index = Int(digits), index >= 0, digits.allSatisfy(\.isNumber) {
                element.append(index)
            } else {
                throw .malformed(text, column: column(at), expected: "a number from 0 on, or *")
            }
            at = text.index(at, offsetBy: part.count + 1)
        }
        return (text[..<open], element)
    }

    /// The number behind a letter, for example 120 of `s120`.
    private static func number(_ component: String, after letter: Character) -> Int? {
        guard component.first == letter, component.dropFirst().allSatisfy(\.isASCII) else { return nil }
        return component.dropFirst().first == "-" ? nil : Int(component.dropFirst())
    }

    /// Puts the full name for a short form: `L0`, perhaps `H1`, then a part of the block.
    private static func expand(_ components: [String]) -> (name: String, head: Int?) {
        let prompt = "prompt."
        for (index, component) in components.enumerated() {
            let isPrompt = component.hasPrefix(prompt)
            guard let layer = number(isPrompt ? String(component.dropFirst(prompt.count)) : component, after: "L") else {
                continue
            }
            var rest = Array(components[(index + 1)...])
            let head = rest.first.flatMap { number($0, after: "H") }
            if head != nil { rest.removeFirst() }
            guard !rest.isEmpty else { break }
            let part = rest.joined(separator: "/")
            let full = shortParts.first { $0.short == part }?.part ?? part
            let name = components[..<index] + ["\(isPrompt ? prompt : "")block.\(layer).\(full)"]
            return (name.joined(separator: "/"), head)
        }
        return (components.joined(separator: "/"), nil)
    }
}

/// Why an address names nothing.
public enum AddressError: Error, Sendable, Hashable {
    case malformed(String, column: Int, expected: String)
    case unknownRun(String, near: [String])
    case runNeeded([String])
    case stepNeeded(String)
    case stepOutOfRange(Int, run: String, steps: ClosedRange<Int>)
    case unknownValue(String, step: Int?, near: [String])
    case notRecorded(ValueName, step: Int, run: String, recordedAt: [Int])
    case elementOutOfRange(Address, shape: [Int])
}

extension AddressError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let text, let column, let expected):
            "The address \"\(text)\" cannot be read: at column \(column), \(expected) was expected."
        case .unknownRun(let run, let near):
            "There is no run \"\(run)\" in this recording\(NearNames.hint(near))."
        case .runNeeded(let runs):
            "The recording holds several runs; put one of them in front of the address: \(runs.joined(separator: ", "))."
        case .stepNeeded(let value):
            "The address of \(value) needs a step, for example s0/\(value)."
        case .stepOutOfRange(let step, let run, let steps):
            "The run \(run) has no step \(step); its steps go from \(steps.lowerBound) to \(steps.upperBound)."
        case .unknownValue(let name, let step, let near):
            "There is no value \"\(name)\"\(step.map { " at step \($0)" } ?? "")\(NearNames.hint(near))."
        case .notRecorded(let name, let step, let run, let steps):
            "The value \(name) of run \(run) was not recorded at step \(step), but at "
                + (steps.isEmpty ? "no step" : steps.map(String.init).joined(separator: ", "))
                + "; choose one of these or recompute the frame."
        case .elementOutOfRange(let address, let shape):
            "The element of \(address) does not exist: the value has shape \(shape)."
        }
    }
}
