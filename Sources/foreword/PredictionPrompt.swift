import Drawing
import Foundation
import Lessons

/// Asks on the terminal what a reader expects, before the run.
struct PredictionPrompt {
    private let prediction: Prediction
    private let language: Language

    /// - Returns: `nil` where nobody can answer: input or output is no terminal.
    init?(_ prediction: Prediction, _ language: Language) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        self.prediction = prediction
        self.language = language
    }

    /// Shows the question and the numbered answers, and waits for one key.
    ///
    /// - Returns: Which answer; `nil` if another key than a number was pressed.
    func ask(_ lesson: Lesson) -> Int? {
        Console.output("\(lesson.title[language])\n\(lesson.question[language])\n\n\(prediction.question[language])\n")
        for (index, answer) in prediction.answers.enumerated() { Console.output("  \(index + 1)  \(answer.text[language])") }
        let keys = "1–\(prediction.answers.count)"
        Console.output(
            language == .en
                ? "\nWhat do you expect? Press \(keys); any other key goes on without." : "\n你怎么看？请按 \(keys)；按其他键直接继续。")
        guard let key = Self.key(), let number = Int(String(key)), (1...prediction.answers.count).contains(number) else {
            return nil
        }
        Console.output("→ \(number)\n")
        return number - 1
    }

    /// What is said to whoever chose an answer, and the right one where it is another.
    static func reply(to chosen: Int, _ prediction: Prediction, _ language: Language) -> String {
        let answer = prediction.answers[chosen]
        var lines = ["\(answer.isRight ? "✓" : "✗") \(answer.text[language])\n  \(answer.reply[language])"]
        if !answer.isRight, let right = prediction.answers.first(where: \.isRight) {
            lines.append("✓ \(right.text[language])\n  \(right.reply[language])")
        }
        return lines.joined(separator: "\n")
    }

    /// One key, without waiting for the return key. Interrupting works as always.
    private static func key() -> Character? {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        var single = settings
        single.c_lflag &= ~tcflag_t(ICANON | ECHO)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &single)
        defer { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
        var byte: UInt8 = 0
        guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
        return Character(Unicode.Scalar(byte))
    }
}
