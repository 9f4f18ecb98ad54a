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

    struct Placeholder {
        let name: String
        let line: Int
    }

    /// The numbers that a text asks for.
    static func placeholders(in text: String) -> [Placeholder] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.matches(of: placeholder).map { Placeholder(name: String($0.1), line: index + 1) }
        }
    }

    /// The figures that a text asks for, in order.
    public static func figures(in text: String) -> [FigurePlace] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.matches(of: figure).map { match in
                let parts = match.1.split(separator: "?", maxSplits: 1)
                let pairs = parts.dropFirst().first?.split(separator: "&").map {
                    $0.split(separator: "=", maxSplits: 1).map(String.init)
                }
                let options = Dictionary((pairs ?? []).map { ($0.first ?? "", $0.count > 1 ? $0[1] : "") }) { $1 }
                return FigurePlace(
                    figure: parts.first.map(String.init) ?? "", options: options, text: String(match.1), line: index + 1)
            }
        }
    }

    /// A text with its numbers and the paths of its figures put in.
    public static func filled(
        _ text: String, measurements: [String: Measurement], language: Language, path: (FigurePlace) -> String
    ) -> String {
        var result = text.replacing(placeholder) { match in
            measurements[String(match.1)].map { $0.text(in: language) } ?? String(match.0)
        }
        for place in figures(in: text) {
            result = result.replacing("](figure:\(place.text))", with: "](\(path(place)))")
        }
        return result
    }

    // A regular expression literal is not Sendable; made anew where it is used.
    private static var placeholder: Regex<(Substring, Substring)> { /\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}/ }
    private static var figure: Regex<(Substring, Substring)> { /\]\(figure:([^)\s]+)\)/ }
}

extension Measurement {
    /// As prose quotes it: a share as per cent, a count with its thousands set apart.
    public func text(in language: Language) -> String { text(of: value, in: language) }

    /// Another number of the same kind, such as a bound.
    public func text(of value: Double, in language: Language) -> String {
        switch unit {
        case .share: NumberFormat.percentage(value, decimals: value > 0 && value < 0.01 ? 3 : 0)
        case .count: NumberFormat.whole(Int(value))
        case .bytes: NumberFormat.whole(Int(value)) + (language == .en ? " bytes" : " 字节")
        case .seconds: NumberFormat.fixed(value * 1000, decimals: 2) + (language == .en ? " ms" : " 毫秒")
        case .plain: NumberFormat.fixed(value, decimals: 2)
        }
    }
}
