import Experiments
import Recordings

/// What one can tell the stepper, in words or by a key.
enum StepperCommand: Equatable {
    case move(SteppingSession.Move, Int)
    case back
    /// The same place, so many steps later; earlier if negative.
    case shift(Int)
    case step(Int)
    case firstStep, lastStep
    case phase(SteppedPhase)
    /// A value, perhaps of another step, perhaps an element of it.
    case go(Address)
    case element([Int])
    case run(String?)
    case search(String, backwards: Bool)
    case show(ViewMode)
    case watch(String)
    case unwatch(String?)
    case setBreakpoint(String)
    case listBreakpoints
    case removeBreakpoint(Int)
    case continuing(backwards: Bool)
    case place, changes, contents, help, quit
}

/// Why a command cannot be read.
struct StepperCommandError: Error, CustomStringConvertible {
    let description: String
}

extension StepperCommand {
    /// The words, each with its short forms.
    static let words: [(word: String, short: [String])] = [
        ("next", ["n", "over"]), ("previous", ["p"]), ("into", ["s", "i"]), ("out", ["o", "finish"]), ("back", ["b"]),
        ("later", ["]"]),
        ("earlier", ["["]), ("step", []), ("phase", []), ("value", ["go", "g"]), ("element", ["e"]), ("run", []),
        ("search", ["/"]),
        ("search-back", ["\\"]), ("show", ["v"]), ("watch", ["w"]), ("unwatch", []), ("break", ["B"]), ("breaks", []),
        ("delete", []), ("continue", ["c"]), ("reverse", ["r"]), ("where", []), ("changes", []), ("list", ["l"]), ("help", ["?"]),
        ("quit", ["q"]),
    ]

    /// Reads a line; `nil` for one that is empty or a remark, which begins with #.
    init?(_ line: String) throws(StepperCommandError) {
        let trimmed = line.drop { $0.isWhitespace }
        guard let first = trimmed.first, first != "#" else { return nil }
        let parts = trimmed.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        let given = parts.first ?? ""
        var rest = (parts.count > 1 ? parts[1] : "").drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        let text = String(rest)
        guard let word = Self.words.first(where: { $0.word == given || $0.short.contains(given) })?.word else {
            let near = NearNames.of(given, among: Self.words.map(\.word))
            throw StepperCommandError(
                description: "There is no command \"\(given)\""
                    + (near.isEmpty
                        ? "; known are \(Self.words.map(\.word).joined(separator: ", "))." : NearNames.hint(near) + "."))
        }
        func needed(_ what: String) throws(StepperCommandError) -> String {
            guard !text.isEmpty else { throw StepperCommandError(description: "\(word) needs \(what) behind it.") }
            return text
        }
        func alone() throws(StepperCommandError) {
            guard text.isEmpty else {
                throw StepperCommandError(description: "\(word) stands alone, and \"\(text)\" is behind it.")
            }
        }
        func count() throws(StepperCommandError) -> Int {
            if text.isEmpty { return 1 }
            guard let count = Int(text), (1...1_000_000).contains(count) else {
                throw StepperCommandError(description: "\(word) takes a number from 1 to 1000000, and \"\(text)\" is none.")
            }
            return count
        }
        switch word {
        case "next": self = .move(.over, try count())
        case "previous": self = .move(.previous, try count())
        case "into": self = .move(.into, try count())
        case "out": self = .move(.out, try count())
        case "later": self = .shift(try count())
        case "earlier": self = .shift(-(try count()))
        case "step":
            let text = try needed("a number, first or last")
            if let step = Int(text) {
                self = .step(step)
            } else if text == "first" || text == "last" {
                self = text == "first" ? .firstStep : .lastStep
            } else {
                throw StepperCommandError(description: "step takes a number, first or last, and \"\(text)\" is none of them.")
            }
        case "phase":
            let known = SteppedPhase.allCases.map(\.rawValue)
            let text = try needed(known.joined(separator: ", "))
            guard let phase = SteppedPhase(rawValue: text) else {
                throw StepperCommandError(
                    description: "There is no phase \"\(text)\"; expected \(known.joined(separator: ", ")).")
            }
            self = .phase(phase)
        case "value":
            let text = try needed("a value's name or an address")
            do throws(AddressError) { self = .go(try Address(parsing: text)) } catch {
                throw StepperCommandError(description: error.description)
            }
        case "element":
            let text = try needed("an index for each axis, rows first, for example 3,1,0")
            let inner = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            let index = inner.split(separator: ",", omittingEmptySubsequences: false).map { part in
                Int(part.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
            guard !index.contains(nil) else {
                throw StepperCommandError(
                    description:
                        "element takes whole numbers with commas between them, for example 3,1,0, and \"\(text)\" is not that.")
            }
            self = .element(index.compactMap { $0 })
        case "run": self = .run(text.isEmpty ? nil : text)
        case "search", "search-back": self = .search(try needed("a text"), backwards: word == "search-back")
        case "show":
            let known = ViewMode.allCases.map(\.rawValue)
            let text = try needed(known.joined(separator: ", "))
            guard let mode = ViewMode(rawValue: text) else {
                throw StepperCommandError(description: "There is no view \"\(text)\"; expected \(known.joined(separator: ", ")).")
            }
            self = .show(mode)
        case "watch": self = .watch(try needed("a quantity, for example loss or norm(prompt.embeddings)"))
        case "unwatch": self = .unwatch(text.isEmpty ? nil : text)
        case "break": self = .setBreakpoint(try needed("a condition, for example loss < 0.5"))
        case "delete":
            guard let number = Int(try needed("a breakpoint's number")) else {
                throw StepperCommandError(description: "delete takes a breakpoint's number, and \"\(text)\" is none.")
            }
            self = .removeBreakpoint(number)
        default:
            try alone()
            switch word {
            case "back": self = .back
            case "breaks": self = .listBreakpoints
            case "continue": self = .continuing(backwards: false)
            case "reverse": self = .continuing(backwards: true)
            case "where": self = .place
            case "changes": self = .changes
            case "list": self = .contents
            case "help": self = .help
            default: self = .quit
            }
        }
    }
}
