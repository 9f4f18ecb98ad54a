internal import Drawing

/// Cuts a text into parts of one face each.
enum Itemisation {
    struct Item: Equatable {
        var text: String
        var isChinese: Bool
    }

    /// A character belongs to the Chinese face when it is Chinese, when it is punctuation that both scripts share and stands
    /// beside a Chinese character (`……`, `“”` and `——` are a character wide there), or when only the Chinese face has it.
    /// Everything else is Latin. Marks that combine stay with the character before them.
    static func items(of text: String, latin: Face, chinese: Face) -> [Item] {
        let scalars = Array(text.unicodeScalars)
        var items: [Item] = []
        for (index, scalar) in scalars.enumerated() {
            let isChinese: Bool
            if let last = items.last, isMark(scalar) {
                isChinese = last.isChinese
            } else if Script.isChinese(scalar) {
                isChinese = true
            } else if Script.isShared(scalar) {
                isChinese = standsBesideChinese(index, in: scalars)
            } else {
                isChinese = !latin.hasGlyph(for: scalar) && chinese.hasGlyph(for: scalar)
            }
            if let last = items.indices.last, items[last].isChinese == isChinese {
                items[last].text.unicodeScalars.append(scalar)
            } else {
                items.append(Item(text: String(scalar), isChinese: isChinese))
            }
        }
        return items
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// Whether the nearest character on either side that is not shared punctuation is Chinese.
    private static func standsBesideChinese(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !Script.isShared($0) }
        let after = scalars[(index + 1)...].first { !Script.isShared($0) }
        return [before, after].contains { $0.map(Script.isChinese) ?? false }
    }
}
