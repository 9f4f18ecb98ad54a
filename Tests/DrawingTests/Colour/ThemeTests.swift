import Testing

@testable import Drawing

@Suite struct ThemeTests {
    static let palette: [(ColourRole, UInt32, UInt32)] = [
        (.paper, 0xFFFFFF, 0x14171C), (.ink, 0x1B1F24, 0xE8EAED), (.frozen, 0x5B7083, 0x93A7B8), (.trained, 0xC8500A, 0xFF9A4D),
        (.gradient, 0xA3327F, 0xF08CC8), (.textToken, 0x0B6E99, 0x62B8E0), (.key, 0x6A51A3, 0xB39DDB),
        (.value, 0x1B7F5C, 0x62C9A0),
        (.good, 0x1B7F5C, 0x62C9A0), (.bad, 0xB3261E, 0xFF8A80),
    ]

    @Test("Each role has the palette's colour in both themes", arguments: palette)
    func roles(role: ColourRole, light: UInt32, dark: UInt32) {
        #expect(Theme.light.colour(of: Paint.role(role, strength: 1)) == Colour(light))
        #expect(Theme.dark.colour(of: Paint.role(role, strength: 1)) == Colour(dark))
    }

    @Test("Every role has an entry in the palette")
    func complete() { #expect(Set(Self.palette.map(\.0)) == Set(ColourRole.allCases)) }

    @Test("Every role reads on paper and on its own tint to WCAG AA", arguments: ColourRole.allCases.filter { $0 != .paper })
    func contrast(role: ColourRole) {
        for theme in [Theme.light, .dark] {
            let colour = theme.colour(of: Paint.role(role, strength: 1))
            #expect(colour.contrast(to: theme.colour(of: Paint.paper)) >= 4.5)
            #expect(colour.contrast(to: theme.colour(of: Paint.tint(role))) >= 3)
            #expect(theme.colour(of: Paint.ink).contrast(to: theme.colour(of: Paint.tint(role))) >= 4.5)
        }
    }

    @Test("Secondary text reads on paper, and grid lines do not call")
    func neutrals() {
        for theme in [Theme.light, .dark] {
            let paper = theme.colour(of: Paint.paper)
            #expect(theme.colour(of: Paint.muted).contrast(to: paper) >= 4.5)
            #expect(theme.colour(of: Paint.rule).contrast(to: paper) < 2)
            #expect(theme.colour(of: Paint.rule) != paper)
        }
    }

    @Test("A legible paint reads on every colour of every map", arguments: ColourMap.allCases)
    func legible(map: ColourMap) {
        for theme in [Theme.light, .dark] {
            for step in 0..<map.steps {
                let share = Double(step) / Double(map.steps - 1)
                let ground = Paint.map(map, position: map == .sequential ? share : share * 2 - 1)
                #expect(theme.colour(of: .legible(on: ground)).contrast(to: theme.colour(of: ground)) >= 4.5)
            }
        }
    }

    @Test("Different paints have different names in a style sheet")
    func names() {
        let paints: [Paint] = [
            .ink, .muted, .rule, .tint(.trained), .trained, .map(.sequential, position: 0.5), .map(.diverging, position: 0.5),
            .legible(on: .trained), .legible(on: .map(.sequential, position: 0.5)),
        ]
        #expect(Set(paints.map(\.name)).count == paints.count)
        #expect(Paint.role(.textToken, strength: 0.125).name == "texttoken-125")
    }
}
