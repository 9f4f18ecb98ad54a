public import Drawing
public import Recordings

/// One training step as a series of slides: from the tokens forward to the loss, back through the same rooms, and the update. It shows
/// the numbers of a ``WalkedStep`` and computes none but for display.
public struct Walkthrough {
    /// What the command line calls it.
    public static let id = "walkthrough"
    public static let question = Localised(en: "What happens in one training step, frame by frame?", zhHans: "一个训练步里逐帧发生了什么？")
    /// What a recording must hold.
    public static let needs = Localised(en: "a run with updates", zhHans: "一次有更新步的运行")
    /// The size that slides are laid out in, px; wider and narrower ones are drawn larger and smaller.
    public static let size = Size(width: Sheet.slide, height: 720)
    /// The narrowest slide whose type stays readable, px.
    public static let leastWidth = size.width * Font.smallestSize / Font.digits.size

    private let drawing: ShotDrawing
    private let options: FigureOptions

    /// - Parameter options: Layer, head and example; the width of a slide, at least ``leastWidth``.
    /// - Throws: ``FigureError`` for an option that does not fit; what reading the step throws.
    public init(_ step: any WalkedStep, options: FigureOptions, type: Typesetter) throws {
        let context = FigureContext(figure: Self.id, recording: step.recording, options: options, type: type)
        guard options.width >= Self.leastWidth else {
            throw context.bad(
                "width",
                "a slide's type would fall below 9 px; give at least \(Int(Self.leastWidth))px, or take the filmstrip alone")
        }
        drawing = try ShotDrawing(context, step: step)
        self.options = options
    }

    /// What a recording lacks to be walked through; `nil` if nothing.
    public static func lack(in recording: Recording) -> String? {
        recording.runs.contains { $0.journal.stepCount > 0 && !$0.description.parameters.isEmpty }
            ? nil : "no run of it trains anything"
    }

    public var frameCount: Int { drawing.storyboard.shots.count }

    /// A frame as a slide, counted from 0.
    public func frame(_ index: Int) throws -> Scene {
        var scene = try SlideDrawing(drawing, index: index).scene()
        scene.magnification = options.width / Self.size.width
        return scene
    }

    /// The chosen frames in a grid.
    public func filmstrip() throws -> Scene {
        var sheet = try FilmstripDrawing(drawing).sheet()
        sheet.width = options.width
        sheet.showsTitle = options.showsTitle
        return sheet.scene(drawing.type)
    }
}
