import Testing

@testable import Drawing

@Suite struct ColourTests {
    @Test("Black and white have the contrast 21, a colour and itself 1")
    func extremes() {
        #expect(abs(Colour.black.contrast(to: .white) - 21) < 1e-12)
        #expect(Colour(0x5B7083).contrast(to: Colour(0x5B7083)) == 1)
    }

    @Test("Every channel value survives the way to light and back")
    func channels() {
        for value in UInt8.min...UInt8.max { #expect(Colour.channel(Colour.linear(value)) == value) }
    }

    @Test("The published values of OKLab are met: white, red, and blue")
    func published() {
        // Ottosson's own numbers for sRGB's primaries, to three decimals.
        let table: [(UInt32, Double, Double, Double)] = [
            (0xFFFFFF, 1, 0, 0), (0xFF0000, 0.628, 0.225, 0.126), (0x00FF00, 0.866, -0.234, 0.179),
            (0x0000FF, 0.452, -0.032, -0.312),
        ]
        for (hex, lightness, a, b) in table {
            let lab = OKLab(Colour(hex))
            #expect(abs(lab.lightness - lightness) < 6e-4 && abs(lab.a - a) < 6e-4 && abs(lab.b - b) < 6e-4)
        }
    }

    @Test("A colour survives the way to OKLab and back")
    func roundTrip() {
        for hex in stride(from: UInt32(0), to: 0x1000000, by: 0x01_0D05) { #expect(OKLab(Colour(hex)).colour == Colour(hex)) }
    }

    @Test("A colour beyond the screen keeps its lightness and gives way in saturation")
    func gamut() {
        let wanted = OKLab(lightness: 0.5, a: 0.4, b: 0)
        let shown = OKLab(wanted.colour)
        #expect(abs(shown.lightness - 0.5) < 0.01)
        #expect(shown.a < 0.4 && shown.a > 0.1)
    }

    @Test("A colour is written in six digits", arguments: [(UInt32(0x0B6E99), "#0B6E99"), (0x000000, "#000000")])
    func hexadecimal(hex: UInt32, text: String) { #expect(Colour(hex).hexadecimal == text) }
}
