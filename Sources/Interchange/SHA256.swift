internal import COpenSSL

/// A running SHA-256, by OpenSSL's libcrypto, which uses the processor's own instructions for it.
@safe struct SHA256: ~Copyable {
    /// Owned: made at the start, freed at the end, never handed out.
    private let context: OpaquePointer?

    init() {
        unsafe context = EVP_MD_CTX_new()
        _ = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in more bytes; the pointer is used during the call alone.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The 32 bytes of the hash.
    consuming func finish() -> [UInt8] {
        var digest = Array(repeating: UInt8(0), count: 32)
        _ = unsafe digest.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil) }
        return digest
    }
}
