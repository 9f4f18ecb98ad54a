internal import Drawing

/// Cuts a text into parts of one face each.
enum Itemisation {
    struct Item: Equatable {
        var text: String
        var isChinese: Bool
    }

    /// A character belongs to the Chinese face when it is Chinese, when it is punctuation that both scripts share and stands
    /// beside a Chinese character (`……`, `“”` and `——` are a character wide there), or when only the Chinese face has it.
    /// Everything else is Latin. Marks that combine stay with the character before them. Quotes that belong together are of
    /// one face, and an ellipsis is of the face of what it ends.
    static func items(of text: String, latin: Face, chinese: Face) -> [Item] {
        let scalars = Array(text.unicodeScalars)
        let shared = sharedInChinese(scalars)
        var items: [Item] = []
        for (index, scalar) in scalars.enumerated() {
            let isChinese: Bool
            if let last = items.last, isMark(scalar) {
                isChinese = last.isChinese
            } else if Script.isChinese(scalar) {
                isChinese = true
            } else if Script.isShared(scalar) {
                isChinese = shared.contains(index)
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

    /// Which of the punctuation that both scripts share is set in the Chinese face.
    private static func sharedInChinese(_ scalars: [Unicode.Scalar]) -> Set<Int> {
        var result = Set(scalars.indices.filter { Script.isShared(scalars[$0]) && standsBesideChinese($0, in: scalars) })
        // `“=”是`: the first quote stands beside Latin, and the one that closes it beside Chinese.
        for (opening, closing) in [("\u{201C}", "\u{201D}"), ("\u{2018}", "\u{2019}")] as [(Unicode.Scalar, Unicode.Scalar)] {
            var open: [Int] = []
            for (index, scalar) in scalars.enumerated() {
                if scalar == opening { open.append(index) }
                guard scalar == closing, let start = open.popLast() else { continue }
                if result.contains(start) || result.contains(index) { result.formUnion([start, index]) }
            }
        }
        // `b19344e7…，`: what is cut off is Latin, whatever comes behind it.
        for index in scalars.indices where scalars[index] == "\u{2026}" {
            let before = scalars[..<index].last { $0 != "\u{2026}" }
            if let before, before != " ", !Script.isChinese(before), !Script.isShared(before) { result.remove(index) }
        }
        return result
    }

    /// Whether the nearest character on either side that is not shared punctuation is Chinese.
    private static func standsBesideChinese(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !Script.isShared($0) }
        let after = scalars[(index + 1)...].first { !Script.isShared($0) }
        return [before, after].contains { $0.map(Script.isChinese) ?? false }
    }
}
