/// The printable characters by which GPT-2's vocabulary writes bytes (Radford et al. 2019, `encoder.py`).
///
/// A byte that is a printable character of Latin-1 is written as it; the 68 others as U+0100 and onwards, in their order.
enum ByteAlphabet {
    private static let characters: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt32) in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{FFFD}"
            }
        }
    }()

    private static let bytes = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, UInt8($0)) })

    static func character(of byte: UInt8) -> Unicode.Scalar { characters[Int(byte)] }

    /// The bytes that a token writes, or nil if one of its characters is not of the alphabet.
    static func bytes(of token: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
