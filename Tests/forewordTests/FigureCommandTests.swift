import Foundation
import Testing

/// `foreword figure`, and pages of lessons, as files that others open.
@Suite struct FigureCommandTests {
    private static func recording(_ name: String) -> String {
        PackageTests.root.appending(path: "figures/recordings/\(name)").path
    }

    @Test("A walkthrough is a numbered file for each frame and one filmstrip, and half of it is never left")
    func walkthrough() throws {
        try CommandLineTests.withFolder { folder in
            let outcome = try CommandLineTests.run(
                [
                    "figure", "walkthrough", "--recording", Self.recording("one-step"), "--step", "4", "--format", "svg", "--out",
                    "slides",
                ], in: folder)
            #expect(outcome.status == 0, "\(outcome.error)")
            let slides = folder.appending(path: "slides")
            let names = try FileManager.default.contentsOfDirectory(atPath: slides.path).sorted()
            #expect(names.contains { $0.contains("filmstrip") }, "\(names)")
            let frames = names.filter { !$0.contains("filmstrip") }
            #expect(frames.count > 20)
            let numbers = frames.compactMap { name in name.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } }
            #expect(numbers == Array(1...frames.count), "\(frames)")
            for name in frames {
                let text = try String(contentsOf: slides.appending(path: name), encoding: .utf8)
                #expect(text.contains("</svg>") && text.contains("<title"), "\(name)")
            }
            let missing = try CommandLineTests.run(
                ["figure", "walkthrough", "--recording", Self.recording("one-step"), "--step", "9", "--out", "none"], in: folder)
            #expect(missing.status == 2 && missing.error.contains("9"), "\(missing.error)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "none").path))
        }
    }

    @Test(
        "A figure is as wide as it is asked to be: in the SVG, in the PDF, and by the resolution in the PNG",
        arguments: [85, 120])
    func width(millimetres: Int) throws {
        try CommandLineTests.withFolder { folder in
            let outcome = try CommandLineTests.run(
                [
                    "figure", "soft-prompt", "--recording", Self.recording("prompt-tuning"), "--width", "\(millimetres)mm",
                    "--format", "svg,pdf,png", "--out", "figure",
                ], in: folder)
            #expect(outcome.status == 0, "\(outcome.error)")
            func file(_ kind: String) throws -> Data {
                try Data(contentsOf: folder.appending(path: "figure/soft-prompt.\(kind)"))
            }
            func number(_ pattern: Regex<(Substring, Substring)>, in data: Data) throws -> Double {
                let match = try #require(try pattern.firstMatch(in: String(decoding: data, as: UTF8.self)))
                return try #require(Double(match.1))
            }
            #expect(try abs(number(#/<svg[^>]* width="([0-9.]+)mm"/#, in: file("svg")) - Double(millimetres)) < 0.05)
            let points = try number(#/MediaBox \[ ?0 0 ([0-9.]+) /#, in: file("pdf"))
            #expect(abs(points * 25.4 / 72 - Double(millimetres)) < 0.05)
            let png = try [UInt8](file("png"))
            func bigEndian(at place: Int) -> Double { Double(png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }) }
            let mark = try #require(png.indices.dropLast(4).first { Array(png[$0..<$0 + 4]) == Array("pHYs".utf8) })
            #expect(abs(bigEndian(at: 16) / bigEndian(at: mark + 4) * 1000 - Double(millimetres)) < 0.1)
        }
    }

    @Test("A lesson's page is also one HTML file that needs no other, and A4 pages")
    func pages() throws {
        try CommandLineTests.withFolder { folder in
            let outcome = try CommandLineTests.run(
                ["run", "01", "--page", "html,pdf", "--seeds", "1", "--yes", "--out", "lesson"], in: folder)
            #expect(outcome.status != 2, "\(outcome.error)")
            let lesson = folder.appending(path: "lesson")
            let html = try String(contentsOf: lesson.appending(path: "index.html"), encoding: .utf8)
            #expect(html.contains("<svg") && html.contains("</html>"))
            #expect(html.firstMatch(of: #/(src|href)="(https?:|//)[^"]*\.(js|css|png|svg|woff2?)"/#) == nil)
            let pdf = String(decoding: try Data(contentsOf: lesson.appending(path: "01-two-ways-to-teach.pdf")), as: UTF8.self)
            #expect(pdf.hasPrefix("%PDF"))
            let box = try #require(pdf.firstMatch(of: #/MediaBox \[ ?0 0 ([0-9.]+) ([0-9.]+) ?\]/#))
            let (width, height) = (try #require(Double(box.1)), try #require(Double(box.2)))
            #expect(abs(width - 595.28) < 1 && abs(height - 841.89) < 1)
        }
    }
}
