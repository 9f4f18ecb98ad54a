internal import Drawing

/// Makes an SVG file of Cairo's the same every time, and tells a screen reader what it shows.
enum SVGNormalisation {
    /// Cairo numbers its groups and clips from counters of the process. Here each identifier becomes `i` and the rank of its
    /// first appearance, wherever it is defined or used. Paths keep two decimals of the six that Cairo writes: a hundredth of a px
    /// is seen by nobody, and files become a third smaller.
    static func normalised(_ bytes: [UInt8], title: String, description: String, language: Language) -> [UInt8] {
        let head = Array("<title>\(XML.escaped(title))</title>\n<desc>\(XML.escaped(description))</desc>\n".utf8)
        var ranks: [[UInt8]: Int] = [:]
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + head.count)
        var index = 0
        var isHeadWritten = false
        var isInRoot = false
        while index < bytes.count {
            if mayOpen(bytes[index]), let opener = openers.first(where: { bytes[index...].starts(with: $0) }) {
                let start = index + opener.count
                let end = bytes[start...].firstIndex { !isNameByte($0) } ?? bytes.endIndex
                let name = Array(bytes[start..<end])
                let rank = ranks[name] ?? ranks.count
                ranks[name] = rank
                result += opener + Array("i\(rank)".utf8)
                index = end
                continue
            }
            if bytes[index] == UInt8(ascii: " "), bytes[index...].starts(with: path) {
                let start = index + path.count
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.endIndex
                result += path
                appendRounded(bytes[start..<end], to: &result)
                index = end
                continue
            }
            if bytes[index] == UInt8(ascii: "<"), bytes[index...].starts(with: root) {
                isInRoot = true
                result += root + Array(" xml:lang=\"\(language.rawValue)\" role=\"img\"".utf8)
                index += root.count
                continue
            }
            let byte = bytes[index]
            result.append(byte)
            index += 1
            if isInRoot, !isHeadWritten, byte == UInt8(ascii: ">") {
                result.append(UInt8(ascii: "\n"))
                result += head
                isHeadWritten = true
            }
        }
        return result
    }

    private static let root = Array("<svg".utf8)
    private static let path = Array(" d=\"".utf8)

    /// The text of a path, its numbers to the nearest hundredth.
    private static func appendRounded(_ text: ArraySlice<UInt8>, to result: inout [UInt8]) {
        let (point, zero, minus) = (UInt8(ascii: "."), UInt8(ascii: "0"), UInt8(ascii: "-"))
        func isDigit(_ byte: UInt8) -> Bool { byte >= zero && byte < zero + 10 }
        var index = text.startIndex
        while index < text.endIndex {
            guard isDigit(text[index]) || text[index] == minus else {
                result.append(text[index])
                index += 1
                continue
            }
            let isNegative = text[index] == minus
            if isNegative { index += 1 }
            var (hundredths, decimals, roundsUp) = (0, -1, false)
            while index < text.endIndex, isDigit(text[index]) || text[index] == point {
                if text[index] == point {
                    decimals = 0
                } else if decimals < 2 {
                    hundredths = hundredths * 10 + Int(text[index] - zero)
                    if decimals >= 0 { decimals += 1 }
                } else {
                    if decimals == 2 { roundsUp = text[index] >= zero + 5 }
                    decimals += 1
                }
                index += 1
            }
            for _ in max(decimals, 0)..<max(2, decimals) { hundredths *= 10 }
            if roundsUp { hundredths += 1 }
            if isNegative, hundredths > 0 { result.append(minus) }
            result += Array(String(hundredths / 100).utf8)
            let rest = hundredths % 100
            if rest > 0 {
                result += [point, zero + UInt8(rest / 10)]
                if rest % 10 > 0 { result.append(zero + UInt8(rest % 10)) }
            }
        }
    }

    /// What stands before an identifier, where it is defined and where it is used.
    private static let openers = [" id=\"", "url(#", "href=\"#"].map { Array($0.utf8) }

    /// Whether a byte begins one of the openers: most do not, and the file is long.
    private static func mayOpen(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "u") || byte == UInt8(ascii: "h")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { byte != UInt8(ascii: "\"") && byte != UInt8(ascii: ")") }
}
