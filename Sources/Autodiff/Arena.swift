internal import LinearAlgebra

/// Finds a place for each of many blocks of numbers, so that blocks needed at the same time do not overlap.
///
/// The largest block is placed first, each at the lowest offset that is free over its lifetime: within a few per cent of the
/// best on graphs like ours, and simple.
struct Arena {
    private struct Block {
        let value: Value
        let count: Int
        let lifetime: Range<Int>
    }

    private var blocks: [Block] = []
    private(set) var offsets: [Value: Int] = [:]

    mutating func request(_ value: Value, count: Int, lifetime: Range<Int>) {
        let aligned = (count + Storage.alignment - 1) / Storage.alignment * Storage.alignment
        blocks.append(Block(value: value, count: aligned, lifetime: lifetime))
    }

    /// Fixes the offset of every block and returns how many numbers the arena holds.
    mutating func assignOffsets() -> Int {
        var placed: [(block: Block, offset: Int)] = []
        var total = 0
        let bySize = blocks.sorted { ($0.count, $1.value.index) > ($1.count, $0.value.index) }
        for block in bySize {
            var offset = 0
            let neighbours = placed.filter { $0.block.lifetime.overlaps(block.lifetime) }.sorted { $0.offset < $1.offset }
            for neighbour in neighbours where neighbour.offset < offset + block.count {
                offset = max(offset, neighbour.offset + neighbour.block.count)
            }
            placed.append((block, offset))
            offsets[block.value] = offset
            total = max(total, offset + block.count)
        }
        return total
    }
}
