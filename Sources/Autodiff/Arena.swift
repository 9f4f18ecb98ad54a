internal import LinearAlgebra

/// Finds a place for each of many blocks of numbers, so that blocks needed at the same time do not overlap.
///
/// The largest block is placed first, each at the lowest offset that is free over its lifetime: within a few per cent of the
/// best on graphs like ours, and simple.
struct Arena {
    /// What a block is for.
    enum Use: Int {
        /// The value's numbers.
        case value
        /// What computing the value needs meanwhile.
        case scratch
    }

    private struct Block {
        let value: Value
        let use: Use
        let count: Int
        let lifetime: Range<Int>
    }

    private var blocks: [Block] = []
    private(set) var offsets: [Value: Int] = [:]
    private(set) var scratchOffsets: [Value: Int] = [:]

    mutating func request(_ value: Value, _ use: Use = .value, count: Int, lifetime: Range<Int>) {
        let aligned = (count + Storage.alignment - 1) / Storage.alignment * Storage.alignment
        blocks.append(Block(value: value, use: use, count: aligned, lifetime: lifetime))
    }

    /// Fixes the offset of every block and returns how many numbers the arena holds.
    mutating func assignOffsets() -> Int {
        var placed: [(block: Block, offset: Int)] = []
        var total = 0
        let bySize = blocks.sorted {
            ($0.count, $1.value.index, $1.use.rawValue) > ($1.count, $0.value.index, $0.use.rawValue)
        }
        for block in bySize {
            var offset = 0
            let neighbours = placed.filter { $0.block.lifetime.overlaps(block.lifetime) }.sorted { $0.offset < $1.offset }
            for neighbour in neighbours where neighbour.offset < offset + block.count {
                offset = max(offset, neighbour.offset + neighbour.block.count)
            }
            placed.append((block, offset))
            switch block.use {
            case .value: offsets[block.value] = offset
            case .scratch: scratchOffsets[block.value] = offset
            }
            total = max(total, offset + block.count)
        }
        return total
    }
}
