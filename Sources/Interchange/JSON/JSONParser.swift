public import Foundation

extension JSON {
    /// Reads a whole JSON text (RFC 8259): UTF-8, one value, no duplicate keys, nested at most 256 deep.
    ///
    /// - Parameters:
    ///   - file: What an error names.
    ///   - firstLine: The line of the file in which the text begins.
    /// - Throws: An error with line and column where the text is not JSON.
    public init(
        parsing bytes: some Collection<UInt8>, file: String? = nil, firstLine: Int = 1
    ) throws(InterchangeError) {
        var parser = JSONParser(bytes: Array(bytes), firstLine: firstLine)
        do {
            self = try parser.document()
        } catch {
            throw error.at(file: file)
        }
    }

    /// Reads a JSON file.
    public init(reading url: URL) throws(InterchangeError) {
        try self.init(parsing: try FileAccess.contents(of: url), file: url.displayPath)
    }
}

/// A recursive-descent parser over the bytes of one text.
private struct JSONParser {
    let bytes: [UInt8]
    let firstLine: Int
    var position = 0

    /// Deep enough for every format here, shallow enough for the stack of any thread.
    static let deepest = 256

    init(bytes: [UInt8], firstLine: Int) {
        self.bytes = bytes
        self.firstLine = firstLine
    }

    mutating func document() throws(InterchangeError) -> JSON {
        // Text is cut at ASCII marks only, so pieces of valid UTF-8 are valid, and need no check of their own.
        if let bad = UTF8Check.firstInvalid(in: bytes) {
            position = bad
            throw problem("the text is not valid UTF-8 here; save the file as UTF-8")
        }
        skipSpace()
        let result = try value(depth: 0)
        skipSpace()
        if position < bytes.count { throw problem("expected the end of the text behind the JSON value") }
        return result
    }

    private mutating func value(depth: Int) throws(InterchangeError) -> JSON {
        guard position < bytes.count else { throw problem("the text ends where a JSON value was expected") }
        if depth > Self.deepest { throw problem("the text is nested more than \(Self.deepest) deep") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(InterchangeError) -> JSON {
        var members: [JSONObject.Member] = []
        var seen: Set<ExactText> = []
        position += 1
        skipSpace()
        if skip("}") { return .object(JSONObject(distinct: [])) }
        while true {
            skipSpace()
            let start = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw problem("expected a key in quotation marks")
            }
            let key = try string()
            guard seen.insert(ExactText(key)).inserted else {
                position = start
                throw problem("the key \(key.quoted) stands twice in one object; keep one of them")
            }
            skipSpace()
            guard skip(":") else { throw problem("expected a colon behind the key \(key.quoted)") }
            skipSpace()
            members.append(JSONObject.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if skip("}") { return .object(JSONObject(distinct: members)) }
            guard skip(",") else { throw problem("expected a comma or the end of the object") }
        }
    }

    private mutating func array(depth: Int) throws(InterchangeError) -> JSON {
        var elements: [JSON] = []
        position += 1
        skipSpace()
        if skip("]") { return .array([]) }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw problem("expected a comma or the end of the list") }
        }
    }

    private mutating func string() throws(InterchangeError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw problem("a control character stands inside a text; write it as an escape")
            default:
                position += 1
            }
        }
        throw problem("the text ends inside a JSON text in quotation marks")
    }

    /// The slower path, taken from the first escape on.
    private mutating func escapedString(from start: Int) throws(InterchangeError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += String(Character(try escape())).utf8
            case 0..<0x20:
                throw problem("a control character stands inside a text; write it as an escape")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw problem("the text ends inside a JSON text in quotation marks")
    }

    private mutating func escape() throws(InterchangeError) -> Unicode.Scalar {
        position += 1
        guard position < bytes.count else { throw problem("the text ends inside an escape") }
        defer { position += 1 }
        switch bytes[position] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal(at: position + 1)
            position += 4
            if let scalar = Unicode.Scalar(first) { return scalar }
            // Half of a surrogate pair: the other half must follow.
            guard first < 0xDC00, position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "\\"),
                bytes[position + 2] == UInt8(ascii: "u")
            else { throw problem("half of a surrogate pair stands alone in an escape") }
            let second = try hexadecimal(at: position + 3)
            guard (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            else { throw problem("half of a surrogate pair stands alone in an escape") }
            position += 6
            return scalar
        default:
            throw problem("an escape in a text is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
        }
    }

    private func hexadecimal(at start: Int) throws(InterchangeError) -> UInt32 {
        guard start + 4 <= bytes.count else { throw problem("the text ends inside an escape") }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw problem("expected four hexadecimal digits behind \\u")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func number() throws(InterchangeError) -> JSON {
        let start = position
        func digits() -> Int {
            var end = position
            while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
            return end - position
        }
        _ = skip("-")
        let whole = digits()
        guard whole > 0 else {
            position = start
            throw problem("expected a JSON value (an object, a list, a text, a number, true, false or null)")
        }
        guard whole == 1 || bytes[position] != UInt8(ascii: "0") else { throw problem("a number begins with an unneeded zero") }
        position += whole
        var isInteger = true
        if skip(".") {
            isInteger = false
            let fraction = digits()
            guard fraction > 0 else { throw problem("expected digits behind the decimal point") }
            position += fraction
        }
        if skip("e") || skip("E") {
            isInteger = false
            if !skip("+") { _ = skip("-") }
            let exponent = digits()
            guard exponent > 0 else { throw problem("expected digits in the exponent") }
            position += exponent
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw problem("the number \(text.quoted) does not fit float64")
        }
        return .number(value)
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(InterchangeError) -> JSON {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual("\(text)".utf8) else {
            throw problem("expected a JSON value (an object, a list, a text, a number, true, false or null)")
        }
        position = end
        return value
    }

    private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func problem(_ text: String) -> InterchangeError {
        let before = bytes[..<min(position, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // A column counts scalars: bytes that do not continue one.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        let line = before.count { $0 == 0x0A } + firstLine
        return InterchangeError(place: "line \(line), column \(column)", text)
    }
}
