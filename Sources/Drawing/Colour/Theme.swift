/// The colours of every role and map on one ground.
public struct Theme: Sendable {
    public enum Name: String, CaseIterable, Sendable { case light, dark }

    public let name: Name
    private let roles: [ColourRole: Colour]
    private let maps: [ColourMap: [Colour]]

    private init(name: Name, roles: [ColourRole: Colour], paper: Colour) {
        self.name = name
        self.roles = roles
        maps = Dictionary(
            uniqueKeysWithValues: ColourMap.allCases.map { ($0, $0.colours(from: paper, isDark: name == .dark)) })
    }

    public static let light = Theme(
        name: .light,
        roles: [
            .paper: Colour(0xFFFFFF), .ink: Colour(0x1B1F24), .frozen: Colour(0x5B7083), .trained: Colour(0xC8500A),
            .gradient: Colour(0xA3327F), .textToken: Colour(0x0B6E99), .key: Colour(0x6A51A3), .value: Colour(0x1B7F5C),
            .good: Colour(0x1B7F5C), .bad: Colour(0xB3261E),
        ], paper: Colour(0xFFFFFF))

    public static let dark = Theme(
        name: .dark,
        roles: [
            .paper: Colour(0x14171C), .ink: Colour(0xE8EAED), .frozen: Colour(0x93A7B8), .trained: Colour(0xFF9A4D),
            .gradient: Colour(0xF08CC8), .textToken: Colour(0x62B8E0), .key: Colour(0xB39DDB), .value: Colour(0x62C9A0),
            .good: Colour(0x62C9A0), .bad: Colour(0xFF8A80),
        ], paper: Colour(0x14171C))

    public static func named(_ name: Name) -> Theme {
        switch name {
        case .light: .light
        case .dark: .dark
        }
    }

    private func full(_ role: ColourRole) -> Colour { roles[role, default: .black] }

    public func colour(of paint: Paint) -> Colour {
        switch paint {
        case .role(let role, let strength):
            guard strength < 1 else { return full(role) }
            return OKLab(full(.paper)).mixed(with: OKLab(full(role)), share: strength).colour
        case .map(let map, let position): return maps[map, default: []][map.step(position)]
        case .legible(let ground): return legible(on: colour(of: ground))
        }
    }

    /// Ink or paper, whichever stands out more; black or white on the few grounds of middle lightness where neither reaches
    /// the contrast that text wants. One of these two always does: (1 + 0.05)/0.05 = 21 ≥ 4.5².
    private func legible(on ground: Colour) -> Colour {
        let best = [full(.ink), full(.paper)].max { $0.contrast(to: ground) < $1.contrast(to: ground) }
        if let best, best.contrast(to: ground) >= Self.textContrast { return best }
        return Colour.white.contrast(to: ground) > Colour.black.contrast(to: ground) ? .white : .black
    }

    /// The contrast that WCAG 2.2 AA asks of text (1.4.3) and of marks (1.4.11).
    public static let textContrast = 4.5
    public static let markContrast = 3.0
}
