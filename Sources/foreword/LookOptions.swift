import ArgumentParser
import Drawing
import Publishing

/// How pages and figures look: shared by all commands that draw.
struct LookOptions: ParsableArguments {
    enum LanguageName: String, ExpressibleByArgument, CaseIterable {
        case en, zh

        /// Files are named after the script too: `zh-Hans`.
        init?(argument: String) { self.init(rawValue: argument == "zh-Hans" ? "zh" : argument) }
    }

    enum ThemeName: String, ExpressibleByArgument, CaseIterable {
        case light, dark
    }

    @Option(name: .customLong("lang"), help: "The language of page and figures.")
    var languageName = LanguageName.en

    @Option(name: .customLong("theme"), help: "The theme of figures.")
    var themeName = ThemeName.light

    @Option(
        name: .customLong("format"),
        help: "The formats of figures, separated by commas: png, svg, pdf, live.svg (text stays text).")
    var formatNames = "png,svg"

    var language: Language { languageName == .en ? .en : .zhHans }
    var theme: Theme { themeName == .light ? .light : .dark }
    var formats: [FigureFormat] { formatNames.split(separator: ",").compactMap { FigureFormat(rawValue: String($0)) } }

    func validate() throws {
        let names = formatNames.split(separator: ",", omittingEmptySubsequences: false)
        if let unknown = names.first(where: { FigureFormat(rawValue: String($0)) == nil }) {
            throw ValidationError("--format has no \"\(unknown)\"; expected png, svg, pdf or live.svg, separated by commas.")
        }
    }
}
