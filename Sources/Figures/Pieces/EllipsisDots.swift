internal import Drawing

extension Path {
    /// Three dots side by side: the mark of what is left out.
    ///
    /// - Parameter pitch: From one to the next, px.
    mutating func appendEllipsis(at centre: Point, pitch: Double = 5) {
        for step in -1...1 { append(Path(circleAt: centre + Point(x: Double(step) * pitch, y: 0), radius: 1)) }
    }
}
