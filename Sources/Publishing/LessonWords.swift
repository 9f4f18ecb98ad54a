public import Drawing
public import Lessons

/// The words that every lesson's page and the command line use for what came out.
public struct LessonWords: Sendable {
    let language: Language
    let claims: String
    let claim: String
    let measuredOver: String
    let boundTitle: String
    let prediction: String
    /// Heads the replies to what was predicted.
    let outcome: String
    let article: String
    let collected: String
    let leftOut: String
    let notDrawn: String
    let statementColumns: [String]
    public let verdicts: [ArticleStatement.Verdict: String]

    public static func of(_ language: Language) -> LessonWords {
        switch language {
        case .en:
            LessonWords(
                language: language, claims: "Claims", claim: "Claim", measuredOver: "Measured (over the seeds)",
                boundTitle: "Bound",
                prediction: "Your prediction", outcome: "What came of it", article: "The article's statements", collected: "Every statement, and its verdict",
                leftOut: "Runs that were left out:", notDrawn: "(Not drawn.)",
                statementColumns: ["What the article says", "Verdict", "Measured"],
                verdicts: [
                    .stands: "stands", .withCondition: "stands with a condition", .doesNotStand: "does not stand here",
                    .notConfirmed: "not confirmed in this run", .notJudged: "not judged in this run",
                ])
        case .zhHans:
            LessonWords(
                language: language, claims: "论断", claim: "论断", measuredOver: "实测（各随机种子）", boundTitle: "界限",
                prediction: "你的预测", outcome: "预测的结果", article: "文章的说法", collected: "每一条说法与裁决", leftOut: "略去的运行：",
                notDrawn: "（未绘制。）", statementColumns: ["文章的说法", "裁决", "实测"],
                verdicts: [
                    .stands: "成立", .withCondition: "有条件成立", .doesNotStand: "在此不成立", .notConfirmed: "本次运行未能证实",
                    .notJudged: "本次运行未评判",
                ])
        }
    }

    public func mark(_ outcome: LessonReport.ClaimVerdict.Outcome) -> String {
        switch outcome {
        case .holds: "✓"
        case .fails: "✗"
        case .notJudged: "–"
        }
    }

    /// A measured number, with the range over the seeds where they differ.
    public func measured(_ measurement: Measurement) -> String {
        let values = measurement.values
        guard measurement.summary != .each, let low = values.min(), let high = values.max(), low < high else {
            return measurement.text(in: language)
        }
        let range = [low, high].map { measurement.text(of: $0, in: language) }.joined(separator: "–")
        return language == .en ? "\(measurement.text(in: language)) (\(range))" : "\(measurement.text(in: language))（\(range)）"
    }

    /// What a claim's number is compared with.
    public func bound(_ verdict: LessonReport.ClaimVerdict) -> String {
        guard let bound = verdict.bound else { return "–" }
        let text = { (number: Double) in verdict.measured?.text(of: number, in: language) ?? "\(number)" }
        return switch verdict.comparison {
        case .atLeast: "≥ \(text(bound))"
        case .atMost: "≤ \(text(bound))"
        case .equals: "= \(text(bound))"
        case .differs: "≠ \(text(bound))"
        case .between: "\(text(bound)) – \(text(verdict.upperBound ?? bound))"
        }
    }

    /// The statements of the article that lessons tried, by section, as a table in Markdown.
    ///
    /// - Parameter link: A lesson's page; without it, lessons are not named.
    func table(of lessons: [CollectedLesson], linking link: ((Lesson) -> String)?) -> String {
        var rows: [(section: String, line: String)] = []
        let colon = language == .en ? ": " : "："
        for collected in lessons {
            for (statement, verdict) in zip(collected.lesson.statements, collected.report.statements) {
                let numbers = statement.claims.compactMap { id in
                    collected.report.claims.first { $0.claim == id }.map { verdict in
                        let told = collected.lesson.claims.first { $0.id == id }?.statement[language] ?? id
                        return "\(mark(verdict.outcome)) \(told)\(colon)\(verdict.measured.map(measured) ?? "–")"
                    }
                }
                var judged = "**\(verdicts[verdict] ?? "")**<br>\(statement.because[language])"
                if let link { judged += "<br>[\(collected.lesson.title[language])](\(link(collected.lesson)))" }
                let cells = ["**\(statement.section)** \(statement.says[language])", judged, numbers.joined(separator: "<br>")]
                rows.append((statement.section, "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"))
            }
        }
        // Those of one section stay in the order of their lessons.
        let ordered = rows.enumerated().sorted { ($0.element.section, $0.offset) < ($1.element.section, $1.offset) }
        let head = ["| \(statementColumns.joined(separator: " | ")) |", "|\(statementColumns.map { _ in "---|" }.joined())"]
        return (head + ordered.map(\.element.line)).joined(separator: "\n")
    }
}
