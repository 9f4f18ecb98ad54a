import Drawing
import Testing

@Suite struct BlockTests {
    let small = Block(size: Size(width: 10, height: 20)).named("small")
    let large = Block(size: Size(width: 40, height: 30)).named("large")

    @Test("A row is as wide as its blocks and the spacing, and as high as the highest")
    func row() {
        let row = Block.row([small, large], spacing: 8, alignment: .end)
        #expect(row.size == Size(width: 58, height: 30))
        #expect(row.places["small"] == Rectangle(x: 0, y: 10, width: 10, height: 20))
        #expect(row.places["large"] == Rectangle(x: 18, y: 0, width: 40, height: 30))
    }

    @Test("A column is as high as its blocks and the spacing, and as wide as the widest")
    func column() {
        let column = Block.column([small, large], spacing: 4, alignment: .centre)
        #expect(column.size == Size(width: 40, height: 54))
        #expect(column.places["small"] == Rectangle(x: 15, y: 0, width: 10, height: 20))
    }

    @Test("An empty stack has no size")
    func empty() {
        #expect(Block.row([]).size == .zero)
        #expect(Block.column([]).size == .zero)
    }

    @Test("The columns of a grid are as wide as their widest block")
    func grid() {
        let grid = Block.grid([[small, large.named("b")], [large, small.named("d")]], columnSpacing: 2, rowSpacing: 3)
        #expect(grid.size == Size(width: 82, height: 63))
        #expect(grid.places["d"] == Rectangle(x: 42, y: 33, width: 10, height: 20))
    }

    @Test("A flow begins a new line where the width ends")
    func flow() {
        let flow = Block.flow([large, large, small], width: 90, spacing: 8, lineSpacing: 5)
        #expect(flow.size == Size(width: 88, height: 55))
    }

    @Test("Blocks stand in a row where a width has room for it, else in a column")
    func rowOrColumn() {
        let row = Block.rowOrColumn([large, small], width: 58, spacing: 8, lineSpacing: 5)
        let column = Block.rowOrColumn([large, small], width: 57, spacing: 8, lineSpacing: 5)
        #expect(row == Block.row([large, small], spacing: 8))
        #expect(column == Block.column([large, small], spacing: 5))
    }

    @Test("Places are found through every nesting")
    func nesting() {
        let block = Block.column([.space(height: 7), .row([.space(width: 5), small], spacing: 0)], spacing: 0).padded(.all(3))
        #expect(block.places["small"] == Rectangle(x: 8, y: 10, width: 10, height: 20))
    }

    @Test("Blocks on one baseline share it")
    func baselines() {
        let row = Block.row(onBaseline: [english.line("large", font: .title), english.line("small", font: .digits)])
        let origins = texts(in: row).map(\.origin.y)
        #expect(origins.count == 2 && origins[0] == origins[1])
        #expect(row.baseline == origins[0])
    }
}
