/// The outline of a path as the `d` of an SVG path, in few bytes: places relative to the last one, level and upright lines by
/// one number, no letter where it repeats.
///
/// Every place is rounded on its own and then taken relative to the rounded one before it, so that errors do not add up.
package struct SVGPath {
    /// Steps of the raster in a unit of the path: 100 keeps two decimals.
    private let steps: Int

    /// Px, to a hundredth.
    package static let pixels = SVGPath(steps: 100)
    /// Units of a font, which are whole.
    package static let fontUnits = SVGPath(steps: 1)

    private typealias Place = (x: Int, y: Int)

    package func data(_ path: Path) -> String {
        var writer = Writer(steps: steps)
        var start = (x: 0, y: 0)
        var (first, current) = (Point.zero, Point.zero)
        for segment in path.segments {
            let at = writer.at
            defer {
                switch segment {
                case .move(let p): (first, current) = (p, p)
                case .line(let p), .cubic(_, _, let p): current = p
                case .close: current = first
                }
            }
            switch segment {
            case .move(let p):
                start = place(p)
                writer.move(to: start)
            case .line(let p):
                let to = place(p)
                if to.y == at.y {
                    // A line of no length still has round ends.
                    writer.put("h", [to.x - at.x])
                } else if to.x == at.x {
                    writer.put("v", [to.y - at.y])
                } else {
                    writer.put("l", [to.x - at.x, to.y - at.y])
                }
                writer.at = to
            case .cubic(let a, let b, let p):
                if let control = quadratic(current, a, b, p) {
                    let (middle, to) = (place(control), place(p))
                    writer.put("q", [middle.x - at.x, middle.y - at.y, to.x - at.x, to.y - at.y])
                    writer.at = to
                    break
                }
                let (first, second, to) = (place(a), place(b), place(p))
                writer.put(
                    "c", [first.x - at.x, first.y - at.y, second.x - at.x, second.y - at.y, to.x - at.x, to.y - at.y])
                writer.at = to
            case .close:
                writer.close(at: start)
            }
        }
        return writer.text
    }

    /// The control point of the quadratic curve that a cubic one is, as those of TrueType fonts are.
    private func quadratic(_ start: Point, _ a: Point, _ b: Point, _ end: Point) -> Point? {
        let (p, q) = ((a * 3 - start) * 0.5, (b * 3 - end) * 0.5)
        return p.distance(to: q) * Double(steps) < 0.1 ? p : nil
    }

    private func place(_ p: Point) -> Place { (Self.rounded(p.x, steps), Self.rounded(p.y, steps)) }

    static func rounded(_ x: Double, _ steps: Int) -> Int {
        precondition(x.isFinite, "a place in a scene must be a finite number")
        return Int((x * Double(steps)).rounded())
    }

    private struct Writer {
        let steps: Int
        var text = ""
        var at: Place = (0, 0)
        /// The letter that a number without one would continue.
        private var letter: Character = " "

        init(steps: Int) { self.steps = steps }

        mutating func move(to place: Place) {
            if text.isEmpty { put("M", [place.x, place.y]) } else { put("m", [place.x - at.x, place.y - at.y], repeats: false) }
            at = place
        }

        mutating func close(at start: Place) {
            text += "z"
            letter = "z"
            at = start
        }

        mutating func put(_ letter: Character, _ numbers: [Int], repeats: Bool = true) {
            var needsSpace = true
            // Numbers behind those of a move are lines.
            if letter != self.letter || !repeats {
                text.append(letter)
                needsSpace = false
            }
            self.letter = letter
            for number in numbers {
                if needsSpace, number >= 0 { text += " " }
                text += Coordinate.text(number, steps: steps)
                needsSpace = true
            }
        }
    }
}

/// Numbers in SVG, without the digits that say nothing.
package enum Coordinate {
    /// At most two decimals: a hundredth of a px is seen by nobody.
    package static func text(_ x: Double) -> String { text(SVGPath.rounded(x, 100), steps: 100) }

    /// A whole number of hundredths, or of ones.
    static func text(_ n: Int, steps: Int) -> String {
        guard steps == 100 else { return String(n) }
        let hundredths = abs(n)
        var text = hundredths >= 100 || hundredths == 0 ? String(hundredths / 100) : ""
        let rest = hundredths % 100
        if rest > 0 {
            text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        }
        return n < 0 ? "-" + text : text
    }
}
