internal import Foundation

/// ln softmax(logits)[token], in float64.
func logProbability(of token: Int32, in logits: ArraySlice<Float>) -> Double {
    let top = Double(logits.max() ?? 0)
    let total = logits.reduce(0.0) { $0 + exp(Double($1) - top) }
    return Double(logits[logits.startIndex + Int(token)]) - top - log(total)
}

func exponential(_ x: Double) -> Double { exp(x) }
