/// A colour by how it is seen: lightness 0 to 1, and two axes green–red and blue–yellow.
///
/// Source: Björn Ottosson, "A perceptual color space for image processing" (2020), the matrices of its section
/// "Converting from linear sRGB to OKLab".
struct OKLab: Equatable, Sendable {
    var lightness: Double
    var a: Double
    var b: Double

    init(lightness: Double, a: Double, b: Double) {
        self.lightness = lightness
        self.a = a
        self.b = b
    }

    init(_ colour: Colour) {
        let (r, g, b) = (Colour.linear(colour.red), Colour.linear(colour.green), Colour.linear(colour.blue))
        let l = Elementary.cubeRoot(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b)
        let m = Elementary.cubeRoot(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b)
        let s = Elementary.cubeRoot(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b)
        self.init(
            lightness: 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            a: 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            b: 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s)
    }

    /// Red, green and blue light; outside 0…1 where a screen cannot show the colour.
    private var light: (Double, Double, Double) {
        let l = lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b
        let m = lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b
        let s = lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b
        let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
        return (
            4.076_741_662_1 * l3 - 3.307_711_591_3 * m3 + 0.230_969_929_2 * s3,
            -1.268_438_004_6 * l3 + 2.609_757_401_1 * m3 - 0.341_319_396_5 * s3,
            -0.004_196_086_3 * l3 - 0.703_418_614_7 * m3 + 1.707_614_701_0 * s3
        )
    }

    private var isShowable: Bool {
        let (r, g, b) = light
        return [r, g, b].allSatisfy { $0 >= -0.000_1 && $0 <= 1.000_1 }
    }

    /// The nearest colour of a screen with the same lightness and hue: saturation gives way, lightness never does.
    var colour: Colour {
        var shown = self
        if !isShowable {
            var (low, high) = (0.0, 1.0)
            for _ in 0..<24 {
                let middle = (low + high) / 2
                if OKLab(lightness: lightness, a: a * middle, b: b * middle).isShowable { low = middle } else { high = middle }
            }
            shown = OKLab(lightness: lightness, a: a * low, b: b * low)
        }
        let (r, g, b) = shown.light
        return Colour(red: Colour.channel(r), green: Colour.channel(g), blue: Colour.channel(b))
    }

    /// The colour `share` of the way to another, as the eye divides the way.
    func mixed(with other: OKLab, share: Double) -> OKLab {
        OKLab(
            lightness: lightness + (other.lightness - lightness) * share, a: a + (other.a - a) * share,
            b: b + (other.b - b) * share)
    }
}
