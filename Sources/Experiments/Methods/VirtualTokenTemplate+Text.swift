internal import Foundation
internal import Interchange
internal import Transformer
internal import Tuning

extension VirtualTokenTemplate {
    /// Where an adapter's settings keep the template. PEFT, which has none, warns that it does not know the key.
    static let setting = "foreword_template"
    static let virtualMark = "[P]"
    static let promptMark = "{prompt}"

    /// Reads a template such as `[P] [P] {prompt} means [P]`: `[P]` for each virtual token, `{prompt}` for the row's prompt, and words of
    /// the vocabulary.
    ///
    /// - Throws: An error that says what the template lacks, or names a word that the tokenizer does not know.
    init(parsing text: String, for base: BaseModel) throws(InterchangeError) {
        let place = "template \"\(text)\""
        var pieces: [Piece] = []
        var rest = text[...]
        var words = ""
        func flush() throws(InterchangeError) {
            defer { words = "" }
            guard !words.trimmed.isEmpty else { return }
            do throws(InterchangeError) { pieces.append(.words(try base.tokenizer.encode(words))) } catch {
                throw InterchangeError(place: [place, error.place].compactMap { $0 }.joined(separator: ", "), error.problem)
            }
        }
        while !rest.isEmpty {
            if rest.hasPrefix(Self.virtualMark) {
                try flush()
                pieces.append(.virtual)
                rest = rest.dropFirst(Self.virtualMark.count)
            } else if rest.hasPrefix(Self.promptMark) {
                try flush()
                pieces.append(.prompt)
                rest = rest.dropFirst(Self.promptMark.count)
            } else {
                words.append(rest.removeFirst())
            }
        }
        try flush()
        guard pieces.count(where: { $0 == .prompt }) == 1, pieces.contains(.virtual) else {
            throw InterchangeError(
                place: place,
                "it needs \(Self.promptMark) once, for the row's prompt, and at least one \(Self.virtualMark), a virtual token; "
                    + "for example [P] [P] {prompt} [P]")
        }
        self.init(pieces)
    }

    /// The template that an adapter's settings speak of.
    init?(notedIn settings: JSONObject, for base: BaseModel) throws(InterchangeError) {
        guard let noted = settings[Self.setting], noted != .null else { return nil }
        guard let text = noted.string else {
            throw InterchangeError(place: "key \"\(Self.setting)\"", "expected a text, but found \(noted.kind)")
        }
        try self.init(parsing: text, for: base)
    }

    /// The template as it is written.
    func text(by tokenizer: any Tokenizer) -> String {
        pieces.map { piece in
            switch piece {
            case .virtual: Self.virtualMark
            case .prompt: Self.promptMark
            case .words(let tokens): tokenizer.decode(tokens, skippingSpecialTokens: false)
            }
        }.joined(separator: " ")
    }
}

extension JSONObject {
    /// Keeps a template among an adapter's settings.
    mutating func note(_ template: VirtualTokenTemplate?, of base: BaseModel) {
        guard let template else { return }
        self[VirtualTokenTemplate.setting] = .string(template.text(by: base.tokenizer))
    }
}
