/// Where everything lies in a recording's folder, and what the tensors of its files are called.
///
/// ```
/// recording.json                                structure: model, task, runs
/// SHA256SUMS                                    the hash of every other file, for `sha256sum --check`
/// model/vocabulary.json                         token id → text
/// model/embeddings.safetensors                  the base model's token embeddings
/// graphs/<graph>.json                           what was computed from what
/// runs/<run>/journal.safetensors                every step
/// runs/<run>/checkpoints/step-000120.safetensors   large trained parameters at chosen steps
/// runs/<run>/frames/step-000120.safetensors     every kept value of one step
/// runs/<run>/probes/<probe>.safetensors         what was measured beside the steps
/// ```
///
/// Tensors are named as the values they hold. A list whose length changes from step to step is stored flat, with where each
/// step's part begins under the same name and `.offsets`.
enum RecordingLayout {
    static let description = "recording.json"
    static let checksums = "SHA256SUMS"
    static let vocabulary = "model/vocabulary.json"
    static let embeddings = "model/embeddings.safetensors"

    static func graph(_ id: String) -> String { "graphs/\(id).json" }
    static func journal(_ run: String) -> String { "runs/\(run)/journal.safetensors" }
    static func frame(_ run: String, step: Int) -> String { "runs/\(run)/frames/\(file(ofStep: step))" }
    static func probe(_ run: String, _ id: String) -> String { "runs/\(run)/probes/\(id).safetensors" }
    static func checkpoint(_ run: String, step: Int) -> String { "runs/\(run)/checkpoints/\(file(ofStep: step))" }

    private static func file(ofStep step: Int) -> String {
        let digits = String(step)
        return "step-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).safetensors"
    }

    /// The name of the embeddings within their file.
    static let embeddingsTensor = "transformer.wte.weight"

    static func offsets(of name: String) -> String { "\(name).offsets" }

    /// The tensors that evaluations and their predictions are stored in: one number an evaluation, one row a prediction.
    enum Evaluations {
        static let step = "evaluations.step"
        static let split = "evaluations.split"
        static let loss = "evaluations.loss"
        static let accuracy = "evaluations.accuracy"
        /// Where each evaluation's predictions begin.
        static let predictionOffsets = "predictions.offsets"
        static let example = "predictions.example"
        static let target = "predictions.target"
        static let targetProbability = "predictions.target-probability"
        static let isRight = "predictions.right"
        static let tokens = "predictions.tokens"
        static let probabilities = "predictions.probabilities"
    }

    /// What is wrong with a run's or a graph's id, which is also the name of a file: `nil` for a good one.
    static func flaw(ofID id: String) -> String? {
        let letters = id.unicodeScalars
        let isPlain = { (letter: Unicode.Scalar) in
            ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) || ("0"..."9").contains(letter) || letter == "-"
                || letter == "." || letter == "_" || letter == "+"
        }
        guard let first = letters.first, letters.allSatisfy(isPlain), first != ".", first != "-", letters.count <= 100 else {
            return "\"\(id)\" must consist of letters a–z, digits, - . _ + and begin with a letter or digit"
        }
        if first == "s", letters.count > 1, letters.dropFirst().allSatisfy({ ("0"..."9").contains($0) }) {
            return "\"\(id)\" looks like a step in an address"
        }
        return nil
    }
}
