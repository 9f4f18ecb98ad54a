internal import CCairo

/// Collects what Cairo writes.
final class ByteSink {
    var bytes: [UInt8] = []

    /// Cairo's callback. `closure` is the sink, unretained: whoever makes a surface with it keeps the sink alive until the
    /// surface is finished.
    static let write: cairo_write_func_t = { closure, data, length in
        guard let closure = unsafe closure, let data = unsafe data else { return CAIRO_STATUS_WRITE_ERROR }
        let sink = unsafe Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
        unsafe sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
        return CAIRO_STATUS_SUCCESS
    }
}
