internal import Drawing

/// Charts one below the other over one axis.
enum AlignedCharts {
    /// Each place on the x axis is at the same place in all of them, and their titles stand at the left edge.
    static func column(_ charts: [Chart], width room: Double, height: Double, type: Typesetter) -> Block {
        column(charts, width: room, heights: charts.map { _ in height }, type: type)
    }

    /// The same with a height for each.
    static func column(_ charts: [Chart], width room: Double, heights: [Double], type: Typesetter) -> Block {
        let titles = charts.map { type.paragraph($0.y.title, width: room, font: .label, paint: .muted) }
        let charts = charts.map { chart in
            var untitled = chart
            untitled.y.title = ""
            return untitled
        }
        // Margins come from the labels and do not depend on the width, so what the first layout measures holds for the second.
        let plots = zip(charts, heights).map {
            $0.block(type, size: Size(width: room, height: $1)).places["plot"] ?? Rectangle(size: .zero)
        }
        let left = plots.map(\.x).max() ?? 0
        let right = plots.map(\.right).min() ?? room
        return .column(
            charts.indices.map { index in
                let (before, behind) = (left - plots[index].x, plots[index].right - right)
                let chart = charts[index].block(type, size: Size(width: room - before - behind, height: heights[index]))
                return .column([titles[index], chart.padded(Insets(left: before, right: behind))], spacing: 0)
            }, spacing: 20)
    }
}
