/// Checks a scene against the layout rules that a machine can check, with the real measures of the faces.
public struct SceneAudit: Sendable {
    /// A rule that a scene breaks, and where.
    public struct Finding: Hashable, Sendable, CustomStringConvertible {
        public enum Rule: String, CaseIterable, Hashable, Sendable {
            case textOverText, textOverLine, textAcrossEdge, textCovered, outsideCanvas, smallType, lowContrast, undrawable,
                notANumber
            case missingTitle, missingDescription
        }

        public let rule: Rule
        public let place: Rectangle
        public let description: String
    }

    public let measurer: any TextMeasurer
    /// The least distance of text from a line, px as laid out.
    public static let air = 4.0

    public init(measurer: any TextMeasurer) { self.measurer = measurer }

    /// All findings in one theme; none for a scene that keeps the rules.
    public func findings(in scene: Scene, theme: Theme) -> [Finding] {
        var findings: [Finding] = []
        func add(_ rule: Finding.Rule, _ place: Rectangle, _ description: String) {
            findings.append(Finding(rule: rule, place: place, description: description))
        }
        let canvas = Rectangle(size: scene.size)
        if scene.title.allSatisfy({ $0 == " " }) { add(.missingTitle, canvas, "the scene has no title") }
        if scene.description.allSatisfy({ $0 == " " }) { add(.missingDescription, canvas, "the scene has no description") }

        var layers = Layers(measurer: measurer)
        layers.add(scene.elements, at: .zero)
        for text in layers.notNumbers { add(.notANumber, canvas, "\(text) lies at a place that is not a number") }
        for bounds in layers.bounds where !canvas.grown(by: 0.5).contains(bounds) {
            add(.outsideCanvas, bounds, "a shape reaches beyond the canvas: \(Self.text(bounds))")
        }

        let texts = layers.texts
        for (index, text) in texts.enumerated() {
            let run = text.run
            let name = "“\(run.text)” at \(Self.text(text.ink))"
            if let character = measurer.undrawable(in: run.text, font: run.font) {
                add(.undrawable, text.ink, character.description)
            }
            if !canvas.contains(text.ink) { add(.outsideCanvas, text.ink, "\(name) reaches beyond the canvas") }
            let size = run.font.size * scene.magnification
            if size < Font.smallestSize - 0.001 {
                add(.smallType, text.ink, "\(name) is \(NumberFormat.fixed(size, decimals: 1)) px high; the least is 9")
            }
            for other in texts[(index + 1)...] where text.ink.overlaps(other.ink) {
                add(.textOverText, text.ink, "\(name) overlaps “\(other.run.text)” at \(Self.text(other.ink))")
            }
            checkGround(of: text, layers: layers, scene: scene, theme: theme, name: name, add: add)
        }
        return findings
    }

    /// What lies under a text: its contrast to it, edges that cross it, and lines that come too near.
    private func checkGround(
        of text: Layers.Text, layers: Layers, scene: Scene, theme: Theme, name: String,
        add: (Finding.Rule, Rectangle, String) -> Void
    ) {
        let ink = text.ink
        let colour = theme.colour(of: text.run.paint)
        // From the top down: whatever is covered by a plate under the whole text is not seen beside it.
        var isCovered = false
        var grounds: [Paint] = []
        for surface in layers.surfaces.reversed() {
            // What is drawn later lies on the text, not under it.
            let isBelow = surface.order < text.order
            if isCovered, isBelow { break }
            guard surface.bounds.overlaps(ink.grown(by: Self.air)) else { continue }
            if let stroke = surface.stroke {
                let reach = Self.air + stroke.width / 2 - 0.01
                if surface.chords.contains(where: { Segment($0.from, $0.to).touches(ink.grown(by: reach)) }) {
                    add(.textOverLine, ink, "\(name) is less than 4 px from a line")
                }
            }
            guard let fill = surface.fill else { continue }
            let cover = surface.cover(of: ink)
            guard isBelow else {
                if cover != .none { add(.textCovered, ink, "\(name) is covered by a shape drawn after it") }
                continue
            }
            switch cover {
            case .none: break
            case .part:
                grounds.append(fill)
                // A plate in the colour of the ground has no edge to see.
                if theme.colour(of: fill) != theme.colour(of: scene.background ?? .paper) {
                    add(.textAcrossEdge, ink, "\(name) lies across the edge of a shape")
                }
            case .all:
                grounds.append(fill)
                isCovered = true
            }
        }
        if !isCovered, let background = scene.background { grounds.append(background) }
        for ground in grounds {
            let contrast = theme.colour(of: ground).contrast(to: colour)
            if contrast < Theme.textContrast {
                add(
                    .lowContrast, ink,
                    "\(name) has a contrast of \(NumberFormat.fixed(contrast, decimals: 2)) to \(ground.name) in the \(theme.name) theme; 4.5 is the least"
                )
            }
        }
    }

    private static func text(_ r: Rectangle) -> String {
        "(\(Coordinate.text(r.x)), \(Coordinate.text(r.y)), \(Coordinate.text(r.width)) × \(Coordinate.text(r.height)))"
    }
}
