import CairoRendering
import Drawing
import Figures
import Foundation
import Recordings
import Testing

@testable import Experiments

/// What stands beside the numbers of figures, explained.
@Suite struct FigureAddressTests {
    static let folders = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "figures/recordings")

    @Test("Every kind of address and derivation that a figure of the gallery carries is explained")
    func gallery() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folders.path).sorted()
        let recordings = try names.map { try Recording(opening: Self.folders.appending(path: $0)) }
        var functions: Set<String> = []
        for figure in FigureCatalogue.figures {
            let shown = try recordings.filter { try figure.needs.lack(in: $0) == nil }
            let recording = try #require(shown.first { $0.folder.lastPathComponent == "prompt-tuning" } ?? shown.first)
            let explainer = Explainer(recording)
            let type = Typesetter(measurer: try FontLibrary(), language: .en)
            // One of each value and function: a figure carries hundreds.
            var texts: [String: String] = [:]
            for text in try figure.scene(of: recording, type: type).addresses {
                if let derivation = try Derivation(parsing: text) {
                    texts["\(derivation.function)/\(derivation.arguments.count)"] = text
                } else {
                    texts[try Address(parsing: text).value.rawValue] = text
                }
            }
            for text in texts.values.sorted() {
                let explanation: NumberExplanation
                do {
                    explanation = try explainer.explain(text, step: 49)
                } catch ExplanationError.severalNumbers(_, _, let example) {
                    explanation = try explainer.explain(example)
                } catch ExplanationError.resultElement(_, let shape) {
                    explanation = try explainer.explain("\(text)\(shape.map { _ in 0 })".replacing(", 0", with: ",0"), step: 49)
                } catch ExplanationError.noFormula(let function) {
                    #expect(["place", "count"].contains(function), "\(figure.id): \(text)")
                    continue
                }
                #expect(explanation.agrees ?? true, "\(figure.id): \(text)")
                #expect(explanation.number.isFinite)
                if explanation.origin == .derivation { functions.insert(explanation.operation ?? "") }
            }
        }
        #expect(functions == Set(Explainer.functions), "each function is there because a figure needs it")
    }
}
