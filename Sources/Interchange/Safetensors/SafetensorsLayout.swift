internal import Foundation

/// Where each tensor of a safetensors file lies: the file's first bytes, and the order of the rest.
///
/// Bytes are those that Hugging Face's library writes for the same tensors: `__metadata__` first, then the tensors by element
/// type, the widest first, and by name; no spaces but those that pad the header to a multiple of eight.
struct SafetensorsLayout {
    /// The names, in the order of their bytes in the file.
    let names: [String]
    /// The length of the header, as eight bytes, and the header.
    let header: Data

    static let metadataKey = "__metadata__"
    /// Longer headers are refused by every reader.
    static let longestHeader = 100_000_000

    init(_ tensors: [String: (elementType: ElementType, shape: [Int])], metadata: [String: String]) {
        names = tensors.keys.sorted { left, right in
            let (mine, others) = (Self.rank(tensors[left]?.elementType), Self.rank(tensors[right]?.elementType))
            return mine != others ? mine < others : left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        var members: [(String, JSON)] = []
        if !metadata.isEmpty {
            members.append((Self.metadataKey, .object(JSONObject(metadata.map { ($0.key, .string($0.value)) }).sorted)))
        }
        var offset = 0
        for name in names {
            guard let tensor = tensors[name], let size = Tensor.byteCount(tensor.elementType, shape: tensor.shape) else {
                continue
            }
            let description: JSON = [
                "dtype": .string(tensor.elementType.rawValue),
                "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(offset), .integer(offset + size)],
            ]
            members.append((name, description))
            offset += size
        }
        var text = Data(JSON.object(JSONObject(members)).text(.compact).utf8)
        text.append(contentsOf: Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
        header = Data((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }) + text
    }

    /// The order of the element types in a file: the library's, so that wider elements are aligned.
    private static func rank(_ type: ElementType?) -> Int {
        let order: [ElementType] = [
            .int64, .float64, .float32, .int32, .bfloat16, .float16, .int16, .int8, .uint8, .bool,
        ]
        return type.flatMap(order.firstIndex) ?? order.count
    }
}
