public import Foundation

/// Why something from outside could not be read, or could not be written: one sentence that says where and what to do.
public struct InterchangeError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// The file or folder, as the caller named it; nil where the bytes came from memory.
    public var file: String?
    /// Where in the file: a line, a key, a tensor.
    public var place: String?
    /// What was found, what was expected, and what to do about it.
    public var problem: String

    public init(file: String? = nil, place: String? = nil, _ problem: String) {
        self.file = file
        self.place = place
        self.problem = problem
    }

    public var description: String {
        switch (file, place) {
        case (let file?, let place?): "\(file), \(place): \(problem)."
        case (let file?, nil): "\(file): \(problem)."
        case (nil, let place?): "\(place): \(problem)."
        case (nil, nil): "\(problem)."
        }
    }

    public var errorDescription: String? { description }

    /// The same error with a file and a place where it had none.
    public func at(file: String? = nil, place: String? = nil) -> InterchangeError {
        InterchangeError(file: self.file ?? file, place: self.place ?? place, problem)
    }
}

extension String {
    /// The text between quotation marks, cut where it would drown the sentence that it stands in.
    var quoted: String { count <= 80 ? "\"\(self)\"" : "\"\(prefix(77))…\"" }
}
