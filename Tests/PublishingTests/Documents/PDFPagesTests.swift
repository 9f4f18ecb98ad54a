import CairoRendering
import Drawing
import Foundation
import Testing

@testable import Publishing

@Suite("A page as PDF")
struct PDFPagesTests {
    static func press(_ language: Language) -> FigurePress { try! FigurePress(language: language, theme: .light) }

    static var figure: DocumentFigure {
        DocumentFigure(path: "a.svg", scene: HTMLPageTests.scene()) { width in
            Scene(
                size: Size(width: width, height: 900), title: "High", description: "d", language: .en,
                elements: [.rectangle(Rectangle(x: 0, y: 0, width: width, height: 900), fill: .frozen)])
        }
    }

    /// Everything that a document can have, often enough to fill pages in every phase of a page.
    static func markdown(_ language: Language) -> String {
        let sentence =
            language == .en
            ? "A soft prompt is *trained*, the model is **frozen**, and `hot = cold` is an example; see [PEFT](https://a.org/it's). "
            : "软提示是*训练*出来的，模型被**冻结**（frozen），`hot = cold` 是一个样例；参见 [PEFT](https://a.org/it's)。"
        let parts = (1...8).map { n in
            """
            ## Part \(n)

            \(String(repeating: sentence, count: n % 7 + 1))

            - \(sentence)
              1. \(sentence)

            > \(sentence)

            | claim | measured |
            |---|--:|
            \((1...(n % 5 + 3)).map { "| \(sentence) | \($0) |" }.joined(separator: "\n"))

            ```
            foreword run 01 --lang zh
            \(n % 3 == 0 ? String(repeating: "wide ", count: 60) : "short")
            ```

            \(n % 4 == 0 ? "![the figure](a.svg)" : "")
            """
        }
        return "# Title\n\n" + parts.joined(separator: "\n\n")
    }

    static func paged(_ markdown: String, _ language: Language) throws -> PagedDocument {
        try PDFPages(document: MarkdownDocument(markdown), type: press(language).type) { path, width in
            path == figure.path ? try figure.sceneInWidth(width) : nil
        }.paged()
    }

    @Test("keeps every part inside its page and above the foot", arguments: Language.allCases)
    func inside(_ language: Language) throws {
        let document = try Self.paged(Self.markdown(language), language)
        let geometry = PageGeometry()
        #expect(document.pages.count > 5)
        let room = Rectangle(
            x: geometry.side - Sheet.margin, y: geometry.top, width: geometry.width + 2 * Sheet.margin, height: geometry.height)
        for page in document.pages {
            // The first layer is the page itself.
            for layer in page.layers.dropFirst() {
                let area = Rectangle(origin: layer.origin, size: layer.scene.drawnSize)
                #expect(room.grown(by: 0.01).contains(area), "\(area)")
            }
            for link in page.links { #expect(room.contains(link.area) && link.address == "https://a.org/it's") }
        }
    }

    @Test("leaves no heading alone at the end of a page", arguments: Language.allCases)
    func headings(_ language: Language) throws {
        let document = try Self.paged(Self.markdown(language), language)
        #expect(document.headings.count == 9)
        for heading in document.headings {
            let below = document.pages[heading.page].layers.dropFirst().filter { $0.origin.y > heading.y + 40 }
            #expect(!below.isEmpty, "\(heading)")
        }
    }

    @Test("draws the head of a table again on the next page, and no other")
    func tables() throws {
        let rows = (1...90).map { "| row \($0) |" }.joined(separator: "\n")
        let document = try Self.paged("| head |\n|---|\n\(rows)", .en)
        func texts(_ page: PagedDocument.Page) -> [String] {
            func texts(_ elements: [Element]) -> [String] {
                elements.flatMap { element -> [String] in
                    switch element {
                    case .text(let run): [run.text]
                    case .group(let group): texts(group.elements)
                    default: []
                    }
                }
            }
            return page.layers.dropFirst().flatMap { texts($0.scene.elements) }
        }
        #expect(document.pages.count >= 3)
        for page in document.pages { #expect(texts(page).filter { $0 == "head" }.count == 1 && texts(page).first == "head") }
        #expect(document.pages.flatMap(texts).filter { $0 != "head" } == (1...90).map { "row \($0)" })
    }

    @Test("keeps a chain together where a page can hold it, and breaks one that no page holds")
    func chains() {
        func slab(_ height: Double, keeps: Bool = false) -> PageSlab {
            PageSlab(height: height, spaceBefore: 10, keepsWithNext: keeps)
        }
        func counts(_ slabs: [PageSlab]) -> [Int] { Pagination.pages(of: slabs, height: 100).map(\.count) }
        #expect(counts([slab(60), slab(20, keeps: true), slab(20)]) == [1, 2])
        #expect(counts([slab(40), slab(20, keeps: true), slab(20)]) == [3])
        #expect(counts([slab(100), slab(100)]) == [1, 1])
        #expect(counts([slab(50, keeps: true), slab(50, keeps: true), slab(50)]) == [1, 1, 1])
        #expect(counts([]) == [0])
    }

    @Test("is the same to the byte every time, with title, bookmarks, links, outlines for text, and no date but the pinned one")
    func bytes() throws {
        func pdf() throws -> Data {
            try DocumentPages.pdf(
                MarkdownDocument(Self.markdown(.zhHans)), figures: [Self.figure], press: Self.press(.zhHans))
        }
        let bytes = try pdf()
        #expect(try bytes == pdf())
        let text = String(decoding: bytes, as: UTF8.self)
        let count = try Self.paged(Self.markdown(.zhHans), .zhHans).pages.count
        #expect(text.contains("/Count \(count)") && text.contains("/Title (Title)") && text.contains("/Title (Part 8)"))
        #expect(text.contains("/URI (https://a.org/it's)"))
        #expect(text.contains("/CreationDate (20000101000000") && !text.contains("/ModDate") && !text.contains("/FontFile"))
    }
}
