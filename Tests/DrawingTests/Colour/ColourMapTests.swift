import Testing

@testable import Drawing

@Suite struct ColourMapTests {
    /// The colours of a map in a theme, from low to high.
    func colours(_ map: ColourMap, _ theme: Theme) -> [Colour] {
        (0..<map.steps).map { step in
            let share = Double(step) / Double(map.steps - 1)
            return theme.colour(of: .map(map, position: map == .sequential ? share : share * 2 - 1))
        }
    }

    @Test("The sequential map's lightness changes by even steps, from paper", arguments: [Theme.Name.light, .dark])
    func sequentialIsEven(name: Theme.Name) {
        let theme = Theme.named(name)
        let lightness = colours(.sequential, theme).map { OKLab($0).lightness }
        #expect(colours(.sequential, theme)[0] == theme.colour(of: Paint.paper))
        let step = (lightness[255] - lightness[0]) / 255
        #expect(abs(step) > 0.6 / 255)
        // Eight bits a channel cannot hold a lightness more exactly than to about this.
        for (index, value) in lightness.enumerated() { #expect(abs(value - lightness[0] - Double(index) * step) < 0.004) }
    }

    @Test(
        "The diverging map has paper in its middle and equal lightness at equal distance", arguments: [Theme.Name.light, .dark])
    func divergingIsSymmetric(name: Theme.Name) {
        let theme = Theme.named(name)
        let all = colours(.diverging, theme)
        #expect(all[255] == theme.colour(of: Paint.paper))
        for distance in 1...255 {
            let (low, high) = (OKLab(all[255 - distance]), OKLab(all[255 + distance]))
            #expect(abs(low.lightness - high.lightness) < 0.008)
            #expect(low.b <= high.b)
        }
        // Blue below, orange above.
        #expect(all[0].blue > all[0].red && all[510].red > all[510].blue)
    }

    @Test("Neighbouring numbers in greyscale are told apart over the whole sequential map", arguments: [Theme.Name.light, .dark])
    func greyscale(name: Theme.Name) {
        let luminance = stride(from: 0, to: 256, by: 15).map { colours(.sequential, .named(name))[$0].luminance }
        let ordered = name == .light ? luminance.reversed() : luminance
        for (darker, lighter) in zip(ordered, ordered.dropFirst()) { #expect((lighter + 0.05) / (darker + 0.05) > 1.05) }
    }

    @Test(
        "Numbers find their place on a scale, beyond its ends the end's colour",
        arguments: [
            (ColourScale.sequential(to: 2), 1.0, Paint.map(.sequential, position: 0.5)),
            (.sequential(from: 1, to: 3), 1, .map(.sequential, position: 0)),
            (.diverging(magnitude: 4), -2, .map(.diverging, position: -0.5)),
            (.diverging(magnitude: 0), 0, .map(.diverging, position: 0)),
            (.sequential(to: 0), 0, .map(.sequential, position: 0)),
        ])
    func places(scale: ColourScale, value: Double, paint: Paint) { #expect(scale.paint(for: value) == paint) }

    @Test(
        "Places beyond a map's ends, infinities among them, take the end's step",
        arguments: [
            (ColourMap.sequential, -0.1, 0), (.sequential, 1.5, 255), (.sequential, .infinity, 255), (.diverging, -.infinity, 0),
            (.diverging, 0, 255),
        ])
    func ends(map: ColourMap, position: Double, step: Int) { #expect(map.step(position) == step) }

    @Test("A scale that covers numbers reaches the largest magnitude and ignores what is no number")
    func covering() {
        #expect(ColourScale.diverging(covering: [0.5, -2, .nan]).upper == 2)
        #expect(ColourScale.diverging(covering: [0.5, -2, .nan]).lower == -2)
        #expect(ColourScale.sequential(covering: [0.5, .infinity]).upper == 0.5)
    }
}
