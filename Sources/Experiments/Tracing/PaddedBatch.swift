internal import Autodiff
internal import Interchange

/// A batch as Hugging Face Transformers takes it: rows padded to one length, a mask that says where tokens are, and labels.
struct PaddedBatch {
    let rowCount: Int
    /// T, padding counted.
    let columnCount: Int
    /// `input_ids`, row by row.
    let ids: [Int32]
    /// `attention_mask`: 1 at tokens.
    let mask: [Int32]
    /// Of each token, the one that should stand there; ``uncounted`` where that is not asked. `nil` without labels.
    let labels: [Int32]?

    static let uncounted: Int32 = -100

    /// Reads `input_ids`, `attention_mask` (all 1 where it is missing) and `labels`, each `[B, T]`.
    ///
    /// - Parameter vocabularySize: V, of which every token and label is one.
    /// - Throws: An error that names the file, the tensor, and the row and column where there is one.
    init(reading file: SafetensorsFile, vocabularySize: Int) throws(InterchangeError) {
        let shape = try file.tensor("input_ids").shape
        guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
            throw InterchangeError(
                file: file.file, place: "tensor \"input_ids\"", "its shape is \(shape), expected [rows, tokens], both from 1")
        }
        (rowCount, columnCount) = (shape[0], shape[1])
        func read(_ name: String) throws(InterchangeError) -> [Int32] {
            let found = try file.tensor(name).shape
            guard found == shape else {
                throw InterchangeError(
                    file: file.file, place: "tensor \"\(name)\"", "its shape is \(found), but that of input_ids is \(shape)")
            }
            return try file.integers(name)
        }
        ids = try read("input_ids")
        mask =
            file.tensors["attention_mask"] == nil
            ? Array(repeating: 1, count: ids.count) : try read("attention_mask")
        labels = file.tensors["labels"] == nil ? nil : try read("labels")
        try check(vocabularySize: vocabularySize, file: file.file)
    }

    private func check(vocabularySize: Int, file: String) throws(InterchangeError) {
        func wrong(_ name: String, _ index: Int, _ problem: String) -> InterchangeError {
            InterchangeError(
                file: file, place: "\(name), row \(index / columnCount), column \(index % columnCount)", problem)
        }
        let vocabulary = Int32(clamping: vocabularySize)
        for index in ids.indices {
            guard mask[index] == 0 || mask[index] == 1 else {
                throw wrong("attention_mask", index, "expected 0 or 1, but found \(mask[index])")
            }
            guard mask[index] == 0 || (0..<vocabulary).contains(ids[index]) else {
                throw wrong("input_ids", index, "the token \(ids[index]) is outside the model's vocabulary of \(vocabularySize)")
            }
            if let label = labels?[index], label != Self.uncounted, !(0..<vocabulary).contains(label) {
                throw wrong(
                    "labels", index,
                    "the label \(label) is outside the model's vocabulary of \(vocabularySize); write -100 where nothing is counted"
                )
            }
        }
        for row in 0..<rowCount where !columns(row).contains(where: { mask[index(row, $0)] == 1 }) {
            throw InterchangeError(file: file, place: "attention_mask, row \(row)", "the row has no token at all; leave it out")
        }
    }

    private func columns(_ row: Int) -> Range<Int> { 0..<columnCount }

    private func index(_ row: Int, _ column: Int) -> Int { row * columnCount + column }

    /// The columns at which a row has tokens.
    func tokenColumns(_ row: Int) -> [Int] { columns(row).filter { mask[index(row, $0)] == 1 } }

    /// Whether a label stands on the first column, where only a virtual token can predict it.
    var asksForFirstColumn: Bool {
        guard let labels else { return false }
        return (0..<rowCount).contains { labels[index($0, 0)] != Self.uncounted }
    }

    /// The rows without their padding.
    ///
    /// - Parameters:
    ///   - virtualTokens: P: positions of the text start behind them.
    ///   - placed: The ids of virtual tokens that have rows of their own in every sequence; empty for none.
    /// - Throws: An error if a label is counted whose prediction nothing makes, or no label is.
    func sequences(
        virtualTokens: Int, placed: [Int32], file: String
    ) throws(InterchangeError) -> [PaddedSequence] {
        var sequences: [PaddedSequence] = []
        for row in 0..<rowCount {
            let columns = tokenColumns(row)
            var targets = [Int32?](repeating: nil, count: placed.count + columns.count)
            var placeOfColumn: [Int: Int] = [:]
            for (place, column) in columns.enumerated() { placeOfColumn[column] = placed.count + place }
            for column in self.columns(row) {
                guard let label = labels?[index(row, column)], label != Self.uncounted else { continue }
                if column == 0 {
                    // Transformers shifts labels by one: without virtual tokens the first is predicted by nothing, and not counted.
                    if !placed.isEmpty { targets[placed.count - 1] = label }
                } else if let before = placeOfColumn[column - 1] {
                    targets[before] = label
                } else {
                    throw InterchangeError(
                        file: file, place: "labels, row \(row), column \(column)",
                        "the label is counted, but the column before it, which predicts it, is masked; write -100 there")
                }
            }
            sequences.append(
                PaddedSequence(
                    ids: placed + columns.map { ids[index(row, $0)] },
                    positions: (0..<placed.count).map(Int32.init) + columns.map { Int32(virtualTokens + $0) },
                    targets: targets))
        }
        if labels != nil, !sequences.contains(where: { $0.targets.contains { $0 != nil } }) {
            throw InterchangeError(
                file: file, place: "tensor \"labels\"", "no label is counted, so that there is no loss; leave the tensor out")
        }
        return sequences
    }
}

/// A row without its padding.
struct PaddedSequence {
    let ids: [Int32]
    let positions: [Int32]
    /// What should follow each token; `nil` where that is not counted.
    let targets: [Int32?]
}

extension Batch {
    mutating func append(_ sequence: PaddedSequence) {
        append(sequence.ids, positions: sequence.positions) { sequence.targets[$0] }
    }
}
