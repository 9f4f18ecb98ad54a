public import Interchange
public import Recordings

/// How one number of a recording came about: its value, the formula with the operands' numbers put in, and the operands' own addresses.
public struct NumberExplanation: Sendable {
    /// Where a number comes from.
    public enum Origin: String, Sendable, Hashable, CaseIterable {
        /// An operation of the step computed it from its operands.
        case operation
        /// A weight of the base model that is not trained.
        case frozenWeight = "frozen-weight"
        /// A trained parameter before the first update: the method's start, or the base model's weight.
        case start
        /// What the update of the step before made: a trained parameter, or a moment.
        case update
        /// The update of the step before made it, and the method changed it afterwards, as AdaLoRA sets singular values to 0.
        case changedAfterUpdate = "changed-after-update"
        /// The optimizer's memory before the first update, 0.
        case startOfMemory = "start-of-memory"
        /// Made of the learning rate and the number of the step.
        case schedule
        /// Noted while the run went on, and not part of what a step computes.
        case note
        /// A function of recorded numbers that stands in no file.
        case derivation
    }

    /// A number of the batch that decided which operands are meant.
    public struct Choice: Sendable, Hashable {
        public let list: String
        public let index: Int
        public let number: Int
        /// The token that the number stands for, if it is a token's id.
        public let word: String?
    }

    /// The token that a row belongs to.
    public struct RowNote: Sendable, Hashable {
        /// Among the text rows of the batch.
        public let row: Int
        public let sequence: Int
        public let position: Int
        public let token: Int
        public let word: String?
    }

    public struct Operand: Sendable {
        public let address: String
        public let number: Double
        /// Whether it stands in ``NumberExplanation/arithmetic``: of a long sum only the largest terms do.
        public let isShown: Bool
        public internal(set) var explanation: NumberExplanation?
    }

    public let address: String
    /// The number as recorded, or as computed again where it was not kept.
    public let number: Double
    /// Whether it was kept in the recording, rather than computed again.
    public let isKept: Bool
    public let origin: Origin
    public var phase: RecordedPhase?
    /// For example `[tokens, 4, 28]`.
    public var shape: String?
    public var operation: String?
    /// The formula, with symbols.
    public var formula: String?
    /// The formula, with numbers put in for the operands.
    public var arithmetic: BilingualText?
    /// The arithmetic done in double precision.
    public var recomputed: Double?
    /// How far float32 may be from it.
    public var allowance: Double?
    /// Whether the number is what the arithmetic gives, but for rounding; `nil` where there is no arithmetic.
    public var agrees: Bool?
    public var row: RowNote?
    public var choices: [Choice] = []
    public var operands: [Operand] = []
    /// Operands that are not listed: there are too many.
    public var omittedOperands = 0

    init(address: String, number: Double, isKept: Bool, origin: Origin) {
        self.address = address
        self.number = number
        self.isKept = isKept
        self.origin = origin
    }
}

extension NumberExplanation {
    /// Everything as one object. Numbers that are not finite are null.
    public var json: JSON {
        var object = JSONObject([
            ("address", .string(address)), ("number", Self.json(number)), ("kept", .bool(isKept)),
            ("origin", .string(origin.rawValue)),
        ])
        let texts = [
            ("phase", phase?.rawValue), ("shape", shape), ("operation", operation), ("formula", formula),
        ]
        for (key, text) in texts { if let text { object[key] = .string(text) } }
        if let arithmetic {
            object["arithmetic"] = ["en": .string(arithmetic.english), "zh": .string(arithmetic.chinese)]
        }
        if let recomputed { object["recomputed"] = Self.json(recomputed) }
        if let allowance { object["allowance"] = Self.json(allowance) }
        if let agrees { object["agrees"] = .bool(agrees) }
        if let row {
            object["row"] = [
                "row": .integer(row.row), "sequence": .integer(row.sequence), "position": .integer(row.position),
                "token": .integer(row.token), "word": row.word.map { .string($0) } ?? .null,
            ]
        }
        if !choices.isEmpty {
            object["chosen_by"] = .array(
                choices.map {
                    [
                        "list": .string($0.list), "index": .integer($0.index), "number": .integer($0.number),
                        "word": $0.word.map { .string($0) } ?? .null,
                    ]
                })
        }
        object["operands"] = .array(
            operands.map { operand in
                var entry = JSONObject([
                    ("address", .string(operand.address)), ("number", Self.json(operand.number)),
                    ("shown", .bool(operand.isShown)),
                ])
                if let explanation = operand.explanation { entry["explanation"] = explanation.json }
                return .object(entry)
            })
        if omittedOperands > 0 { object["omitted_operands"] = .integer(omittedOperands) }
        return .object(object)
    }

    private static func json(_ number: Double) -> JSON { number.isFinite ? .number(number) : .null }
}
