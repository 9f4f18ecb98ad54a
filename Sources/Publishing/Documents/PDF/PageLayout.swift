internal import CairoRendering
internal import Drawing

/// Lays out a document's blocks as slabs.
struct PageLayout {
    let type: Typesetter
    let measures: PageType
    /// What a page holds at most.
    let room: Size
    /// A figure's scene no wider than its room; `nil` where the path is none of a figure.
    let figure: (_ path: String, _ width: Double) throws -> Scene?
    private var tables = 0

    init(
        type: Typesetter, measures: PageType, room: Size, figure: @escaping (_ path: String, _ width: Double) throws -> Scene?
    ) {
        self.type = type
        self.measures = measures
        self.room = room
        self.figure = figure
    }

    mutating func slabs(of blocks: [MarkdownBlock], width: Double) throws -> [PageSlab] {
        try blocks.flatMap { try slabs(of: $0, width: width) }
    }

    private mutating func slabs(of block: MarkdownBlock, width: Double) throws -> [PageSlab] {
        switch block {
        case .heading(let level, let text):
            let font = measures.heading(level)
            var slab = stack(
                type.lines(of: spans(text, font: font), width: width, lineHeight: (font.size * 1.35).rounded()), spaceBefore: 0)
            slab.spaceBefore = level == 1 ? 28 : level == 2 ? 30 : 22
            slab.keepsWithNext = true
            slab.headings = [(text.plainText, level)]
            return [slab]
        case .paragraph(let text): return paragraph(text, width: width)
        case .figure(let path, let caption): return try slabs(ofFigure: path, caption: caption, width: width)
        case .list(let start, let isTight, let items): return try list(start, isTight, items, width: width)
        case .quote(let blocks):
            let inner = try slabs(of: blocks, width: width - 20)
            return inner.enumerated().map { index, slab in
                var slab = indented(slab, by: 20)
                // The bar goes on through the room between two slabs.
                let above = index == 0 ? 0 : slab.spaceBefore
                slab.height += above
                slab.spaceBefore -= above
                slab.move(by: Point(x: 0, y: above))
                let bar = Element.rectangle(Rectangle(x: 0, y: 0, width: 3, height: slab.height), fill: .rule)
                slab.layers.insert(layer([bar], Size(width: 3, height: slab.height)), at: 0)
                return slab
            }
        case .code(let text): return code(text, width: width)
        case .table(let alignments, let header, let rows): return table(alignments, header, rows, width: width)
        case .rule:
            let line = Element.line(Point(x: 0, y: 8), Point(x: width, y: 8), Stroke(.rule))
            return [PageSlab(height: 16, spaceBefore: 12, layers: [layer([line], Size(width: width, height: 16))])]
        }
    }

    // MARK: Text

    /// Two lines at least on each side of a page's end.
    private func paragraph(_ text: [MarkdownInline], width: Double) -> [PageSlab] {
        let lines = type.lines(of: spans(text, font: measures.body), width: width, lineHeight: measures.bodyLine)
        guard lines.count > 3 else { return [stack(lines, spaceBefore: 12)] }
        var slabs = [stack(Array(lines[..<2]), spaceBefore: 12)]
        slabs += lines[2..<(lines.count - 2)].map { stack([$0], spaceBefore: 0) }
        slabs.append(stack(Array(lines[(lines.count - 2)...]), spaceBefore: 0))
        return slabs
    }

    private func stack(_ lines: [StyledLine], spaceBefore: Double) -> PageSlab {
        var column = Block(size: .zero)
        var links: [PagedDocument.Link] = []
        for line in lines {
            column.place(line.block, at: Point(x: 0, y: column.height))
            links += line.links.map {
                PagedDocument.Link(area: $0.area.moved(by: Point(x: 0, y: column.height)), address: $0.address)
            }
            column.size.height += line.block.height
            column.size.width = max(column.size.width, line.block.width)
        }
        return PageSlab(
            height: column.height, spaceBefore: spaceBefore, layers: [layer(column.elements, column.size)], links: links)
    }

    private struct Style {
        var font: Font
        var paint = Paint.ink
        var isEmphasised = false
        var address: String?
    }

    private func spans(_ parts: [MarkdownInline], font: Font, paint: Paint = .ink) -> [TextSpan] {
        spans(parts, Style(font: font, paint: paint))
    }

