public import Drawing
public import Lessons

/// A lesson's page after a run: its prose with the run's numbers and figures, the claims, and where everything is.
public struct LessonPage: Sendable {
    public let lesson: Lesson
    public let result: LessonRunner.Result
    public let language: Language

    public init(lesson: Lesson, result: LessonRunner.Result, language: Language) {
        self.lesson = lesson
        self.result = result
        self.language = language
    }

    /// - Parameter path: Where a figure's file is, seen from the page.
    public func markdown(path: (Prose.FigurePlace) -> String) -> String {
        let words = Words.of(language)
        let prose = Prose.filled(
            lesson.prose[language] ?? "", measurements: result.measurements, language: language, path: path)
        return """
            # \(lesson.title[language])

            **\(lesson.question[language])**

            \(prose.trimmingNewlines)

            ## \(words.claims)

            \(claims(words))

            ## \(words.prediction)

            \(lesson.prediction.question[language])

            \(answers)

            """
    }

    private var answers: String {
        lesson.prediction.answers.map { answer in
            "- \(answer.isRight ? "✓" : "✗") \(answer.text[language]) — \(answer.reply[language])"
        }.joined(separator: "\n")
    }

    private func claims(_ words: Words) -> String {
        let rows = result.verdicts.map { verdict in
            let seeds = verdict.measured.values
            let range =
                seeds.count > 1 && Set(seeds).count > 1
                ? " (\(verdict.measured.text(of: seeds.min() ?? 0, in: language))–\(verdict.measured.text(of: seeds.max() ?? 0, in: language)))"
                : ""
            let measured = verdict.measured.text(in: language) + range
            let bound = "\(words.symbol(verdict.comparison)) \(verdict.measured.text(of: verdict.bound, in: language))"
            return "| \(verdict.holds ? "✓" : "✗") | \(verdict.statement) | \(measured) | \(bound) |"
        }
        return (["| | \(words.claim) | \(words.measured) | \(words.bound) |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    private struct Words {
        let claims: String
        let claim: String
        let measured: String
        let bound: String
        let prediction: String

        static func of(_ language: Language) -> Words {
            switch language {
            case .en:
                Words(
                    claims: "Claims", claim: "Claim", measured: "Measured (over the seeds)", bound: "Bound",
                    prediction: "Your prediction")
            case .zhHans: Words(claims: "论断", claim: "论断", measured: "实测（各随机种子）", bound: "界限", prediction: "你的预测")
            }
        }

        func symbol(_ comparison: String) -> String {
            switch comparison {
            case "at-least": "≥"
            case "at-most": "≤"
            default: "="
            }
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text = text.dropLast() }
        while text.first?.isNewline == true { text = text.dropFirst() }
        return String(text)
    }
}
