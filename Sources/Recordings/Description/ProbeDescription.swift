/// Something that was measured of a run beside its steps, such as the loss around where training ended, and is kept in a file of its own:
/// `runs/<run>/probes/<id>.safetensors`.
///
/// Its values are located as those of a frame are, at the step of the probe; nothing of them is a part of what a step computes.
public struct ProbeDescription: Codable, Hashable, Sendable {
    /// What was measured, and the name of the file: `landscape`, `quantisation`.
    public var id: String
    /// After how many updates.
    public var step: Int
    /// The parameter or weight that it is about.
    public var subject: ValueName?
    /// Whose examples the probe's batch has: a split's id; `nil` for a probe without a batch.
    public var split: String?
    /// What it holds.
    public var values: [ProbeValueDescription]

    public init(id: String, step: Int, subject: ValueName? = nil, split: String? = nil, values: [ProbeValueDescription]) {
        self.id = id
        self.step = step
        self.subject = subject
        self.split = split
        self.values = values
    }

    public func value(_ name: ValueName) -> ProbeValueDescription? { values.first { $0.name == name } }
}

/// A value of a probe.
public struct ProbeValueDescription: Codable, Hashable, Sendable {
    public var name: ValueName
    /// Rows, then the axes inside a row.
    public var shape: [Int]

    public init(name: ValueName, shape: [Int]) {
        self.name = name
        self.shape = shape
    }

    /// How many numbers it holds.
    public var count: Int { shape.reduce(1, *) }
}

extension ProbeDescription {
    /// The probe of the loss around the end of a run (``LandscapeValue``).
    public static let landscape = "landscape"
    /// The probe of a weight in 4 bits (``QuantisationValue``).
    public static let quantisation = "quantisation"
}

/// The values of a probe of the loss in a plane through the end of a soft prompt's path. The plane's points are
/// centre + x · first direction + y · second direction.
public enum LandscapeValue {
    /// The soft prompt behind the last update, `[P, d]`.
    public static let centre = ValueName("landscape.centre")
    /// Two directions of length 1, at right angles: the first two principal directions of the path, `[2, P, d]`.
    public static let directions = ValueName("landscape.directions")
    /// Where the grid's columns lie along the first direction, ascending, `[columns, 1]`; one of them is 0.
    public static let first = ValueName("landscape.first-coordinates")
    /// Where the grid's rows lie along the second direction, ascending, `[rows, 1]`; one of them is 0.
    public static let second = ValueName("landscape.second-coordinates")
    /// The mean cross-entropy over the probe's batch at every point of the grid, `[rows, columns]`.
    public static let losses = ValueName("landscape.losses")
    /// Where the soft prompt of each step lies in the plane, `[steps + 1, 2]`.
    public static let path = ValueName("landscape.path")
    /// The share of the path's variance along each direction, `[2, 1]`.
    public static let shares = ValueName("landscape.shares")
}

/// The values of a probe of a weight that is held in 4 bits (QLoRA): its first rows, and what became of them.
public enum QuantisationValue {
    /// What the 16 codes stand for, ascending, `[16, 1]`.
    public static let levels = ValueName("quantisation.levels")
    /// The weight in float32, as stored, `[rows, columns]`.
    public static let weights = ValueName("quantisation.weights")
    /// The code of each number, 0 to 15, `[rows, columns]`.
    public static let codes = ValueName("quantisation.codes")
    /// The largest magnitude in each block of 64 numbers, counted row by row, `[blocks, 1]`.
    public static let exactMaxima = ValueName("quantisation.exact-maxima")
    /// The same as it is used, after being quantised in 8 bits itself, `[blocks, 1]`.
    public static let maxima = ValueName("quantisation.maxima")
    /// The numbers that products are taken with: level of the code × maximum of the block, `[rows, columns]`.
    public static let dequantised = ValueName("quantisation.dequantised")
    /// Numbers that share a maximum.
    public static let blockSize = 64
}
