internal import Foundation
internal import Interchange

/// A safetensors file of a recording, mapped: what is not asked for is not read.
struct TensorFile: Sendable {
    private let path: String
    private let file: SafetensorsFile

    init(at url: URL) throws(RecordingError) {
        path = url.path
        do { file = try SafetensorsFile(reading: url) } catch { throw .unreadable(file: url.path, reason: error.problem) }
    }

    /// The names of all tensors, sorted.
    var names: [String] { file.tensors.keys.sorted() }

    /// The shape of a tensor; `nil` if there is none of the name.
    func shape(_ name: String) -> [Int]? { file.tensors[name]?.shape }

    func require(_ name: String, shape: [Int]) throws(RecordingError) {
        guard let found = self.shape(name) else { throw malformed(name, "it is missing") }
        guard found == shape else { throw malformed(name, "its shape is \(found), expected \(shape)") }
    }

    /// All numbers of a float32 tensor, or a range of them.
    func floats(_ name: String, shape: [Int]? = nil, range: Range<Int>? = nil) throws(RecordingError) -> [Float] {
        let tensor = try tensor(name, .float32, shape: shape, range: range)
        do { return try tensor.floats() } catch { throw malformed(name, error.problem) }
    }

    /// All numbers of an int32 tensor, or a range of them.
    func integers(_ name: String, shape: [Int]? = nil, range: Range<Int>? = nil) throws(RecordingError) -> [Int32] {
        let tensor = try tensor(name, .int32, shape: shape, range: range)
        do { return try tensor.integers() } catch { throw malformed(name, error.problem) }
    }

    /// Where each part of a list begins in a flat tensor, and at the end the tensor's length.
    func offsets(ofParts parts: Int, of name: String) throws(RecordingError) -> [Int] {
        guard let shape = shape(name), shape.count == 1 else { throw malformed(name, "a list of numbers was expected") }
        return try offsets(RecordingLayout.offsets(of: name), parts: parts, total: shape[0])
    }

    func offsets(_ name: String, parts: Int, total: Int) throws(RecordingError) -> [Int] {
        let offsets = try integers(name, shape: [parts + 1]).map(Int.init)
        guard offsets.first == 0, offsets.last == total, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw malformed(name, "the offsets do not rise from 0 to \(total)")
        }
        return offsets
    }

    func malformed(_ name: String, _ problem: String) -> RecordingError {
        .malformed(file: path, key: "tensor \(name)", problem: problem)
    }

    private func tensor(
        _ name: String, _ type: ElementType, shape: [Int]?, range: Range<Int>?
    ) throws(RecordingError) -> Tensor {
        guard let whole = file.tensors[name] else { throw malformed(name, "it is missing") }
        guard whole.elementType == type else {
            throw malformed(name, "its numbers are \(whole.elementType.rawValue), expected \(type.rawValue)")
        }
        if let shape, whole.shape != shape { throw malformed(name, "its shape is \(whole.shape), expected \(shape)") }
        guard let range else { return whole }
        guard range.upperBound <= whole.count else { throw malformed(name, "it holds only \(whole.count) numbers") }
        let bytes = whole.bytes
        let start = bytes.startIndex + range.lowerBound * type.width
        do { return try Tensor(type, shape: [range.count], bytes: bytes[start..<(start + range.count * type.width)]) } catch {
            throw malformed(name, error.problem)
        }
    }
}
