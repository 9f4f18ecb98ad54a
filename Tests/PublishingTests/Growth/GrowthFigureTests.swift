import CairoRendering
import Drawing
import Experiments
import Foundation
import Testing

@testable import Publishing

@Suite struct GrowthFigureTests {
    static let folder = GalleryTests.folder.appending(path: "growth")
    static var isKept: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "growth.json").path) }

    /// Times that grow by a power of the quantity, with peers or without.
    static func growth(slopes: [(name: String, slope: Double, start: Double)]) throws -> Growth {
        func times(_ median: Double) -> [String: Any] { ["median": median, "minimum": median / 2, "count": 9] }
        let lines = Growth.Quantity.allCases.map { quantity in
            let points = quantity.values.map { value in
                let all = slopes.map { (name: $0.name, time: $0.start * pow(Double(value), $0.slope)) }
                return [
                    "value": value, "milliseconds": times(all[0].time),
                    "peers": all.dropFirst().map {
                        ["name": $0.name, "version": "\($0.name) 1.2.3", "milliseconds": times($0.time)] as [String: Any]
                    },
                ] as [String: Any]
            }
            return ["quantity": quantity.rawValue, "points": points] as [String: Any]
        }
        let machine: [String: Any] = ["processor": "A processor", "threads": 2, "arithmetic": "a library", "is_optimised": true]
        let file = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try JSONSerialization.data(withJSONObject: ["machine": machine, "lines": lines]).write(to: file)
        return try Growth(reading: file)
    }

    static func scene(_ growth: Growth, _ fonts: FontLibrary, _ language: Language) -> Scene {
        let type = Typesetter(measurer: fonts, language: language)
        return GrowthDrawing(growth, type: type).sheet().scene(type)
    }

    @Test(
        "Nothing overlaps, is cut off or cannot be read, with peers that end where ours does, with others, and with none",
        arguments: Language.allCases)
    func audit(language: Language) throws {
        let fonts = try FontLibrary()
        for slopes in [
            [("foreword", 0.5, 1.0)], [("foreword", 0.1, 2.0), ("peft", 0.9, 3.0), ("jax", 0.1, 2.05)],
            [("foreword", 0.5, 0.01), ("peft", 0.5, 900.0)],
        ] {
            let scene = Self.scene(try Self.growth(slopes: slopes), fonts, language)
            for theme in [Theme.light, .dark] {
                #expect(SceneAudit(measurer: fonts).findings(in: scene, theme: theme).map(\.description) == [])
            }
        }
    }

    @Test("The title tells what a longer prompt costs, here and there")
    func title() throws {
        let growth = try Self.growth(slopes: [("foreword", 0.5, 1), ("peft", 1, 3)])
        let fonts = try FontLibrary()
        #expect(
            Self.scene(growth, fonts, .en).title == "Virtual tokens 1 → 100: a step takes 10 times as long, in PEFT 100 times")
        #expect(Self.scene(growth, fonts, .zhHans).title.contains("10 倍，PEFT 则变为 100 倍"))
    }

    @Test("The kept figure is the one that is drawn from the kept times", .enabled(if: isKept, "no times are kept"))
    func upToDate() throws {
        let growth = try Growth(reading: Self.folder.appending(path: "growth.json"))
        #expect(growth.machine.isOptimised && !growth.machine.isBusy, "times of an idle machine are kept, or none")
        let folder = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in try GrowthFigure.write(growth, to: folder) {
            let kept = try Data(contentsOf: Self.folder.appending(path: name))
            #expect(try Data(contentsOf: folder.appending(path: name)) == kept, "\(name)")
        }
    }
}
