internal import Drawing

/// A frozen model as an upright bar that the rows of a drawing pass, its words on a plate below a lock.
enum FrozenBar {
    /// - Parameter words: Lines that read upwards.
    static func add(_ words: Block, in box: Rectangle, to block: inout Block) {
        block.elements.append(
            .rectangle(
                box.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen),
                hatch: Hatch(.role(.frozen, strength: 0.35), spacing: 6), stroke: Stroke(.frozen)))
        let width = words.width + 3
        let plate = Rectangle(
            x: box.centre.x - width / 2, y: (box.centre.y - words.height / 2 - 28).rounded(), width: width,
            height: words.height + 40)
        block.elements.append(.rectangle(plate, cornerRadius: 3, fill: .paper))
        block.place(words, at: Point(x: (box.centre.x - words.width / 2).rounded(), y: plate.y + 28))
        block.place(Badge.lock.block(), at: Point(x: (box.centre.x - 7).rounded(), y: plate.y + 8))
    }
}
