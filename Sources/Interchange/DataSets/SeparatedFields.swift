/// The fields of comma- or tab-separated text, row by row (RFC 4180); empty lines between rows are passed over.
///
/// Ours, since SwiftCSV keeps the whole file in memory as one text, cannot say in which line a mistake stands, drops white space at the
/// start of a field, and reads by grapheme cluster, where a separator before a combining mark is no separator.
struct SeparatedFields: ~Copyable {
    private var bytes: ByteStream
    private let separator: UInt8
    private let separatorName: String
    private let hasQuotes: Bool
    /// The line that the next byte stands in.
    private var line = 1
    /// The bytes of the row's fields, one behind the other, and where each ends.
    private var row: [UInt8] = []
    private var ends: [Int] = []

    /// A row may not be longer: a forgotten quotation mark would otherwise take in the rest of the file.
    static let longestRow = 1 << 24

    private static let quote = UInt8(ascii: "\"")

    init(_ bytes: consuming ByteStream, separator: DataFormat.Separator, hasQuotes: Bool) {
        self.bytes = bytes
        self.separator = separator.rawValue
        separatorName = separator.name
        self.hasQuotes = hasQuotes
    }

    /// The next row with the line that it begins in, or nil at the end.
    mutating func next() throws(InterchangeError) -> (line: Int, fields: [String])? {
        while let first = try bytes.peek() {
            let start = line
            if first == 0x0A || first == 0x0D {
                try skipLineBreak()
                continue
            }
            row.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            repeat {
                try readField(ofRowAt: start)
                ends.append(row.count)
            } while try skipSeparator()
            return (start, try texts(line: start))
        }
        return nil
    }

    /// Reads a field up to the separator or the line break behind it.
    private mutating func readField(ofRowAt start: Int) throws(InterchangeError) {
        if hasQuotes, try bytes.peek() == Self.quote {
            try readQuoted(ofRowAt: start)
            guard let after = try bytes.peek(), after != separator, after != 0x0A, after != 0x0D else { return }
            throw InterchangeError(
                place: "line \(line), column \(ends.count + 1)",
                "expected a \(separatorName) or the end of the row behind the closing quotation mark; "
                    + "write quotation marks inside a quoted field as two")
        }
        while let byte = try bytes.peek(), byte != separator, byte != 0x0A, byte != 0x0D {
            row.append(byte)
            _ = try bytes.next()
            try Self.checkLength(row.count, line: start)
        }
    }

    private mutating func readQuoted(ofRowAt start: Int) throws(InterchangeError) {
        let opening = line
        _ = try bytes.next()
        while let byte = try bytes.next() {
            if byte == Self.quote {
                guard try bytes.peek() == Self.quote else { return }
                _ = try bytes.next()
            } else if byte == 0x0A {
                line += 1
            }
            row.append(byte)
            try Self.checkLength(row.count, line: start)
        }
        throw InterchangeError(
            place: "line \(opening), column \(ends.count + 1)", "the quotation mark that opens this field is never closed")
    }

    static func checkLength(_ count: Int, line: Int) throws(InterchangeError) {
        if count > longestRow {
            throw InterchangeError(
                place: "line \(line)",
                "the row is longer than \(longestRow >> 20) MiB; a closing quotation mark or a line break may be missing")
        }
    }

    /// - Returns: Whether a separator was there, so that another field follows.
    private mutating func skipSeparator() throws(InterchangeError) -> Bool {
        guard try bytes.peek() == separator else {
            try skipLineBreak()
            return false
        }
        _ = try bytes.next()
        return true
    }

    /// LF, CR LF, or CR alone.
    private mutating func skipLineBreak() throws(InterchangeError) {
        guard let first = try bytes.next() else { return }
        if first == 0x0D, try bytes.peek() == 0x0A { _ = try bytes.next() }
        line += 1
    }

    private func texts(line: Int) throws(InterchangeError) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            guard let text = String(validating: row[start..<end], as: UTF8.self) else {
                throw InterchangeError(
                    place: "line \(line), column \(texts.count + 1)", "the text is not valid UTF-8; save the file as UTF-8")
            }
            texts.append(text)
            start = end
        }
        return texts
    }
}
