public import Drawing

/// Why a scene could not be drawn.
public enum RenderingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A font file is not there.
    case missingFont(name: String, package: String, path: String)
    /// A font file is there and cannot be read as one.
    case unreadableFont(name: String, path: String)
    /// A text has a character without a picture.
    case undrawable(UndrawableCharacter)
    /// The picture would have no area, or more than a picture file can hold.
    case impossibleSize(width: Double, height: Double)
    /// Cairo could not do what it was asked.
    case drawing(status: String, while: String)
    /// zlib could not compress the picture.
    case compression(code: Int)

    public var description: String {
        switch self {
        case .missingFont(let name, let package, let path):
            "The font \(name) is not at \(path): install it with `apt-get install \(package)`."
        case .unreadableFont(let name, let path):
            "The file \(path) cannot be read as the font \(name): reinstall its package."
        case .undrawable(let character): character.description
        case .impossibleSize(let width, let height):
            "A picture of \(NumberFormat.significant(width, digits: 5)) × \(NumberFormat.significant(height, digits: 5)) pixels cannot be drawn: each side must be 1 to 32,767 pixels long."
        case .drawing(let status, let task): "Cairo failed to \(task): \(status)."
        case .compression(let code): "zlib failed to compress the picture with code \(code)."
        }
    }
}
