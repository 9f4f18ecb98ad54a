public import Recordings

/// All figures, in the order of the gallery.
public enum FigureCatalogue {
    public static let figures: [Figure] = [
        .softPrompt,
        .prefixTuning,
        .prefixKeyValue,
        .pTuning,
        .promptTuning,
        .computationGraph,
        .filmstrip,
        .methodComparison,
        .tuningLedger,
        .optimizerMemory,
        .attentionMap,
        .attentionCloseUp,
        .prefixShare,
        .attentionDecomposition,
        .gradientFlow,
        .adamAnatomy,
        .embeddingUpdates,
        .embeddingTrajectory,
        .lossLandscape,
        .nearestWords,
        .timeline,
        .lossCurve,
        .combined,
        .taskSwitching,
        .mixedBatch,
        .promptLength,
        .initialisation,
        .modelSize,
        .forgetting,
        .limits,
        .lora,
        .nf4,
        .adalora,
        .prediction,
    ]

    /// A figure by its id.
    ///
    /// - Throws: ``FigureError/unknownFigure(_:near:)``.
    public static func figure(_ id: String) throws(FigureError) -> Figure {
        guard let figure = figures.first(where: { $0.id == id }) else {
            throw .unknownFigure(id, near: NearNames.of(id, among: figures.lazy.map(\.id)))
        }
        return figure
    }

    /// What a recording can show.
    public static func figures(of recording: Recording) throws(RecordingError) -> [Figure] {
        var result: [Figure] = []
        for figure in figures where try figure.needs.lack(in: recording) == nil { result.append(figure) }
        return result
    }
}
