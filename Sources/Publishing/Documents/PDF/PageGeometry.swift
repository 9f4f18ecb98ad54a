internal import Drawing

/// The measures of a page, px at 96 an inch.
struct PageGeometry {
    /// A4, ISO 216: 210 × 297 mm.
    static let millimetre = 96 / 25.4
    let size = Size(width: 210 * millimetre, height: 297 * millimetre)
    let side = 76.0
    let top = 60.0
    let bottom = 76.0

    var width: Double { (size.width - 2 * side).rounded(.down) }
    var height: Double { (size.height - top - bottom).rounded(.down) }
}

/// The type of a page.
struct PageType {
    let language: Language

    /// 10.5 pt, the size of a Chinese book's text.
    let body = Font(size: 14)
    let caption = Font(size: 12)
    let table = Font(size: 12.5)
    let code = Font(.mono, size: 12)
    let foot = Font(size: 11)

    /// Chinese characters fill their squares and want more room between lines.
    var bodyLine: Double { language == .en ? 22 : 24 }
    var captionLine: Double { language == .en ? 18 : 19 }
    var tableLine: Double { language == .en ? 18 : 20 }
    let codeLine = 18.0

    func heading(_ level: Int) -> Font {
        switch level {
        case 1: Font(.sans, .bold, size: 26)
        case 2: Font(.sans, .bold, size: 18)
        case 3: Font(.sans, .bold, size: 15)
        default: Font(.sans, .bold, size: 14)
        }
    }
}
