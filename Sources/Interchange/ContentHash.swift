public import Foundation

/// A SHA-256 (FIPS 180-4) of content, by which a model, a file or a folder is recognised.
public struct ContentHash: Hashable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits, as `sha256sum` prints them.
    public let hex: String

    public var description: String { hex }

    private init(_ digest: [UInt8]) {
        hex = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// A hash that was written down.
    ///
    /// - Returns: nil if the text is not 64 lower-case hexadecimal digits.
    public init?(hex: String) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        self.hex = hex
    }

    /// The hash of bytes.
    public init(of bytes: some DataProtocol) {
        var hash = SHA256()
        for region in bytes.regions { unsafe region.withUnsafeBytes { unsafe hash.update($0) } }
        self.init(hash.finish())
    }

    /// The hash of a text's UTF-8.
    public init(of text: String) { self.init(of: Array(text.utf8)) }

    /// The hash of a file, read in pieces of a quarter of a megabyte.
    ///
    /// - Throws: An error that names the file if it cannot be read.
    public init(ofFile url: URL) throws(InterchangeError) {
        // A `FileHandle` would read in pieces of 4 kB, whatever it is asked for: the system's calls took longer than the hash.
        guard let file = InputStream(url: url) else { throw InterchangeError(file: url.displayPath, "there is no such file") }
        file.open()
        defer { file.close() }
        var hash = SHA256()
        var piece = Array(repeating: UInt8(0), count: 1 << 18)
        var count = 0
        repeat {
            // The array is lent for the calls alone, and holds as many bytes as may be read.
            unsafe piece.withUnsafeMutableBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                count = unsafe file.read(start, maxLength: bytes.count)
                if count > 0 { unsafe hash.update(UnsafeRawBufferPointer(start: start, count: count)) }
            }
        } while count > 0
        guard count == 0 else {
            let reason = file.streamError.map { FileAccess.reason($0) } ?? "an unknown error"
            throw InterchangeError(file: url.displayPath, "the file cannot be read (\(reason))")
        }
        self.init(hash.finish())
    }

    /// The hash of a model's weights: that of the safetensors file which holds them as float32 in canonical form, with the metadata
    /// `{"format":"pt"}` and nothing else.
    ///
    /// So `sha256sum model.safetensors` prints it for a float32 model that ``ModelFolder`` wrote, and for one that Hugging Face's
    /// `save_pretrained` wrote in one file (which adds the same metadata: earlier versions of its reader ask for it). Weights in half
    /// precision have the hash of the float32 numbers that they stand for. Memory: one tensor's numbers at a time, none for float32.
    ///
    /// - Throws: An error that names the tensor whose elements are not floating-point numbers.
    public init(ofWeights tensors: [String: Tensor]) throws(InterchangeError) {
        let layout = SafetensorsLayout(
            tensors.mapValues { (.float32, $0.shape) }, metadata: SafetensorsFile.weightsMetadata)
        var hash = SHA256()
        unsafe layout.header.withUnsafeBytes { unsafe hash.update($0) }
        for name in layout.names {
            guard let tensor = tensors[name] else { continue }
            do throws(InterchangeError) {
                let wide = tensor.elementType == .float32 ? tensor : Tensor(try tensor.floats(), shape: tensor.shape)
                // The bytes are lent for the call alone.
                unsafe wide.withUnsafeBytes { bytes in unsafe hash.update(bytes) }
            } catch {
                throw error.at(place: "tensor \(name.quoted)")
            }
        }
        self.init(hash.finish())
    }
}

extension SafetensorsFile {
    /// The metadata of a file of weights, by which Hugging Face's readers know its framework.
    public static let weightsMetadata = ["format": "pt"]
}
