internal import Foundation

/// ln softmax(logits)[token], in float64; −∞ of what is no token.
func logProbability(of token: Int32, in logits: ArraySlice<Float>) -> Double {
    guard logits.indices.contains(logits.startIndex + Int(token)) else { return -.infinity }
    let top = Double(logits.max() ?? 0)
    let total = logits.reduce(0.0) { $0 + exp(Double($1) - top) }
    return Double(logits[logits.startIndex + Int(token)]) - top - log(total)
}

/// The probabilities of some tokens, from their logarithms.
func probabilities(_ logarithms: [Double]) -> [Float] { logarithms.map { Float(exp($0)) } }

/// The token of the highest logit; of equals, the one with the lowest id.
func likeliest(_ logits: ArraySlice<Float>) -> Int32 {
    var best = logits.startIndex
    for place in logits.indices where logits[place] > logits[best] { best = place }
    return Int32(best - logits.startIndex)
}

/// The `count` tokens of the highest logits, with their probabilities.
func likeliest(_ count: Int, in logits: ArraySlice<Float>) -> [Evaluation.Candidate] {
    guard count > 0 else { return [] }
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    return order.prefix(count).map { place in
        let token = Int32(place - logits.startIndex)
        return Evaluation.Candidate(token: token, probability: Float(exp(logProbability(of: token, in: logits))))
    }
}

/// eˣ, of the C library.
func exponential(_ x: Double) -> Double { exp(x) }