    private func spans(_ parts: [MarkdownInline], _ style: Style) -> [TextSpan] {
        parts.flatMap { part -> [TextSpan] in
            switch part {
            case .text(let text): return marked(text, style)
            case .lineBreak: return [TextSpan("\n", font: style.font)]
            case .code(let text):
                let font = Font(.mono, style.font.weight, size: style.font.size * 0.9)
                return [
                    TextSpan(
                        TextSafety.shown(text), font: font, paint: style.paint, ground: .role(.ink, strength: 0.06),
                        address: style.address)
                ]
            case .emphasis(let parts):
                var inner = style
                inner.isEmphasised = true
                return spans(parts, inner)
            case .strong(let parts):
                var inner = style
                inner.font = inner.font.bold
                return spans(parts, inner)
            case .link(let destination, let parts):
                guard let address = LinkPolicy.outsideDestination(destination) else { return spans(parts, style) }
                var inner = style
                inner.address = address
                inner.paint = .textToken
                return spans(parts, inner)
            }
        }
    }

    /// The text, its verdicts in their colours; what is emphasised slanted, or dotted where it has Chinese characters.
    private func marked(_ text: String, _ style: Style) -> [TextSpan] {
        let isChinese = text.unicodeScalars.contains(where: Script.isChinese)
        let font = style.isEmphasised && !isChinese ? style.font.slanted : style.font
        var result: [TextSpan] = []
        var pending = ""
        func span(_ text: String, _ paint: Paint, _ font: Font) -> TextSpan {
            TextSpan(
                TextSafety.shown(text), font: font, paint: paint, isUnderlined: style.address != nil,
                isDotted: style.isEmphasised && isChinese, address: style.address)
        }
        for character in text {
            guard let mark = VerdictMark.allCases.first(where: { $0.sign == String(character) }) else {
                pending.append(character)
                continue
            }
            if !pending.isEmpty { result.append(span(pending, style.paint, font)) }
            pending = ""
            result.append(span(mark.sign, mark.paint, style.font.bold))
        }
        if !pending.isEmpty { result.append(span(pending, style.paint, font)) }
        return result
    }

    // MARK: Blocks

    private func slabs(ofFigure path: String, caption: [MarkdownInline], width: Double) throws -> [PageSlab] {
        let text = stack(
            type.lines(of: spans(caption, font: measures.caption, paint: .muted), width: width, lineHeight: measures.captionLine),
            spaceBefore: 0)
        // A figure brings a margin, which stands outside the column, so that what is drawn begins where the text does.
        let margin = width == room.width ? Sheet.margin : 0
        guard var scene = try figure(path, width + 2 * margin) else {
            var slab = text
            slab.spaceBefore = 12
            return [slab]
        }
        let gap = margin > 0 ? 0.0 : 8
        let size = scene.size
        scene.magnification = min(1, (width + 2 * margin) / size.width, max(1, room.height - text.height - gap) / size.height)
        var slab = text
        slab.move(by: Point(x: 0, y: scene.drawnSize.height + gap))
        slab.height += scene.drawnSize.height + gap
        let x = ((width - scene.drawnSize.width) / 2).rounded(.down)
        slab.layers.insert(PagedDocument.Layer(scene, at: Point(x: x, y: 0)), at: 0)
        slab.spaceBefore = margin > 0 ? 4 : 20
        return [slab]
    }

    private mutating func list(
        _ start: Int?, _ isTight: Bool, _ items: [[MarkdownBlock]], width: Double
    ) throws -> [PageSlab] {
        let numbers = start.map { first in items.indices.map { "\(first + $0)." } }
        let indent = max(22, (numbers ?? []).map { type.width(of: $0, in: measures.body) + 8 }.max() ?? 0)
        var result: [PageSlab] = []
        for (index, item) in items.enumerated() {
            var slabs = try slabs(of: item, width: width - indent).map { indented($0, by: indent) }
            if slabs.isEmpty { slabs = [PageSlab(height: measures.bodyLine, spaceBefore: 0)] }
            slabs[0].spaceBefore = index == 0 ? 10 : isTight ? 5 : 10
            let baseline = ((measures.bodyLine + measures.body.capitalHeight) / 2).rounded()
            let marker: Element
            if let number = numbers?[index] {
                marker = .text(TextRun(number, at: Point(x: indent - 8, y: baseline), font: measures.body, anchor: .end))
            } else {
                marker = .circle(
                    at: Point(x: indent - 13, y: baseline - measures.body.capitalHeight / 2), radius: 2, fill: .muted)
            }
            slabs[0].layers.append(layer([marker], Size(width: indent, height: measures.bodyLine)))
            result += slabs
        }
        return result
    }

