internal import Foundation

/// Which links a page keeps.
enum LinkPolicy {
    /// Where a link of the Markdown leads from the HTML page beside it: to a web or mail address, to a place of the page, to a
    /// file beside it, and to another lesson's HTML where the Markdown names its page. `nil` for anything that could run code.
    static func destination(_ text: String) -> String? {
        if let scheme = scheme(of: text) { return isOutside(scheme) ? text : nil }
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path == "README.md" || path.hasSuffix("/README.md") else { return text }
        let page = path.dropLast("README.md".count) + DocumentPages.htmlName
        return ([String(page)] + parts.dropFirst().map(String.init)).joined(separator: "#")
    }

    /// Where a link leads from a page that may be anywhere: only to a web or mail address.
    static func outsideDestination(_ text: String) -> String? {
        scheme(of: text).map(isOutside) == true ? text : nil
    }

    private static func isOutside(_ scheme: String) -> Bool { ["http", "https", "mailto"].contains(scheme) }

    /// What stands before a colon in the first part of a path. Browsers overlook spaces and controls there, so these are too.
    private static func scheme(of text: String) -> String? {
        let visible = text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }
        let head = visible.prefix { !["/", "?", "#"].contains($0) }
        guard let colon = head.firstIndex(of: ":") else { return nil }
        return String(String.UnicodeScalarView(head[..<colon])).lowercased()
    }
}
