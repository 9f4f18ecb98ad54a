internal import Autodiff
public import Foundation
internal import Interchange
internal import Transformer
internal import Tuning

extension TunedModel {
    /// Writes a model folder in which a low-rank adapter has become part of the weights, W + ΔW, or has been taken out of them again,
    /// W − ΔW, which restores them to rounding. The model then needs no adapter, and no time for one.
    ///
    /// - Throws: An error that says why the adapter cannot become part of weights, or why nothing can be written there.
    public func writeMerged(to url: URL, takingOut: Bool = false) throws {
        guard let adapter = method as? any LowRankMethod else {
            throw InterchangeError(
                "\(method.name) cannot be merged: only low-rank changes (LoRA, AdaLoRA) can become part of the weights; virtual tokens "
                    + "have to stand in front of the text, and a base in 4 bits has no room for the change")
        }
        let changed = adapter.lowRankChanges(of: base.model).map(\.weight)
        let merged = parameters.copying(changed)
        if takingOut {
            try adapter.unmerge(from: merged, for: base.model)
        } else {
            try adapter.merge(into: merged, for: base.model)
        }
        try ModelFolder.write(
            base.configuration, tensors: merged.tensors(of: base.model, shapes: base.configuration.shapes),
            tokenizer: base.tokenizer,
            to: url)
    }
}
