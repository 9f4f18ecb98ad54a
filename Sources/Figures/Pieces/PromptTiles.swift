internal import Drawing

/// Virtual tokens as solid tiles, one each: how a prompt stands in front of a text where its numbers do not matter.
struct PromptTiles {
    let count: Int
    /// The side of a tile, px.
    var side = 10.0
    /// The most tiles that are drawn; of a longer prompt some are left out of the middle.
    var most = 8

    private static let gap = 2.0
    private static let elision = 12.0

    /// The room that the most tiles take, px.
    var widest: Double { Double(most) * (side + Self.gap) - Self.gap }

    func block(_ type: Typesetter) -> Block {
        let shown = count <= most ? Elision(count: count, capacity: most) : Elision(count: count, capacity: most - 1)
        var block = Block(size: Size(width: 0, height: side))
        var x = 0.0
        for rank in shown.shown.indices {
            if rank == shown.gap {
                for dot in 0..<3 {
                    block.elements.append(
                        .circle(at: Point(x: x + 1 + Double(dot) * 4, y: side / 2), radius: 1, fill: .trained))
                }
                x += Self.elision
            }
            block.elements.append(
                .rectangle(Rectangle(x: x, y: 0, width: side, height: side), cornerRadius: 2, fill: .trained))
            x += side + Self.gap
        }
        block.size.width = max(0, x - Self.gap)
        return block
    }
}
