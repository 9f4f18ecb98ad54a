/// The members of a file of settings, read by key with errors that name the key. A null counts as missing.
struct JSONSettings {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// A member that is there and not null.
    private func value(_ key: String) -> JSON? {
        guard let value = object[key], value != .null else { return nil }
        return value
    }

    /// A whole number from 1. No model here is larger than the bound in any of its numbers.
    func count(_ key: String, default standard: Int? = nil, upTo bound: Int = 1 << 24) throws(InterchangeError) -> Int {
        guard let value = value(key) else {
            guard let standard else { throw InterchangeError(place: place(key), "it is missing; expected a whole number from 1") }
            return standard
        }
        guard let number = value.integer, (1...bound).contains(number) else {
            throw InterchangeError(place: place(key), "expected a whole number from 1 to \(bound), but found \(value.kind)")
        }
        return number
    }

    /// A number above 0.
    func positive(_ key: String, default standard: Double? = nil) throws(InterchangeError) -> Double {
        guard let value = value(key) else {
            guard let standard else { throw InterchangeError(place: place(key), "it is missing; expected a number above 0") }
            return standard
        }
        guard let number = value.number, number > 0 else {
            throw InterchangeError(place: place(key), "expected a number above 0, but found \(value.kind)")
        }
        return number
    }

    /// A whole number from 1, or nil where it is missing.
    func optionalCount(_ key: String, upTo bound: Int = 1 << 24) throws(InterchangeError) -> Int? {
        value(key) == nil ? nil : try count(key, upTo: bound)
    }

    /// A number of steps from 0; 0 where it is missing.
    func steps(_ key: String) throws(InterchangeError) -> Int {
        guard let value = value(key) else { return 0 }
        guard let number = value.integer, number >= 0 else {
            throw InterchangeError(place: place(key), "expected a whole number from 0, but found \(value.kind)")
        }
        return number
    }

    /// A number from 0 to 1.
    func fraction(_ key: String, default standard: Double) throws(InterchangeError) -> Double {
        guard let value = value(key) else { return standard }
        guard let number = value.number, (0...1).contains(number) else {
            throw InterchangeError(place: place(key), "expected a number from 0 to 1, but found \(value.kind)")
        }
        return number
    }

    func flag(_ key: String, default standard: Bool) throws(InterchangeError) -> Bool {
        guard let value = value(key) else { return standard }
        guard let flag = value.bool else {
            throw InterchangeError(place: place(key), "expected true or false, but found \(value.kind)")
        }
        return flag
    }

    func text(_ key: String, default standard: String) throws(InterchangeError) -> String {
        guard let value = value(key) else { return standard }
        guard let text = value.string else {
            throw InterchangeError(place: place(key), "expected a text, but found \(value.kind)")
        }
        return text
    }

    func optionalText(_ key: String) throws(InterchangeError) -> String? {
        value(key) == nil ? nil : try text(key, default: "")
    }

    /// Zero, one or several token ids: null, a number or a list.
    func tokens(_ key: String) throws(InterchangeError) -> [Int] {
        guard let value = value(key) else { return [] }
        var tokens: [Int] = []
        for element in value.array ?? [value] {
            guard let token = element.integer, (0..<1 << 31).contains(token) else {
                throw InterchangeError(place: place(key), "expected a token id or a list of them, but found \(element.kind)")
            }
            tokens.append(token)
        }
        return tokens
    }

    /// An object of settings under a key.
    func group(_ key: String) throws(InterchangeError) -> JSONSettings? {
        guard let value = value(key) else { return nil }
        guard let object = value.object else {
            throw InterchangeError(place: place(key), "expected an object, but found \(value.kind)")
        }
        return JSONSettings(object)
    }

    /// A setting that is supported with one value only, which is also what it is where it is missing.
    func require(_ key: String, _ expected: JSON) throws(InterchangeError) {
        guard let value = value(key), value != expected else { return }
        if let number = value.number, number == expected.number { return }
        throw InterchangeError(place: place(key), "\(value.kind) is not supported; expected \(expected.kind)")
    }

    /// A setting that may not be there.
    func refuse(_ key: String, because reason: String) throws(InterchangeError) {
        if value(key) != nil { throw InterchangeError(place: place(key), reason) }
    }

    func place(_ key: String) -> String { "key \(key.quoted)" }

    /// One token id as a number, several as a list, none as null.
    static func json(_ tokens: [Int]) -> JSON {
        switch tokens.count {
        case 0: .null
        case 1: .integer(tokens[0])
        default: .array(tokens.map { .integer($0) })
        }
    }
}

extension JSON {
    /// A text, or null for nil.
    static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// A whole number, or null for nil.
    static func optional(_ number: Int?) -> JSON { number.map { .integer($0) } ?? .null }

    /// A number, written without a fraction if it has none.
    static func plain(_ number: Double) -> JSON { Int(exactly: number).map { .integer($0) } ?? .number(number) }
}
