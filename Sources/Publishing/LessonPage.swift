internal import Drawing
internal import Lessons

/// A lesson's page after a run: its prose with the run's numbers and figures, the claims, what came of the article, and the prediction.
struct LessonPage {
    let runner: LessonRunner
    let report: LessonReport
    /// Figures that could not be drawn, and why.
    let undrawn: [Prose.FigurePlace: String]
    let language: Language

    private var lesson: Lesson { runner.lesson }
    private var words: LessonWords { .of(language) }

    /// - Parameter path: Where a figure's file is, seen from the page.
    func markdown(path: (Prose.FigurePlace) -> String) -> String {
        var prose = Prose.filled(
            lesson.prose[language] ?? "", known: Set(lesson.measures.map(\.name)), measurements: report.measures,
            language: language,
            path: path)
        for (place, reason) in undrawn {
            prose = prose.replacing("](\(path(place)))", with: "]() \(words.notDrawn) \(reason)")
        }
        let (opening, rest) = prose.trimmingNewlines.dividedAtFirstHeading
        var sections = [
            "# \(lesson.title[language])", "**\(lesson.question[language])**", opening,
            "## \(words.prediction)", lesson.prediction.question[language], numbered { $0.text[language] },
            rest, "## \(words.claims)", claims,
        ]
        if !runner.leftOut.isEmpty {
            let left = runner.leftOut.map { "- `\($0.run)`: \($0.reason[language])" }.joined(separator: "\n")
            sections += ["\(words.leftOut)", left]
        }
        let own = CollectedLesson(lesson: lesson, report: report)
        if lesson.collectsStatements {
            let table = words.table(of: runner.collection + [own]) { $0.id == lesson.id ? "README.md" : "../\($0.id)/README.md" }
            sections += ["## \(words.collected)", table]
        } else if !lesson.statements.isEmpty {
            sections += ["## \(words.article)", words.table(of: [own], linking: nil)]
        }
        let replies = numbered { "\($0.isRight ? "✓" : "✗") \($0.text[language]) — \($0.reply[language])" }
        sections += ["## \(words.outcome)", replies]
        return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// The answers under the numbers that they have on a terminal.
    private func numbered(_ text: (Prediction.Answer) -> String) -> String {
        lesson.prediction.answers.enumerated().map { "\($0 + 1). \(text($1))" }.joined(separator: "\n")
    }

    private var claims: String {
        let rows = report.claims.map { verdict in
            let measured = verdict.measured.map { words.measured($0) } ?? "–"
            let bound = verdict.reason ?? words.bound(verdict)
            return "| \(words.mark(verdict.outcome)) | \(verdict.statement) | \(measured) | \(bound) |"
        }
        return (["| | \(words.claim) | \(words.measuredOver) | \(words.boundTitle) |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }
}

extension String {
    /// What stands before the first heading, and the rest from it on.
    fileprivate var dividedAtFirstHeading: (opening: String, rest: String) {
        if hasPrefix("## ") { return ("", self) }
        guard let heading = firstRange(of: "\n## ") else { return (self, "") }
        return (String(self[..<heading.lowerBound]).trimmingNewlines, String(self[heading.lowerBound...]).trimmingNewlines)
    }

    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text = text.dropLast() }
        while text.first?.isNewline == true { text = text.dropFirst() }
        return String(text)
    }
}
