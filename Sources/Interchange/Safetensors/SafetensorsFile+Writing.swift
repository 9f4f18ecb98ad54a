public import Foundation

extension SafetensorsFile {
    /// Writes tensors into a file; a file that was there is replaced whole or not at all.
    ///
    /// The same tensors and metadata give the same bytes, those that Hugging Face's library writes.
    ///
    /// - Precondition: No tensor is named `__metadata__`.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to url: URL
    ) throws(InterchangeError) {
        try AtomicFile.write(to: url) { file throws(InterchangeError) in
            try unsafe visit(tensors, metadata: metadata) { bytes throws(InterchangeError) in try unsafe file.write(bytes) }
        }
    }

    /// The file's bytes in memory.
    ///
    /// - Precondition: No tensor is named `__metadata__`.
    public static func serialised(_ tensors: [String: Tensor], metadata: [String: String] = [:]) -> Data {
        var data = Data()
        unsafe visit(tensors, metadata: metadata) { bytes in unsafe data.append(contentsOf: bytes) }
        return data
    }

    /// How large a file of float32 tensors without metadata is, in bytes.
    public static func byteCount(ofFloats shapes: [String: [Int]]) -> Int {
        let layout = SafetensorsLayout(shapes.mapValues { (.float32, $0) }, metadata: [:])
        return shapes.values.reduce(layout.header.count) { $0 + $1.reduce(ElementType.float32.width, *) }
    }

    /// Gives the file's bytes out piece by piece, none of them copied.
    private static func visit<Failure: Error>(
        _ tensors: [String: Tensor], metadata: [String: String], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(tensors[SafetensorsLayout.metadataKey] == nil, "a tensor cannot be named \(SafetensorsLayout.metadataKey)")
        let layout = SafetensorsLayout(tensors.mapValues { ($0.elementType, $0.shape) }, metadata: metadata)
        // As a tensor of bytes the header is lent like the others.
        try unsafe Tensor(uint8: layout.header).withUnsafeBytes(body)
        for name in layout.names {
            guard let tensor = tensors[name] else { continue }
            try unsafe tensor.withUnsafeBytes(body)
        }
    }
}
