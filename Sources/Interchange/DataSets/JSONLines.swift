/// The objects of a file that holds one a line; empty lines are passed over.
struct JSONLines: ~Copyable {
    private var bytes: ByteStream
    private var line = 0
    private var text: [UInt8] = []

    init(_ bytes: consuming ByteStream) { self.bytes = bytes }

    mutating func next() throws(InterchangeError) -> DataRow? {
        while true {
            text.removeAll(keepingCapacity: true)
            line += 1
            var isLast = true
            while let byte = try bytes.next() {
                if byte == 0x0A {
                    isLast = false
                    break
                }
                text.append(byte)
                try SeparatedFields.checkLength(text.count, line: line)
            }
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
                if isLast { return nil }
                continue
            }
            let value = try JSON(parsing: text, firstLine: line)
            guard let object = value.object else {
                throw InterchangeError(place: "line \(line)", "expected an object, but found \(value.kind)")
            }
            return DataRow(line: line, values: object)
        }
    }
}
