/// Where one face is found.
public struct FontFile: Hashable, Sendable {
    /// The name of the face, as its file gives it.
    public let name: String
    public let path: String
    /// The index of the face in a file that holds several.
    public let index: Int
    /// The Debian package that installs it.
    public let package: String

    init(_ name: String, path: String, index: Int = 0, package: String) {
        self.name = name
        self.path = path
        self.index = index
        self.package = package
    }

    static func dejaVu(_ name: String, file: String) -> FontFile {
        FontFile(name, path: "/usr/share/fonts/truetype/dejavu/\(file).ttf", package: "fonts-dejavu-core")
    }

    static func microHei(_ name: String, index: Int) -> FontFile {
        FontFile(name, path: "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", index: index, package: "fonts-wqy-microhei")
    }

    /// The index of the simplified Chinese face in the collections of Noto CJK, which begin with the Japanese and the Korean.
    static func noto(_ name: String, file: String, index: Int) -> FontFile {
        FontFile(name, path: "/usr/share/fonts/opentype/noto/\(file).ttc", index: index, package: "fonts-noto-cjk")
    }
}
