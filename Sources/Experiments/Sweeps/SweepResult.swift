internal import Foundation
public import Recordings

/// How one run of a sweep went.
public struct SweepResult: Codable, Sendable, Hashable {
    /// What tells the run from all others: SHA-256 of all that decides its numbers, shortened.
    public let id: String
    public let model: String
    public let task: String
    /// Its entry in the sweep.
    public let label: String
    public let method: String
    public let settings: [String: Setting]
    public let learningRate: Double
    public let steps: Int
    public let batchSize: Int
    public let seed: UInt64
    /// Why it has no numbers, such as a loss that stopped being one; `nil` if all went well.
    public let failure: String?
    public let trainedCount: Int
    public let adapterBytes: Int
    /// Of a step, the median, in seconds, while as many runs went on beside it as the sweep was told.
    public let secondsPerStep: Double
    public let splits: [TrainingSummary.Split]

    /// The split that is reported: what was held out until the end, else what choices are made by, else what was trained on.
    public var reported: TrainingSummary.Split? {
        let order: [TaskData.Split] = [.test, .validation, .train]
        return order.lazy.compactMap { split in splits.first { $0.name == split.rawValue } }.first
    }

    static let columns =
        "model,task,label,method,settings,learning_rate,steps,batch_size,seed,trained,adapter_bytes,seconds_per_step,split,rows,"
        + "accuracy_before,accuracy_after,loss_before,loss_after,failure"

    /// A line of the table for each split.
    var csv: [String] {
        let told = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: " ")
        let start = [model, task, label, method, told].map(\.quotedForCSV).joined(separator: ",")
        let numbers = "\(learningRate),\(steps),\(batchSize),\(seed),\(trainedCount),\(adapterBytes),\(secondsPerStep)"
        guard failure == nil else { return ["\(start),\(numbers),,,,,,,\((failure ?? "").quotedForCSV)"] }
        return splits.map { split in
            "\(start),\(numbers),\(split.name),\(split.rows),\(split.accuracyBefore),\(split.accuracyAfter),\(split.lossBefore),"
                + "\(split.lossAfter),"
        }
    }
}

extension Setting {
    /// The value as it is written.
    var text: String {
        switch self {
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): text
        case .flag(let flag): "\(flag)"
        }
    }
}

extension String {
    /// In quotation marks where RFC 4180 asks for them.
    var quotedForCSV: String {
        contains { $0 == "," || $0 == "\"" || $0.isNewline } ? "\"\(replacing("\"", with: "\"\""))\"" : self
    }
}
