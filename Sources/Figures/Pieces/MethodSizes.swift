internal import Recordings

extension MethodDescription {
    /// What says how much a method trains, as it is written beside its name: `P = 8`, `r = 4`.
    var sizes: [String] { [virtualTokens.map { "P = \($0)" }, count("rank").map { "r = \($0)" }].compactMap { $0 } }
}
