public import Foundation

/// A file of named tensors in Hugging Face's safetensors format.
///
/// A file is eight bytes for the header's length N, N bytes of JSON that give each tensor's type, shape and place, and the
/// tensors' bytes without gaps. Reading checks all of that, and only then gives tensors out; their numbers stay in the mapped file
/// until they are converted.
///
/// Source: the format's description in the repository huggingface/safetensors; the checks are those of its reader.
public struct SafetensorsFile: Sendable {
    /// What an error names: the file's path.
    public let file: String
    /// Notes that the file carries about itself.
    public let metadata: [String: String]
    /// The tensors by name.
    public let tensors: [String: Tensor]

    /// Opens a file.
    ///
    /// - Throws: An error that names the file, and the tensor where there is one, if the file is damaged or not of the format.
    public init(reading url: URL) throws(InterchangeError) {
        try self.init(parsing: try FileAccess.contents(of: url), file: url.displayPath)
    }

    /// Reads a file's bytes.
    public init(parsing data: Data, file: String) throws(InterchangeError) {
        self.file = file
        do throws(InterchangeError) {
            (metadata, tensors) = try Self.parse(data)
        } catch {
            throw error.at(file: file)
        }
    }

    public var names: [String] { tensors.keys.sorted() }

    /// A tensor that the caller needs.
    ///
    /// - Throws: An error that names the file and what it holds instead.
    public func tensor(_ name: String) throws(InterchangeError) -> Tensor {
        guard let tensor = tensors[name] else {
            let held = names.prefix(5).map(\.quoted).joined(separator: ", ")
            throw InterchangeError(
                file: file,
                "the tensor \(name.quoted) is missing; the file holds \(tensors.count) tensors\(held.isEmpty ? "" : " (\(held)\(tensors.count > 5 ? ", …" : ""))")"
            )
        }
        return tensor
    }

    /// The numbers of a tensor as float32.
    public func floats(_ name: String) throws(InterchangeError) -> [Float] {
        let tensor = try tensor(name)
        do { return try tensor.floats() } catch { throw error.at(file: file, place: "tensor \(name.quoted)") }
    }

    /// The numbers of a tensor as int32.
    public func integers(_ name: String) throws(InterchangeError) -> [Int32] {
        let tensor = try tensor(name)
        do { return try tensor.integers() } catch { throw error.at(file: file, place: "tensor \(name.quoted)") }
    }

    private static func parse(_ data: Data) throws(InterchangeError) -> ([String: String], [String: Tensor]) {
        guard data.count >= 8 else {
            throw InterchangeError(
                "the file ends after \(data.count) bytes, but a safetensors file begins with 8 for its header's length")
        }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsLayout.longestHeader) else {
            throw InterchangeError(
                "the header claims \(length) bytes, more than the \(SafetensorsLayout.longestHeader) allowed; this may not be a safetensors file"
            )
        }
        let bodyStart = 8 + Int(length)
        guard data.count >= bodyStart else {
            throw InterchangeError("the header claims \(length) bytes, but only \(data.count - 8) follow; the file is cut short")
        }
        let header = data[data.startIndex + 8..<data.startIndex + bodyStart]
        guard header.first == UInt8(ascii: "{") else {
            throw InterchangeError("the header does not begin with {; this may not be a safetensors file")
        }
        let json: JSON
        do throws(InterchangeError) {
            json = try JSON(parsing: header)
        } catch {
            throw InterchangeError(place: "header, \(error.place ?? "")", error.problem)
        }
        guard let object = json.object else { throw InterchangeError(place: "header", "expected an object") }
        return try tensors(object, body: data[(data.startIndex + bodyStart)...])
    }

    private static func tensors(
        _ header: JSONObject, body: Data
    ) throws(InterchangeError) -> ([String: String], [String: Tensor]) {
        var metadata: [String: String] = [:]
        var entries: [(name: String, type: ElementType, shape: [Int], range: Range<Int>)] = []
        for member in header.members {
            if member.key == SafetensorsLayout.metadataKey {
                metadata = try notes(member.value)
            } else {
                do throws(InterchangeError) {
                    let entry = try self.entry(member.value)
                    entries.append((member.key, entry.type, entry.shape, entry.range))
                } catch {
                    throw error.at(place: "tensor \(member.key.quoted)")
                }
            }
        }
        // Empty tensors share their start with the one behind them, so the end decides too.
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        var tensors: [String: Tensor] = [:]
        for entry in entries {
            let place = "tensor \(entry.name.quoted)"
            guard entry.range.lowerBound == end else {
                throw InterchangeError(
                    place: place, "its bytes begin at \(entry.range.lowerBound), but the ones before it end at \(end)")
            }
            guard entry.range.upperBound <= body.count else {
                throw InterchangeError(
                    place: place, "its bytes end at \(entry.range.upperBound), but the file has \(body.count); it is cut short")
            }
            end = entry.range.upperBound
            let bytes = body[body.startIndex + entry.range.lowerBound..<body.startIndex + entry.range.upperBound]
            let tensor: Tensor
            do { tensor = try Tensor(entry.type, shape: entry.shape, bytes: bytes) } catch { throw error.at(place: place) }
            guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
                throw InterchangeError(place: place, "another tensor has a name that reads the same; rename one of them")
            }
        }
        guard end == body.count else {
            throw InterchangeError("\(body.count - end) bytes behind the last tensor belong to none")
        }
        return (metadata, tensors)
    }

    private static func notes(_ value: JSON) throws(InterchangeError) -> [String: String] {
        guard let object = value.object else {
            throw InterchangeError(
                place: "header, \(SafetensorsLayout.metadataKey)", "expected an object, but found \(value.kind)")
        }
        var notes: [String: String] = [:]
        for member in object.members {
            guard let text = member.value.string else {
                throw InterchangeError(
                    place: "header, \(SafetensorsLayout.metadataKey)",
                    "the value of \(member.key.quoted) must be a text, but is \(member.value.kind)")
            }
            notes[member.key] = text
        }
        return notes
    }

    private static func entry(
        _ value: JSON
    ) throws(InterchangeError) -> (type: ElementType, shape: [Int], range: Range<Int>) {
        guard let object = value.object else { throw InterchangeError("expected an object, but found \(value.kind)") }
        if let other = object.keys.first(where: { !["dtype", "shape", "data_offsets"].contains($0) }) {
            throw InterchangeError("the key \(other.quoted) is not one of dtype, shape and data_offsets")
        }
        guard let name = object["dtype"]?.string else { throw InterchangeError("dtype is missing or not a text") }
        guard let type = ElementType(rawValue: name) else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw InterchangeError("the element type \(name.quoted) is not supported; convert the file to one of \(known)")
        }
        let shape = try lengths(object["shape"], key: "shape")
        let offsets = try lengths(object["data_offsets"], key: "data_offsets")
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw InterchangeError("data_offsets must be a start and an end that is not before it, but is \(offsets)")
        }
        return (type, shape, offsets[0]..<offsets[1])
    }

    private static func lengths(_ value: JSON?, key: String) throws(InterchangeError) -> [Int] {
        guard let list = value?.array else { throw InterchangeError("\(key) is missing or not a list") }
        var lengths: [Int] = []
        for element in list {
            guard let length = element.integer, length >= 0 else {
                throw InterchangeError("\(key) must hold whole numbers from 0, but holds \(element.kind)")
            }
            lengths.append(length)
        }
        return lengths
    }
}
