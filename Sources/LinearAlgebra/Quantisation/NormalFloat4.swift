/// The 16 numbers that a 4-bit code stands for, NF4: such that normally distributed weights use each of them about equally often, with
/// an exact 0 and both ends of −1…1 (Dettmers et al. 2023, appendix E).
public enum NormalFloat4 {
    /// Ascending.
    public static let numbers: [Float] = [
        -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
        -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
        0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
    ]

    /// Weights that share a maximum.
    public static let blockSize = 64

    /// For each byte the numbers of its two codes, the high half's first.
    static let pairs: [Float] = (0..<256).flatMap { [numbers[$0 >> 4], numbers[$0 & 15]] }
}
