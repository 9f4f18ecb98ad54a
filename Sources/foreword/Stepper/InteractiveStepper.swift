import Drawing
import Experiments
import Foundation

/// The stepper on a terminal: a key is a command, and after each the screen is drawn again.
struct InteractiveStepper {
    let stepper: Stepper
    let terminal: Terminal
    var colours: TerminalColours
    /// A width that is asked for instead of the window's.
    let width: Int?

    private var remark: String?

    init(_ stepper: Stepper, on terminal: Terminal, colours: TerminalColours, width: Int?) {
        self.stepper = stepper
        self.terminal = terminal
        self.colours = colours
        self.width = width
        remark = stepper.opening
    }

    mutating func run() {
        while true {
            draw()
            switch terminal.key() {
            case .resized: continue
            case .end, .control("d"), .character("q"): return
            case .control("c"): continue
            case .character(":"): if let line = ask(":"), !carryOut(line) { return }
            case .character("g"): if let text = ask("\(stepper.words.go): "), !carryOut("go \(text)") { return }
            case .character("w"): if let text = ask("\(stepper.words.watch): "), !carryOut("watch \(text)") { return }
            case .character("B"): if let text = ask("\(stepper.words.breakAt): "), !carryOut("break \(text)") { return }
            case .character("/"): search(backwards: false)
            case .character("\\"): search(backwards: true)
            case .character("v"): carryOut("show \(stepper.mode.next.rawValue)")
            case .character("C"): cycleColours()
            case .character("n"), .down: carryOut("next")
            case .character("p"), .up: carryOut("previous")
            case .character("s"), .character("i"), .right, .enter: carryOut("into")
            case .character("o"), .left: carryOut("out")
            case .character("b"), .backspace: carryOut("back")
            case .character("]"): carryOut("later")
            case .character("["): carryOut("earlier")
            case .character("c"): carryOut("continue")
            case .character("r"): carryOut("reverse")
            case .character("?"), .character("h"): carryOut("help")
            default: remark = nil
            }
        }
    }

    /// Whether to go on.
    @discardableResult
    private mutating func carryOut(_ line: String) -> Bool {
        remark = nil
        do {
            guard let command = try StepperCommand(line) else { return true }
            let terminal = terminal
            switch try stepper.carryOut(command, width: size.columns, isCancelled: { terminal.isKeyWaiting }) {
            case .stop(let text): remark = text
            case .remark(let text): remark = text
            case .lines(let lines): page(lines)
            case .quit: return false
            }
        } catch let error as SteppingError {
            if let caret = error.caret(width: { TerminalText.columns($0) }) {
                page(TerminalText.wrapped("\(error)", to: size.columns) + [""] + caret.split(separator: "\n").map(String.init))
            } else {
                remark = "\(error)"
            }
        } catch { remark = "\(error)" }
        return true
    }

    private mutating func search(backwards: Bool) {
        guard let text = ask("\(stepper.words.search): ") else { return }
        let wanted = text.isEmpty ? stepper.lastSearch ?? "" : text
        guard !wanted.isEmpty else { return }
        carryOut("\(backwards ? "search-back" : "search") \(wanted)")
    }

    private mutating func cycleColours() {
        let all = TerminalColours.allCases
        colours = all[((all.firstIndex(of: colours) ?? 0) + 1) % all.count]
        remark = nil
    }

    // MARK: Drawing

    private var size: Terminal.Size {
        let size = Terminal.size
        return Terminal.Size(columns: min(size.columns, width ?? size.columns), rows: size.rows)
    }

    /// Where one stands. A damaged file is said in its place, for elsewhere the recording may be whole.
    private func screen(_ size: Terminal.Size) -> [String] {
        let screen = stepper.screen(width: size.columns, height: size.rows, hasColours: colours != .none)
        var lines: [StyledText]
        do { lines = try screen.lines() } catch {
            lines = [screen.path] + TerminalText.wrapped("\(error)", to: size.columns).map { StyledText($0, .role(.bad)) }
        }
        return lines.prefix(size.rows).map { colours.write($0.clipped(to: size.columns)) }
    }

    private func draw() {
        let size = size
        guard size.columns >= 20, size.rows >= 8 else { return terminal.show([stepper.words.tooSmall]) }
        let remarks = remark.map { TerminalText.wrapped($0, to: size.columns).prefix(4) } ?? []
        let room = size.rows - 1 - remarks.count
        var lines = screen(Terminal.Size(columns: size.columns, rows: room))
        lines += Array(repeating: "", count: room - lines.count)
        lines += remarks.map { colours.write(StyledText($0, .strong)) }
        terminal.show(lines + [colours.write(StyledText(stepper.words.keyLine(width: size.columns), .reversed))])
    }

    /// Lines that take the screen until a key is pressed, a page at a time.
    private func page(_ lines: [String]) {
        var rest = lines[...]
        while !rest.isEmpty {
            let size = size
            let room = max(1, size.rows - 1)
            let shown = rest.prefix(room).map { TerminalText.clipped($0, to: size.columns) }
            terminal.show(shown + Array(repeating: "", count: room - shown.count) + [stepper.words.anyKey])
            switch terminal.key() {
            case .resized: continue
            case .escape, .end, .character("q"): return
            default: rest = rest.dropFirst(room)
            }
        }
    }

    /// A line of text at the bottom; `nil` if the reader thought better of it.
    private func ask(_ label: String) -> String? {
        var text = ""
        // While one types, nothing but the line at the bottom changes.
        var drawn: (size: Terminal.Size, lines: [String])?
        while true {
            let size = size
            let room = max(1, size.rows - 1)
            if drawn?.size != size {
                let lines = screen(Terminal.Size(columns: size.columns, rows: room))
                drawn = (size, lines + Array(repeating: "", count: room - lines.count))
            }
            var line = Substring(label + text)
            // The end is where one types.
            while TerminalText.columns(line) >= size.columns { line.removeFirst() }
            terminal.show((drawn?.lines ?? []) + [line + "▏"])
            switch terminal.key() {
            case .character(let character): text.append(character)
            case .backspace: if text.popLast() == nil { return nil }
            case .control("u"): text = ""
            case .enter: return text
            case .escape, .control("c"), .control("g"), .end: return nil
            default: continue
            }
        }
    }
}
