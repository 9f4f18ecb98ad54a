/// Where bytes stop being UTF-8.
enum UTF8Check {
    /// The offset of the first byte that is not part of a well-formed sequence (Unicode 15, table 3-7), or nil.
    static func firstInvalid(in bytes: some RandomAccessCollection<UInt8>) -> Int? {
        var position = bytes.startIndex
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            let place = bytes.index(position, offsetBy: offset, limitedBy: bytes.endIndex) ?? bytes.endIndex
            return place != bytes.endIndex && range.contains(bytes[place])
        }
        while position != bytes.endIndex {
            let length: Int
            switch bytes[position] {
            case 0x00...0x7F: length = 1
            case 0xC2...0xDF where continues(1): length = 2
            case 0xE0 where continues(1, 0xA0...0xBF) && continues(2): length = 3
            case 0xED where continues(1, 0x80...0x9F) && continues(2): length = 3
            case 0xE1...0xEC where continues(1) && continues(2): length = 3
            case 0xEE...0xEF where continues(1) && continues(2): length = 3
            case 0xF0 where continues(1, 0x90...0xBF) && continues(2) && continues(3): length = 4
            case 0xF1...0xF3 where continues(1) && continues(2) && continues(3): length = 4
            case 0xF4 where continues(1, 0x80...0x8F) && continues(2) && continues(3): length = 4
            default: return bytes.distance(from: bytes.startIndex, to: position)
            }
            position = bytes.index(position, offsetBy: length)
        }
        return nil
    }
}
