import Drawing
import Testing

@Suite struct CellGridTests {
    @Test(
        "A cell's address is the value's with the recorded indices",
        arguments: [
            (CellAddresses("s120/L0/H1/attn", rows: [3, 7], columns: [0, 9]), 1, 1, "s120/L0/H1/attn[7,9]"),
            (CellAddresses("s1/loss", rows: [], columns: [4]), 0, 0, "s1/loss[4]"),
            (CellAddresses("a", leading: [2], rows: [5], columns: [6]), 0, 0, "a[2,5,6]"),
        ])
    func addresses(addresses: CellAddresses, row: Int, column: Int, expected: String) {
        #expect(addresses.address(row: row, column: column) == expected)
    }

    @Test("A masked cell has no paint, a number that is none is painted as bad")
    func paints() {
        let grid = CellGrid(
            columnStarts: [0, 10, 20], rowStarts: [0], cell: Size(width: 10, height: 10), values: [nil, .nan, 1],
            scale: .sequential(to: 1))
        #expect(grid.paint(row: 0, column: 0) == nil)
        #expect(grid.paint(row: 0, column: 1) == .bad)
        #expect(grid.paint(row: 0, column: 2) == .map(.sequential, position: 1))
    }

    @Test("A scene lists the addresses of groups and cells in the order of drawing")
    func sceneAddresses() {
        let grid = CellGrid(
            columnStarts: [0, 10], rowStarts: [0], cell: Size(width: 10, height: 10), values: [1, 2], scale: .sequential(to: 2),
            addresses: CellAddresses("x", rows: [0], columns: [0, 1]))
        let scene = Scene(
            size: Size(width: 20, height: 10), title: "t", description: "d", language: .en,
            elements: [.group(Group(address: "loss", [.group(Group([.cells(grid)]))]))])
        #expect(scene.addresses == ["loss", "x[0,0]", "x[0,1]"])
    }
}
