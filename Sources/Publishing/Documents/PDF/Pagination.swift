/// Puts slabs on pages.
enum Pagination {
    struct Placed {
        let slab: PageSlab
        /// From the top of the page's text, px.
        let y: Double
    }

    /// - Parameter height: Of the text on a page. No slab is higher, or it stands on a page of its own.
    static func pages(of slabs: [PageSlab], height: Double) -> [[Placed]] {
        var pages: [[Placed]] = [[]]
        var y = 0.0
        var index = 0
        while index < slabs.count {
            // What is kept together: the slabs up to the first that may be the last of a page.
            var end = index + 1
            while end < slabs.count, slabs[end - 1].keepsWithNext { end += 1 }
            var chain = Array(slabs[index..<end])
            let needed = length(of: chain, atTop: pages.last?.isEmpty == true)
            if y + needed > height, pages.last?.isEmpty == false {
                // A chain that no page can hold is broken where it must be.
                if length(of: chain, atTop: true) > height { chain = [slabs[index]] }
                if y + length(of: chain, atTop: false) > height {
                    pages.append([])
                    y = 0
                }
            } else if needed > height {
                chain = [slabs[index]]
            }
            for slab in chain {
                let isTop = pages.last?.isEmpty == true
                if isTop, let table = slab.table, isContinued(table.id, on: pages.dropLast().last) {
                    pages[pages.count - 1].append(Placed(slab: table.head.slab, y: 0))
                    y = table.head.slab.height
                } else if !isTop {
                    y += slab.spaceBefore
                }
                pages[pages.count - 1].append(Placed(slab: slab, y: y))
                y += slab.height
            }
            index += chain.count
        }
        return pages
    }

    private static func length(of chain: [PageSlab], atTop: Bool) -> Double {
        chain.enumerated().reduce(0) { sum, item in
            sum + item.element.height + (item.offset == 0 && atTop ? 0 : item.element.spaceBefore)
        }
    }

    private static func isContinued(_ table: Int, on page: [Placed]?) -> Bool { page?.last?.slab.table?.id == table }
}
