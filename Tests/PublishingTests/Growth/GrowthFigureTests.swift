import CairoRendering
import Drawing
import Experiments
import Foundation
import Testing

@testable import Publishing

@Suite struct GrowthFigureTests {
    static var measured: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../figures/growth/growth.json").standardized
    }

    @Test(
        "The measured growth is drawn without anything that overlaps, is cut off or cannot be read", arguments: Language.allCases)
    func audit(language: Language) throws {
        let growth = try Growth(reading: Self.measured)
        let fonts = try FontLibrary()
        for theme in [Theme.light, .dark] {
            let scene = GrowthDrawing(growth, type: Typesetter(measurer: fonts, language: language)).sheet()
                .scene(Typesetter(measurer: fonts, language: language))
            let findings = SceneAudit(measurer: fonts).findings(in: scene, theme: theme)
            #expect(findings.isEmpty, "\(findings)")
        }
    }

    @Test("The figure beside the measured growth is the one that is drawn from it")
    func upToDate() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in try GrowthFigure.write(Growth(reading: Self.measured), to: folder) where name.hasSuffix(".svg") {
            let kept = try Data(contentsOf: Self.measured.deletingLastPathComponent().appending(path: name))
            #expect(try Data(contentsOf: folder.appending(path: name)) == kept, "\(name)")
        }
    }
}
