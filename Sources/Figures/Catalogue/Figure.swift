public import Drawing
public import Recordings

/// A figure of the catalogue: a pure function from a recording and options to a scene.
///
/// A figure reads numbers and shows them. It computes none but for display (a cosine, a mean), and gives each of those the
/// derivation that says from which recorded numbers it comes. Before it draws, it checks what it is about to say.
public struct Figure: Sendable {
    /// What the command line calls it: `attention-map`.
    public let id: String
    /// The question it answers.
    public let question: Localised
    public let needs: FigureNeeds
    private let draw: @Sendable (FigureContext) throws -> Sheet

    init(
        id: String, question: Localised, needs: FigureNeeds, draw: @escaping @Sendable (FigureContext) throws -> Sheet
    ) {
        self.id = id
        self.question = question
        self.needs = needs
        self.draw = draw
    }

    /// Draws the figure.
    ///
    /// - Parameters:
    ///   - type: The language, and the measures of the faces.
    /// - Throws: ``FigureError`` if the recording lacks what is shown, or contradicts it, or the width is too narrow for it.
    public func scene(of recording: Recording, options: FigureOptions = FigureOptions(), type: Typesetter) throws(FigureError)
        -> Scene
    {
        do {
            if let lack = try needs.lack(in: recording) { throw FigureError.cannotShow(figure: id, reason: lack) }
            return try PageWidth(options.width).scene(of: id, type: type) { width in
                var options = options
                options.width = width
                var sheet = try draw(FigureContext(figure: id, recording: recording, options: options, type: type))
                sheet.width = width
                sheet.showsTitle = options.showsTitle
                return sheet.scene(type)
            }
        } catch let error as FigureError {
            throw error
        } catch let error as RecordingError {
            throw .recording(error)
        } catch {
            throw .cannotShow(figure: id, reason: "\(error)")
        }
    }
}
