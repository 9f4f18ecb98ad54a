/// A text that equals another only if it has the same scalars.
///
/// Swift's `String` takes canonically equivalent texts for the same; a vocabulary does not, and neither does a file format.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
