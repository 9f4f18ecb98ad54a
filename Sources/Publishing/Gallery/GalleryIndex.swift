internal import CairoRendering
internal import Drawing
internal import Figures
internal import Foundation
internal import Interchange

/// The page that shows the gallery.
struct GalleryIndex {
    let plates: [Gallery.Plate]
    /// The name and the SHA-256 of every font file in use, and the Debian package that installs it.
    private let fonts: [(file: String, hash: String, package: String)]

    init(_ plates: [Gallery.Plate]) throws {
        self.plates = plates
        var known: Set<String> = []
        fonts = try FontLibrary().files.filter { known.insert($0.path).inserted }.map { file in
            let url = URL(filePath: file.path)
            return (url.lastPathComponent, try ContentHash(ofFile: url).hex, file.package)
        }
    }

    var markdown: String {
        """
        # Figures · 图集

        Every figure of the catalogue, drawn from one of the [recordings](recordings) of real runs on the tiny world in this folder.
        `foreword figure NAME --recording DIR` draws each of them from a run of yours.

        目录中的每一幅图，都由本文件夹中某个[记录](recordings)画出，记录来自微型世界上的真实运行。
        用 `foreword figure NAME --recording DIR` 可以从你自己的运行画出同样的图。

        \(plates.map(section).joined(separator: "\n\n"))

        ## How it is kept · 如何维护

        | command | what it does | 作用 |
        |---|---|---|
        | `foreword gallery` | draws all pictures and this page anew | 重画全部图片和本页 |
        | `foreword gallery --check` | compares them with what is drawn now; ends with status 1 where they differ | 与现在画出的结果比较，有差异时以状态 1 结束 |
        | `foreword gallery --review` | writes a page with old, new and difference side by side | 写出并列新旧图与差异的网页 |
        | `foreword gallery --accept NAME` | takes the new pictures of one figure, after someone looked at them | 看过之后，采用某一幅图的新版本 |
        | `foreword gallery --record NAME` | trains again and replaces a recording, or all (other processors give other last bits) | 重新训练并替换一个或全部记录（处理器不同，末位可能不同） |

        What each recording holds is written down in [`Sources/Publishing/Gallery/Recordings`](../Sources/Publishing/Gallery/Recordings).
        各个记录的内容见 [`Sources/Publishing/Gallery/Recordings`](../Sources/Publishing/Gallery/Recordings)。

        Fonts, by the SHA-256 of their files · 字体文件的 SHA-256：

        | file | package | SHA-256 |
        |---|---|---|
        \(fonts.map { "| `\($0.file)` | `\($0.package)` | `\($0.hash)` |" }.joined(separator: "\n"))

        """
    }

    private func section(_ plate: Gallery.Plate) -> String {
        let figure = plate.figure
        let references = GalleryReference.all(of: figure.id)
        func name(_ look: GalleryReference.Look, _ format: FigureFormat) -> String {
            references.first { $0.look == look && $0.format == format }?.fileName ?? ""
        }
        return """
            ## \(figure.id)

            **\(figure.question.en)** · **\(figure.question.zhHans)**

            | English ([SVG](\(name(.englishLight, .svg)))) | 中文 |
            |---|---|
            | ![\(figure.question.en)](\(name(.englishLight, .png))) | ![\(figure.question.zhHans)](\(name(.chineseDark, .svg))) |

            `foreword figure \(figure.id) --recording figures/recordings/\(plate.source)`
            """
    }
}
