import Drawing
import Experiments
import Foundation
import Recordings
import Testing

@testable import Lessons

/// The test lesson of many runs, run as it is and on a reader's own.
@Suite struct LessonRunTests {
    static func run(
        _ change: (inout LessonOptions) -> Void = { _ in }, data: LessonData? = nil
    ) throws -> (runner: LessonRunner, result: LessonRunner.Result) {
        let lesson = try Lesson(reading: LessonReadingTests.fixtures.appending(path: "01-many-runs"))
        var options = LessonOptions()
        change(&options)
        let runner = try LessonRunner(lesson, options: options, data: data)
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return (runner, try runner.run(recordingTo: folder.appending(path: "recording"), version: "test", language: .en))
    }

    @Test("Every metric is a number with an address in the recording, and every claim holds")
    func asItIs() throws {
        let (runner, result) = try Self.run()
        for verdict in result.verdicts { #expect(verdict.holds, "\(verdict)") }
        #expect(runner.leftOut.isEmpty && result.measurements.count == runner.lesson.measures.count)
        let runs = Set(result.recording.runs.map(\.id))
        for (name, measurement) in result.measurements {
            #expect(measurement.value.isFinite && !measurement.addresses.isEmpty, "\(name)")
            for address in measurement.addresses {
                #expect(runs.contains { address.hasPrefix("\($0)/") || address.hasPrefix("\($0)#") }, "\(name): \(address)")
            }
        }
        let value = { (name: String) in result.measurements[name]?.value ?? .nan }
        #expect(value("prompt-size") == 128 && value("prefix-size") == 256 && value("optimizer") == 1_024)
        #expect(value("triplets") == 2 && value("triplets-after") == 1)
        #expect(value("bases") == 1 && value("all-bases") == 2)
        #expect(value("cosine") > 0.999 && value("top-cosine") < 0.999, "words at the start, moved at the end")
        #expect(value("attended") > 0 && value("attended") < 1 && value("drift") > 0 && value("softmax-share") <= 1)
        #expect(value("weights-left") > 0.125 && value("weights-left") < 1, "4 bits of 32, and what stays in float32")
        #expect(value("allocated") > value("held-weights") && value("backward") > value("forward"))
        // Normally distributed numbers in NF4 are off by about 9 %.
        #expect(value("quantised") > 0.05 && value("quantised") < 0.15)
        #expect(result.measurements["pooled"]?.values.count == 4)
        let pooled = result.measurements["pooled"]?.values ?? []
        #expect(value("spread") == (pooled.max() ?? 0) - (pooled.min() ?? 0))
        // Only the first eight examples are seen in tuning.
        let few = try result.recording.run("prompt-virtual-tokens-1-1").task
        #expect(few.id == "opposite-en.first-8" && few.split("train")?.size == 8 && few.split("train")?.examples?.count == 8)
    }

    @Test("On another model, runs of further models are left out, and what needs them is not judged")
    func otherModel() throws {
        let (runner, result) = try Self.run {
            $0.model = "tiny-world-3x64"
            $0.seedCount = 1
        }
        #expect(runner.leftOut.map(\.run) == ["sizes-model-tiny-world-2x64"])
        let outcomes = Dictionary(uniqueKeysWithValues: result.verdicts.map { ($0.claim, $0.outcome) })
        #expect(outcomes["same-base"] == .holds && outcomes["size"] == .holds && outcomes["prefix-size"] == .holds)
        #expect(outcomes["learned"] == .notJudged && outcomes["two-bases"] == .notJudged)
        #expect(result.measurements["prefix-size"]?.value == 768 && result.measurements["one"]?.values.count == 1)
        #expect(result.measurements["all-bases"] == nil)
    }

    @Test("On data of one's own, its held-out part takes the test split's place, and other tasks are left out")
    func ownData() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let rows = ["hot", "cold", "big", "small"].flatMap { word in ["soup", "tea"].map { "\(word) \($0) =,\(word)" } }
        try Data(("prompt,completion\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: file)
        let data = LessonData(file: file, reading: .init(), heldOut: .share(0.25))
        let (runner, result) = try Self.run({ $0.data = .init(file: "rows.csv", sha256: "0", settings: [:]) }, data: data)
        #expect(runner.leftOut.map(\.run) == ["other-task", "mixed"])
        #expect(
            result.measurements["two"] != nil && result.measurements["pooled"]?.addresses.first?.contains("validation") == true)
        #expect(result.measurements["bare-after"] == nil && result.measurements["chance"] == nil)
        #expect(result.verdicts.filter { $0.outcome == .fails }.isEmpty)
    }
}
