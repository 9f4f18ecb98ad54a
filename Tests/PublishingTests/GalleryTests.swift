import Drawing
import Figures
import Foundation
import Recordings
import Testing

@testable import Publishing

@Suite("The gallery")
struct GalleryTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "figures")
    static let ids = FigureCatalogue.figures.map(\.id)

    @Test("is drawn from the kept recording to the byte", arguments: ids)
    func snapshot(_ id: String) throws {
        try Gallery(at: Self.folder, figure: id).draw { drawing in
            let name = drawing.reference.fileName
            let kept = try? Data(contentsOf: Self.folder.appending(path: name))
            #expect(kept == drawing.bytes, "\(name) differs: look at it with `foreword gallery --review`")
        }
    }

    @Test("has no picture too many, and a page that shows them all")
    func index() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let pictures = Set(names.filter { $0.hasSuffix(".png") || $0.hasSuffix(".svg") })
        #expect(pictures == Set(Self.ids.flatMap { GalleryReference.all(of: $0) }.map(\.fileName)))
        let page = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        #expect(try page == GalleryIndex(Gallery(at: Self.folder).plates).markdown)
        for figure in FigureCatalogue.figures {
            #expect(page.contains(figure.question.en) && page.contains(figure.question.zhHans))
        }
    }

    @Test("stays small: 25 MB, of which a recording has 3")
    func size() throws {
        func bytes(_ folder: URL) throws -> Int {
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            return try (files?.compactMap { $0 as? URL } ?? []).reduce(0) { sum, file in
                let values = try file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
                return values.isRegularFile == true ? sum + (values.fileSize ?? 0) : sum
            }
        }
        #expect(try bytes(Self.folder) <= 25_000_000)
        for recording in GalleryRecording.all {
            #expect(try bytes(recording.url(in: Self.folder)) <= 3_000_000, "\(recording.name)")
        }
    }

    /// A copy of the gallery that a test may spoil.
    private func withCopy(_ body: (URL) throws -> Void) throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.folder, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        try body(copy)
    }

    @Test("finds what differs, shows it beside what was, and takes it when told")
    func review() throws {
        try withCopy { folder in
            func file(_ name: String) -> URL { folder.appending(path: name) }
            let png = "loss-curve.en.light.png"
            let kept = try Data(contentsOf: file(png))
            let other = try Data(contentsOf: file("soft-prompt.en.light.png"))
            try other.write(to: file(png))
            let svg = "loss-curve.en.light.svg"
            try Data(try Data(contentsOf: file(svg)).dropLast(9)).write(to: file(svg))
            try FileManager.default.removeItem(at: file("loss-curve.zh-Hans.dark.svg"))

            let differences = try Gallery(at: folder, figure: "loss-curve").differences()
            #expect(differences.map(\.file) == [png, svg, "loss-curve.zh-Hans.dark.svg"])
            guard case .pixels(let count)? = differences.first?.kind else {
                Issue.record("\(differences.map(\.description))")
                return
            }
            #expect(count > 1000)
            #expect(differences[1].kind == .bytes && differences[2].kind == .missing)
            #expect(differences[0].addresses.contains { $0.contains("evaluation/") })
            let page = GalleryReview(differences).html
            #expect(page.components(separatedBy: "data:image/png;base64,").count == 4)
            #expect(page.contains("class=\"blend\"") && page.contains("evaluation/"))

            #expect(try Gallery(at: folder, figure: "loss-curve").redraw().sorted() == differences.map(\.file))
            #expect(try Data(contentsOf: file(png)) == kept)
            #expect(try Gallery(at: folder, figure: "loss-curve").differences().isEmpty)
        }
    }

    @Test("names a picture that belongs to no figure, a page that is out of date and an unknown figure")
    func strays() throws {
        try withCopy { folder in
            try Data("<svg/>".utf8).write(to: folder.appending(path: "gone.en.light.svg"))
            try Data().write(to: folder.appending(path: "README.md"))
            let kinds = try Gallery(at: folder).strays().map(\.kind)
            #expect(kinds == [.leftOver, .text])
            #expect(throws: FigureError.self) { try Gallery(at: folder, figure: "soft-promt") }
        }
    }
}