    private func code(_ text: String, width: Double) -> [PageSlab] {
        let padding = 10.0
        var source = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            TextSafety.shown(String($0).replacing("\t", with: "    "))
        }
        if source.last?.isEmpty == true { source.removeLast() }
        let lines = source.flatMap { line in
            type.lines(of: [TextSpan(line, font: measures.code)], width: width - 2 * padding, lineHeight: measures.codeLine)
        }
        return lines.enumerated().map { index, line in
            let (above, below) = (index == 0 ? padding - 2 : 0, index == lines.count - 1 ? padding - 2 : 0)
            var slab = indented(stack([line], spaceBefore: index == 0 ? 12 : 0), by: padding)
            slab.move(by: Point(x: 0, y: above))
            slab.height += above + below
            let ground = Element.rectangle(
                Rectangle(x: 0, y: 0, width: width, height: slab.height), fill: .role(.ink, strength: 0.06))
            slab.layers.insert(layer([ground], Size(width: width, height: slab.height)), at: 0)
            return slab
        }
    }

    // MARK: Tables

    private mutating func table(
        _ alignments: [MarkdownBlock.Alignment], _ header: [[MarkdownInline]], _ rows: [[[MarkdownInline]]], width: Double
    ) -> [PageSlab] {
        let heads = header.map { spans($0, font: measures.table.bold) }
        let cells = rows.map { $0.map { spans($0, font: measures.table) } }
        let spacing = 16.0
        let columns = alignments.count
        guard columns > 0 else { return [] }
        let widths = columnWidths([heads] + cells, columns: columns, width: width - spacing * Double(columns - 1))
        func row(_ cells: [[TextSpan]], rule: Stroke) -> [PageSlab] {
            let laid = (0..<columns).map { column in
                type.lines(
                    of: column < cells.count ? cells[column] : [], width: widths[column], lineHeight: measures.tableLine,
                    alignment: alignments[column].layout)
            }
            let count = laid.map(\.count).max() ?? 0
            // As many lines as a page holds; only a row that is higher than a page makes more than one slab.
            let most = max(1, Int((room.height * 0.8) / measures.tableLine))
            return stride(from: 0, to: count, by: most).map { first in
                let lines = first..<min(first + most, count)
                let height = Double(lines.count) * measures.tableLine + 12
                var slab = PageSlab(height: height, spaceBefore: 0)
                var x = 0.0
                for column in 0..<columns {
                    let part = lines.clamped(to: 0..<laid[column].count)
                    var cell = stack(Array(laid[column][part]), spaceBefore: 0)
                    cell.move(by: Point(x: x, y: 6))
                    slab.layers += cell.layers
                    slab.links += cell.links
                    x += widths[column] + spacing
                }
                let line = Element.line(Point(x: 0, y: height - 0.5), Point(x: width, y: height - 0.5), rule)
                slab.layers.append(layer([line], Size(width: width, height: height)))
                return slab
            }
        }
        tables += 1
        var slabs = row(heads, rule: Stroke(.muted, width: 1))
        slabs[0].spaceBefore = 12
        let head = PageSlab.Head(slabs[0])
        for index in slabs.indices { slabs[index].keepsWithNext = !rows.isEmpty }
        let isRepeated = slabs.count == 1 && slabs[0].height < room.height / 6
        slabs += cells.flatMap { row($0, rule: Stroke(.rule, width: 1)) }.map { slab in
            var slab = slab
            if isRepeated { slab.table = PageSlab.Table(id: tables, head: head) }
            return slab
        }
        return slabs
    }

    /// As wide as the cells ask, or, where that is too much, the widest unbroken part of each column and a share of what is left in
    /// proportion to what it lacks.
    private func columnWidths(_ rows: [[[TextSpan]]], columns: Int, width: Double) -> [Double] {
        var (whole, part) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
        for row in rows {
            for (column, cell) in row.prefix(columns).enumerated() {
                let extent = type.extent(of: cell)
                whole[column] = max(whole[column], extent.whole.rounded(.up))
                part[column] = max(part[column], min(extent.part.rounded(.up), width / 2))
            }
        }
        let (wanted, least) = (whole.reduce(0, +), part.reduce(0, +))
        if wanted <= width { return whole }
        if least >= width { return part.map { $0 * width / least } }
        let share = (width - least) / max(1, wanted - least)
        return zip(part, whole).map { least, wanted in least + max(0, wanted - least) * share }
    }

    // MARK: Parts

    private func indented(_ slab: PageSlab, by distance: Double) -> PageSlab {
        var slab = slab
        slab.move(by: Point(x: distance, y: 0))
        return slab
    }

    private func layer(_ elements: [Element], _ size: Size) -> PagedDocument.Layer {
        let scene = Scene(
            size: size, background: nil, title: "", description: "", language: type.language, elements: elements)
        return PagedDocument.Layer(scene, at: .zero)
    }
}

extension MarkdownBlock.Alignment {
    fileprivate var layout: Drawing.Alignment {
        switch self {
        case .start: .start
        case .centre: .centre
        case .end: .end
        }
    }
}
