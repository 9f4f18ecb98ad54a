import ArgumentParser
import Publishing

/// What a lesson's page is written as.
///
/// Markdown always, for it is what the others are made of. HTML and PDF only when asked for: they hold every figure a second
/// time, as megabytes of vectors.
struct PageOptions: ParsableArguments {
    @Option(name: .customLong("page"), help: "What the page is written as besides Markdown, separated by commas: md, html, pdf.")
    var formatNames = "md"

    var formats: Set<PageFormat> {
        Set(formatNames.split(separator: ",").compactMap { PageFormat(rawValue: String($0)) }).union([.markdown])
    }

    func validate() throws {
        let names = formatNames.split(separator: ",", omittingEmptySubsequences: false)
        if let unknown = names.first(where: { PageFormat(rawValue: String($0)) == nil }) {
            throw ValidationError("--page has no \"\(unknown)\"; expected md, html or pdf, separated by commas.")
        }
    }
}
