/// A colour as screens show it: sRGB, eight bits a channel. Only themes and colour maps make them; figures name roles.
public struct Colour: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// From 0xRRGGBB.
    init(_ hex: UInt32) {
        self.init(red: UInt8(hex >> 16 & 0xff), green: UInt8(hex >> 8 & 0xff), blue: UInt8(hex & 0xff))
    }

    static let black = Colour(0x000000)
    static let white = Colour(0xffffff)

    /// `#RRGGBB`, in capitals.
    public var hexadecimal: String {
        let digits = Array("0123456789ABCDEF")
        return "#" + [red, green, blue].map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }

    /// Relative luminance, 0 for black and 1 for white (WCAG 2.2, "relative luminance").
    public var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"): text wants 4.5, marks 3.
    public func contrast(to other: Colour) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// The light of a channel, 0 to 1 (IEC 61966-2-1).
    static func linear(_ channel: UInt8) -> Double { lights[Int(channel)] }

    /// The light of every channel value. y^2.4 is y²·⁵√y².
    private static let lights: [Double] = (0...255).map { channel in
        let c = Double(channel) / 255
        guard c > 0.040_45 else { return c / 12.92 }
        let y = (c + 0.055) / 1.055
        return y * y * Elementary.root(y * y, degree: 5)
    }

    /// The channel of a light, the inverse of ``linear(_:)``. x^(1/2.4) is the fifth power of the twelfth root.
    static func channel(_ light: Double) -> UInt8 {
        let x = min(max(light, 0), 1)
        guard x > 0.003_130_8 else { return UInt8((x * 12.92 * 255).rounded()) }
        let r = Elementary.cubeRoot(x.squareRoot().squareRoot())
        return UInt8(((1.055 * r * r * r * r * r - 0.055) * 255).rounded())
    }
}
