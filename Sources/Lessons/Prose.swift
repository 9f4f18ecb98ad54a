public import Drawing

/// A lesson's prose: Markdown in which `{{ name }}` stands for a measured number and `figure:name` in an image for a figure.
public struct Prose: Sendable {
    /// A figure that the prose asks for, as `![what it shows](figure:attention-map?layer=1&step=0)`.
    public struct FigurePlace: Sendable, Hashable {
        public let figure: String
        /// By name, for example `layer`.
        public let options: [String: String]
        /// As it stands in the prose, after the colon.
        public let text: String
        public let line: Int
    }

    /// A measured number that the prose quotes, as `{{ name }}`, or as `{{ name | spread }}` and `{{ name.lowest }}` what of it.
    struct Placeholder: Hashable {
        let name: String
        let form: Form
        let line: Int

        /// What of a measurement is quoted.
        enum Form: String, CaseIterable {
            case value
            /// From the lowest of the seeds to the highest.
            case spread
            case lowest
            case highest
            case mean
            /// Every seed's.
            case each
            /// Where in the recording it comes from.
            case address
        }
    }

    /// The numbers that a text asks for.
    ///
    /// - Parameter known: The lesson's measures; a name may hold a dot.
    static func placeholders(in text: String, known: Set<String>) -> [Placeholder] {
        matches(of: placeholder, in: text).map { made($0.match, known, line: $0.line) }
    }

    private static func made(_ match: Regex<Match>.Match, _ known: Set<String>, line: Int) -> Placeholder {
        let name = String(match.1)
        if let word = match.2 {
            return Placeholder(name: name, form: Placeholder.Form(rawValue: String(word)) ?? .value, line: line)
        }
        if !known.contains(name), let dot = name.lastIndex(of: "."),
            let form = Placeholder.Form(rawValue: String(name[name.index(after: dot)...]))
        {
            return Placeholder(name: String(name[..<dot]), form: form, line: line)
        }
        return Placeholder(name: name, form: .value, line: line)
    }

    /// The first form of a placeholder that there is not, with its line.
    static func unknownForm(in text: String) -> (form: String, line: Int)? {
        for (match, line) in matches(of: placeholder, in: text) {
            if let word = match.2, Placeholder.Form(rawValue: String(word)) == nil { return (String(word), line) }
        }
        return nil
    }

    /// The levels of a text's headings, with their lines; code is no heading.
    static func headings(in text: String) -> [(level: Int, line: Int)] {
        var isCode = false
        var found: [(Int, Int)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { isCode.toggle() }
            let level = line.prefix { $0 == "#" }.count
            if !isCode, level > 0, line.dropFirst(level).first == " " { found.append((level, index + 1)) }
        }
        return found
    }

    /// The figures that a text asks for, in order.
    public static func figures(in text: String) -> [FigurePlace] {
        matches(of: figure, in: text).map { match, line in
            let parts = match.1.split(separator: "?", maxSplits: 1)
            let pairs = parts.dropFirst().first?.split(separator: "&").map {
                $0.split(separator: "=", maxSplits: 1).map(String.init)
            }
            let options = Dictionary((pairs ?? []).map { ($0.first ?? "", $0.count > 1 ? $0[1] : "") }) { $1 }
            return FigurePlace(figure: parts.first.map(String.init) ?? "", options: options, text: String(match.1), line: line)
        }
    }

    /// A text with its numbers and figures put in. What was not measured is a dash.
    ///
    /// - Parameters:
    ///   - known: The lesson's measures.
    ///   - path: The path of a figure's file.
    public static func filled(
        _ text: String, known: Set<String>, measurements: [String: Measurement], language: Language, path: (FigurePlace) -> String
    ) -> String {
        var result = text.replacing(placeholder) { match in
            let wanted = made(match, known, line: 0)
            guard known.contains(wanted.name) else { return String(match.0) }
            return measurements[wanted.name].map { $0.text(wanted.form, in: language) } ?? "–"
        }
        for place in figures(in: text) {
            result = result.replacing("](figure:\(place.text))", with: "](\(path(place)))")
        }
        return result
    }

    /// What an expression finds in the lines of a text, with their numbers.
    private static func matches<Output>(
        of expression: Regex<Output>, in text: String
    ) -> [(match: Regex<Output>.Match, line: Int)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.matches(of: expression).map { ($0, index + 1) }
        }
    }

    // A regular expression literal is not Sendable, so it is made anew for each text; for each line it would take a tenth of a second.
    private typealias Match = (Substring, Substring, Substring?)
    private static var placeholder: Regex<Match> { /\{\{\s*([A-Za-z0-9_.+-]+)\s*(?:\|\s*([a-z-]+)\s*)?\}\}/ }
    private static var figure: Regex<(Substring, Substring)> { /\]\(figure:([^)\s]+)\)/ }
}

extension Measurement {
    /// As prose quotes it: a share as per cent, a count with its thousands set apart.
    public func text(in language: Language) -> String { text(.value, in: language) }

    func text(_ form: Prose.Placeholder.Form, in language: Language) -> String {
        func of(_ summary: Measure.Summary) -> String { text(of: summary.of(values), in: language) }
        return switch form {
        case .value: summary == .each ? text(.each, in: language) : text(of: value, in: language)
        case .spread: Set(values).count > 1 ? "\(of(.lowest))–\(of(.highest))" : of(.lowest)
        case .lowest: of(.lowest)
        case .highest: of(.highest)
        case .mean: of(.mean)
        case .each: values.map { text(of: $0, in: language) }.joined(separator: language == .en ? ", " : "、")
        case .address: addresses.first.map { "`\($0)`" } ?? "–"
        }
    }

    /// Another number of the same kind, such as a bound.
    public func text(of value: Double, in language: Language) -> String {
        guard value.isFinite else { return NumberFormat.fixed(value, decimals: 0) }
        let isWhole = value.rounded() == value && abs(value) < 1e15
        switch unit {
        case .share: return NumberFormat.percentage(value, decimals: value > 0 && value < 0.01 ? 3 : 0)
        case .count: return isWhole ? NumberFormat.whole(Int(value)) : NumberFormat.fixed(value, decimals: 1)
        case .bytes: return NumberFormat.whole(Int(value.rounded())) + (language == .en ? " bytes" : " 字节")
        case .seconds where abs(value) >= 1: return NumberFormat.fixed(value, decimals: 1) + (language == .en ? " s" : " 秒")
        case .seconds: return NumberFormat.fixed(value * 1000, decimals: 2) + (language == .en ? " ms" : " 毫秒")
        case .plain: return isWhole ? NumberFormat.whole(Int(value)) : NumberFormat.significant(value, digits: 3)
        }
    }
}
