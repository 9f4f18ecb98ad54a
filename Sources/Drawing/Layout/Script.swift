/// Which script a character belongs to, as far as faces and line breaks ask.
public enum Script {
    /// Chinese characters, their punctuation and full-width forms, by block.
    public static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2E80...0x2FDF, 0x3000...0x303F, 0x3100...0x312F, 0x31A0...0x31EF, 0x3200...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFFEF, 0x20000...0x323AF:
            true
        default: false
        }
    }

    /// Punctuation that Chinese and Latin text share and set differently: in Chinese text it is a character wide.
    public static func isShared(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026: true
        default: false
        }
    }
}
