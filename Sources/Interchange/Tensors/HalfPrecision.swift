/// Floating-point numbers of 16 bits, widened to float32 exactly.
///
/// Both are written without branches so that the compiler turns a loop over them into vector instructions; the standard
/// library's `Float16` is one call a number on processors that are only known to be x86-64.
enum HalfPrecision {
    /// IEEE 754 binary16.
    @inline(__always)
    static func float32(fromFloat16 bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF) << 13
        let sign = UInt32(bits & 0x8000) << 16
        // The exponent's bias is 15 there and 127 here; multiplying by 2¹¹² moves it, and normalises subnormal numbers too.
        let value = Float(bitPattern: magnitude) * 0x1p112
        // What was infinite or not a number is now 65,536 or more, which no finite binary16 reaches.
        let special: UInt32 = value >= 65_536 ? 0x7F80_0000 : 0
        return Float(bitPattern: value.bitPattern | special | sign)
    }

    /// bfloat16 is the upper half of a float32.
    @inline(__always)
    static func float32(fromBFloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
