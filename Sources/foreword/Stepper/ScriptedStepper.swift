import Experiments
import Foundation

/// The stepper by a script: a command a line, and plain text that is the same every time.
struct ScriptedStepper {
    let stepper: Stepper
    let width: Int
    /// What an error calls the script.
    let name: String

    /// Why a script ended before its end: the sentence, with the line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Carries out lines until the end or `quit`.
    ///
    /// - Throws: ``Failure`` at the first line that cannot be carried out.
    func run(_ nextLine: () -> String?) throws {
        try draw(remark: stepper.opening)
        var number = 0
        while let line = nextLine() {
            number += 1
            do {
                guard let command = try StepperCommand(line) else { continue }
                Console.output("\n> \(TerminalText.harmless(line))")
                switch try stepper.carryOut(command, width: width) {
                case .stop(let remark): try draw(remark: remark)
                case .remark(let text): write(text)
                case .lines(let lines): for line in lines { write(line) }
                case .quit: return
                }
            } catch {
                var text = "\(name), line \(number): \(error)"
                if let caret = (error as? SteppingError)?.caret(width: { TerminalText.columns($0) }) { text += "\n\(caret)" }
                throw Failure(description: text)
            }
        }
    }

    private func draw(remark: String?) throws {
        if let remark { write(remark) }
        for line in try stepper.screen(width: width).lines() { Console.output(line.text.trimmingEnd) }
    }

    private func write(_ text: String) {
        for line in TerminalText.wrapped(text, to: width) { Console.output(line) }
    }
}

extension String {
    /// Without spaces at the end, which nobody sees and articles trip over.
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
