import Drawing
import Experiments
import Foundation
import Testing

@testable import Lessons

/// The reference for writers of lessons names everything there is.
@Suite struct ReferenceTests {
    static let pages: [(Language, String)] = [(.en, "lessons.md"), (.zhHans, "lessons.zh-Hans.md")]

    static func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/\(name)"), encoding: .utf8)
    }

    @Test("It lists every metric with what it is told and what it is", arguments: pages)
    func metrics(language: Language, page: String) throws {
        let text = try Self.text(page)
        for metric in MetricCatalogue.all {
            #expect(text.contains("| `\(metric.id)` |"), "\(metric.id)")
            #expect(text.contains(metric.meaning[language]), "\(metric.id)")
            let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(metric.id)` |") } ?? ""
            for key in metric.keys { #expect(row.contains("`\(key.rawValue)`"), "\(metric.id): \(key)") }
        }
        #expect(Set(MetricCatalogue.all.map(\.id)).count == MetricCatalogue.all.count)
    }

    @Test("It lists every key and every word that stands for a choice", arguments: pages)
    func keys(language: Language, page: String) throws {
        let text = try Self.text(page)
        let keys = [
            Lesson.keys, Prediction.keys, Prediction.answerKeys, LessonRun.keys, Measure.keys, Measure.countKeys, Claim.keys,
            Claim.boundKeys, ArticleStatement.keys,
        ].reduce(Set<String>()) { $0.union($1) }
        let words =
            Claim.Comparison.allCases.map(\.rawValue) + Measure.Summary.allCases.map(\.rawValue)
            + CollectedNumber.allCases.map(\.rawValue) + Prose.Placeholder.Form.allCases.map(\.rawValue)
            + LessonRun.Frame.allCases.map(\.rawValue) + ArticleStatement.Verdict.given.map(\.rawValue)
            + Metric.Moment.allCases.map(\.rawValue) + TaskData.Split.allCases.map(\.rawValue) + RunChecks.all.map(\.id)
        for word in keys.sorted() + words {
            let isThere = ["`\(word)`", "`\(word):", " \(word):", "{\(word):", ".\(word) }}`"].contains { text.contains($0) }
            #expect(isThere, "\(page) does not name \(word)")
        }
    }
}
