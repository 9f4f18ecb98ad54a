import Foundation
import Recordings
import Testing

@Suite("Writing a recording")
struct RecordingWriterTests {
    /// A writer with the graph in place, in a folder of its own.
    private func withWriter(_ body: (RecordingWriter, URL) throws -> Void) throws {
        let folder = try TemporaryFolder()
        let destination = folder.url.appending(path: "recording")
        let writer = try RecordingWriter(at: destination, SmallRecording.description, vocabulary: SmallRecording.vocabulary)
        try writer.add(SmallRecording.graph, as: "prompt-tuning")
        try body(writer, destination)
    }

    @Test("that is broken off leaves nothing, or what was there")
    func brokenOff() throws {
        let folder = try TemporaryFolder()
        let destination = folder.url.appending(path: "recording")
        func breakOff() throws {
            let writer = try RecordingWriter(at: destination, SmallRecording.description, vocabulary: SmallRecording.vocabulary)
            try writer.add(SmallRecording.graph, as: "prompt-tuning")
            try writer.startRun(SmallRecording.run("a")).append(SmallRecording.journalStep(0))
        }
        try breakOff()
        #expect(!FileManager.default.fileExists(atPath: destination.path))
        try SmallRecording().write(to: destination)
        try breakOff()
        #expect(try Recording(opening: destination).runs.map(\.id) == ["prompt-tuning-7"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["recording"])
    }

    @Test("replaces another recording, but nothing else")
    func replaces() throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url.appending(path: "recording"))
        try SmallRecording(runs: ["other"]).write(to: folder.url.appending(path: "recording"))
        #expect(try Recording(opening: folder.url.appending(path: "recording")).runs.map(\.id) == ["other"])
        let precious = folder.url.appending(path: "thesis")
        try FileManager.default.createDirectory(at: precious, withIntermediateDirectories: true)
        try Data("years of work".utf8).write(to: precious.appending(path: "chapter-1"))
        #expect(throws: RecordingError.self) { try SmallRecording().write(to: precious) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: precious.path) == ["chapter-1"])
    }

    @Test("puts long journals aside and together again")
    func longJournal() throws {
        let folder = try TemporaryFolder()
        let writer = try RecordingWriter(at: folder.url, SmallRecording.description, vocabulary: SmallRecording.vocabulary)
        let name = ValueName("prefix")
        let graph = GraphDescription(nodes: [NodeDescription(name: name, shape: RecordedShape(.fixed(40), 100), phase: .forward)])
        try writer.add(graph, as: "long")
        var description = SmallRecording.run("long")
        description.graph = "long"
        description.parameters = [ParameterDescription(name: name, shape: [40, 100], inJournal: true)]
        let run = try writer.startRun(description)
        // 16,000 bytes a step and tensor, so the 256 KiB a tensor may collect are exceeded several times.
        for step in 0..<60 {
            let numbers = (0..<4).map { [SmallRecording.numbers(step * 4 + $0, 4000)] }
            try run.append(
                JournalStep(
                    loss: 0, learningRate: 0, gradientNorm: 0, batch: .empty, parameters: numbers[0], gradients: numbers[1],
                    firstMoments: numbers[2], secondMoments: numbers[3]))
        }
        try run.finish(RunOutcome(parameters: [SmallRecording.numbers(-1, 4000)], weightsSha256: ""))
        try writer.finish()
        let journal = try Recording(opening: folder.url).run("long").journal
        for step in 0..<60 {
            #expect(try journal.parameter(name, atStep: step)?.numbers == SmallRecording.numbers(step * 4, 4000))
            #expect(try journal.secondMoment(of: name, atStep: step)?.numbers == SmallRecording.numbers(step * 4 + 3, 4000))
        }
        #expect(try journal.parameter(name, atStep: 60)?.numbers == SmallRecording.numbers(-1, 4000))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/runs/long") == ["journal.safetensors"])
    }

    static let contradictions: [(String, @Sendable (RecordingWriter) throws -> Void)] = [
        (
            "a vocabulary is too short",
            { _ in
                _ = try RecordingWriter(
                    at: FileManager.default.temporaryDirectory.appending(path: "foreword-unused"), SmallRecording.description,
                    vocabulary: ["one"])
            }
        ),
        ("a run's id would leave the folder", { _ = try $0.startRun(SmallRecording.run("../a")) }),
        ("a run's id looks like a step", { _ = try $0.startRun(SmallRecording.run("s12")) }),
        (
            "a graph was not added",
            {
                var run = SmallRecording.run("a")
                run.graph = "other"
                _ = try $0.startRun(run)
            }
        ),
        (
            "a run is begun before the last was finished",
            {
                _ = try $0.startRun(SmallRecording.run("a"))
                _ = try $0.startRun(SmallRecording.run("b"))
            }
        ),
        (
            "the recording ends before its run",
            {
                _ = try $0.startRun(SmallRecording.run("a"))
                try $0.finish()
            }
        ),
        (
            "a parameter has too few numbers",
            {
                var step = SmallRecording.journalStep(0)
                step.parameters = [[1, 2]]
                try $0.startRun(SmallRecording.run("a")).append(step)
            }
        ),
        (
            "a batch contradicts itself",
            {
                var step = SmallRecording.journalStep(0)
                step.batch.targets = []
                try $0.startRun(SmallRecording.run("a")).append(step)
            }
        ),
        (
            "a frame holds a value that the graph does not know",
            {
                try $0.startRun(SmallRecording.run("a")).writeFrame(
                    step: 0, batch: SmallRecording.batch, values: [("unknown", [1])])
            }
        ),
        (
            "a value has too many rows",
            {
                try $0.startRun(SmallRecording.run("a")).writeFrame(
                    step: 0, batch: SmallRecording.batch, values: [(.tokenEmbeddings, Array(repeating: 0, count: 24))])
            }
        ),
        (
            "a frame lies behind the last step",
            {
                let run = try $0.startRun(SmallRecording.run("a"))
                try run.writeFrame(step: 1, batch: SmallRecording.batch, values: [])
                try run.finish(RunOutcome(parameters: [SmallRecording.numbers(0, 8)], weightsSha256: ""))
            }
        ),
        (
            "an evaluation is of a split that the task does not have",
            {
                try $0.startRun(SmallRecording.run("a")).append(RecordedEvaluation(step: 0, split: "other", loss: 0, accuracy: 0))
            }
        ),
    ]

    @Test("is refused where", arguments: contradictions.map(\.0))
    func contradiction(_ what: String) throws {
        let body = try #require(Self.contradictions.first { $0.0 == what }).1
        try withWriter { writer, _ in
            let error = #expect(throws: RecordingError.self) { try body(writer) }
            guard case .inconsistent? = error else {
                Issue.record("another error: \(error?.description ?? "none")")
                return
            }
        }
    }
}
