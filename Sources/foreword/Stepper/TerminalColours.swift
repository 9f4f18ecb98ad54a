import Drawing
import Foundation

/// Which colours a terminal shows.
enum TerminalColours: CaseIterable {
    /// No escape code at all.
    case none
    /// The greys of the 256 colours, for those who tell no colours apart.
    case grey
    case indexed
    case full

    /// What the environment says, by the usual variables: `NO_COLOR`, `COLORTERM`, `TERM`.
    init(environment: [String: String], isTerminal: Bool) {
        let term = environment["TERM"] ?? ""
        if !isTerminal || !(environment["NO_COLOR"] ?? "").isEmpty || ["", "dumb"].contains(term) {
            self = .none
        } else if ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "") {
            self = .full
        } else {
            self = term.contains("256color") || term.hasPrefix("tmux") || term.hasPrefix("xterm") ? .indexed : .none
        }
    }

    /// A line as it is sent to the terminal.
    func write(_ line: StyledText) -> String {
        guard self != .none else { return line.text }
        return line.spans.map { span in
            let codes = codes(span.look)
            return codes.isEmpty ? span.text : "\u{1B}[\(codes)m\(span.text)\u{1B}[0m"
        }.joined()
    }

    /// The parameters of `SGR` (ECMA-48, 8.3.117).
    private func codes(_ look: StyledText.Look) -> String {
        switch look {
        case .plain: ""
        case .strong: "1"
        case .quiet: "2"
        case .reversed: "7"
        case .role(let role): colour(Theme.dark.colour(of: .role(role, strength: 1)), isGround: false)
        case .cell(let paint):
            colour(Theme.dark.colour(of: .legible(on: paint)), isGround: false) + ";"
                + colour(Theme.dark.colour(of: paint), isGround: true)
        }
    }

    private func colour(_ colour: Colour, isGround: Bool) -> String {
        let place = isGround ? 48 : 38
        switch self {
        case .none: return ""
        case .full: return "\(place);2;\(colour.red);\(colour.green);\(colour.blue)"
        case .grey: return "\(place);5;\(232 + Int((colour.luminance.squareRoot() * 23).rounded()))"
        case .indexed: return "\(place);5;\(Self.index(colour))"
        }
    }

    /// The nearest of xterm's 6 × 6 × 6 colours and 24 greys.
    static func index(_ colour: Colour) -> Int {
        let wanted = [Int(colour.red), Int(colour.green), Int(colour.blue)]
        let levels = [0, 95, 135, 175, 215, 255]
        func nearest(_ x: Int) -> Int { levels.indices.min { abs(levels[$0] - x) < abs(levels[$1] - x) } ?? 0 }
        func distance(_ found: [Int]) -> Int { zip(found, wanted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        let cube = wanted.map(nearest)
        let mean = wanted.reduce(0, +) / 3
        let grey = min(23, max(0, (mean - 3) / 10))
        let greyLevel = 8 + 10 * grey
        if distance([greyLevel, greyLevel, greyLevel]) < distance(cube.map { levels[$0] }) { return 232 + grey }
        return 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }
}
