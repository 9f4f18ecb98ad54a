import Drawing
import Testing

@testable import CairoRendering

@Suite struct FaceTests {
    @Test("An outline's bounds are the ink that the face states")
    func outlines() throws {
        let face = try Face(.dejaVu("DejaVu Sans", file: "DejaVuSans"))
        for character in ["H", "x", "l", "T"] {
            let glyph = try #require(face.shape(character, isChinese: false).first?.glyph)
            let (ink, outline) = (try #require(face.ink(of: glyph)), try #require(face.outline(of: glyph).bounds))
            #expect(abs(ink.x - outline.x) <= 1 && abs(ink.y - outline.y) <= 1)
            #expect(abs(ink.width - outline.width) <= 2 && abs(ink.height - outline.height) <= 2)
        }
    }

    @Test("A collection's faces are told apart by their index")
    func collection() throws {
        let sans = try Face(.microHei("WenQuanYi Micro Hei", index: 0))
        let mono = try Face(.microHei("WenQuanYi Micro Hei Mono", index: 1))
        let width = { (face: Face) in face.shape("ii", isChinese: false).map(\.advance) }
        #expect(width(sans) != width(mono))
    }

    @Test("A space has an advance and no outline")
    func space() throws {
        let face = try Face(.dejaVu("DejaVu Sans", file: "DejaVuSans"))
        let space = try #require(face.shape(" ", isChinese: false).first)
        #expect(space.advance > 0 && face.outline(of: space.glyph).segments.isEmpty && face.ink(of: space.glyph) == nil)
    }
}
