import Drawing
import Testing

@testable import CairoRendering

@Suite struct BitmapDifferenceTests {
    private func scene(_ radius: Double, width: Double = 40) -> Scene {
        Scene(
            size: Size(width: width, height: 30), title: "a dot", description: "a dot", language: .en,
            elements: [.circle(at: Point(x: 20, y: 15), radius: radius, fill: .trained)])
    }

    private func bitmap(_ scene: Scene) throws -> Bitmap { try rendering.bitmap(scene, theme: .light, scale: 1) }

    @Test("A PNG file is read to the pixels it was made of", arguments: [true, false])
    func reading(hasGround: Bool) throws {
        var scene = scene(10)
        if !hasGround { scene.background = nil }
        let read = try Bitmap(png: rendering.png(scene, theme: .light, scale: 1))
        let drawn = try bitmap(scene)
        #expect(read.width == drawn.width && read.height == drawn.height && read.hasAlpha == drawn.hasAlpha)
        // Half covered pixels lose their last bits where alpha is multiplied in and out again.
        let largest = zip(read.pixels, drawn.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(hasGround ? largest == 0 : largest <= 2)
    }

    @Test("What is not a whole PNG file is refused")
    func damaged() throws {
        let file = try rendering.png(scene(10), theme: .light, scale: 1)
        #expect(throws: RenderingError.self) { try Bitmap(png: Array(file.prefix(60))) }
        #expect(throws: RenderingError.self) { try Bitmap(png: [1, 2, 3]) }
    }

    @Test("Equal pictures do not differ, others differ where they do")
    func difference() throws {
        let (old, new) = (try bitmap(scene(5)), try bitmap(scene(10)))
        #expect(BitmapDifference(old, old).count == 0)
        #expect(BitmapDifference(old, old).bounds == nil)
        let difference = BitmapDifference(old, new)
        #expect(difference.bounds == Rectangle(x: 10, y: 5, width: 20, height: 20))
        // The ring between the two circles, and its edges.
        #expect((230...330).contains(difference.count))
        #expect(difference.touches(Rectangle(x: 10, y: 14, width: 2, height: 2)))
        #expect(!difference.touches(Rectangle(x: 18, y: 13, width: 4, height: 4)))
        #expect(!difference.touches(Rectangle(x: 0, y: 0, width: 9, height: 30)))
        let picture = try Bitmap(png: difference.picture(scale: 1))
        #expect(picture.width == 40 && picture.height == 30)
    }

    @Test("What only one of two pictures has room for differs")
    func sizes() throws {
        let difference = BitmapDifference(try bitmap(scene(5)), try bitmap(scene(5, width: 44)))
        #expect(difference.count == 4 * 30)
        #expect(difference.bounds == Rectangle(x: 40, y: 0, width: 4, height: 30))
    }
}
