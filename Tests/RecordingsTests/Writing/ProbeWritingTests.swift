import Foundation
import Recordings
import Testing

@Suite("Writing what was measured beside the steps")
struct ProbeWritingTests {
    private static let probe = ProbeDescription(
        id: "landscape", step: 1, subject: .softPrompt, split: "held-out",
        values: [ProbeValueDescription(name: "landscape.losses", shape: [2, 3])])

    private func withRun(_ body: (RunWriter, RecordingWriter, URL) throws -> Void) throws {
        let folder = try TemporaryFolder()
        let destination = folder.url.appending(path: "recording")
        let writer = try RecordingWriter(at: destination, SmallRecording.description, vocabulary: SmallRecording.vocabulary)
        try writer.add(SmallRecording.graph, as: "prompt-tuning")
        let run = try writer.startRun(SmallRecording.run("a"))
        for step in 0..<2 { try run.append(SmallRecording.journalStep(step)) }
        try body(run, writer, destination)
    }

    private static let memory = RunMemory(
        baseWeights: 1, addedWeights: 2, optimizer: 3, gradients: 4, activations: 5, total: 15)

    private func finish(_ run: RunWriter, _ writer: RecordingWriter) throws {
        try run.finish(
            RunOutcome(
                parameters: [SmallRecording.numbers(4, 8)], weightsSha256: String(repeating: "a", count: 64),
                seconds: RunSeconds(total: 2, step: 0.5), memory: Self.memory))
        try writer.finish()
    }

    @Test("gives it back, and finds it by its address, also after runs were joined")
    func roundTrip() throws {
        try withRun { run, writer, destination in
            let numbers = SmallRecording.numbers(9, 6)
            try run.writeProbe(Self.probe, batch: SmallRecording.batch, numbers: [numbers])
            try finish(run, writer)
            let joined = destination.deletingLastPathComponent().appending(path: "joined")
            try Recording.join([Recording(opening: destination)], at: joined)
            for folder in [destination, joined] {
                let recording = try Recording(opening: folder)
                let probe = try #require(try recording.run("a").probe("landscape"))
                #expect(probe.description == Self.probe)
                #expect(try probe.value("landscape.losses").numbers == numbers)
                #expect(try probe.batch() == SmallRecording.batch)
                #expect(try recording.locate("a/s1/landscape.losses[1,2]").numbers == [numbers[5]])
                #expect(recording.runs[0].description.memory == Self.memory)
                #expect(try recording.run("a").probe("quantisation") == nil)
            }
        }
    }

    @Test("says at which step there is what was asked for at another")
    func otherStep() throws {
        try withRun { run, writer, destination in
            try run.writeProbe(Self.probe, batch: SmallRecording.batch, numbers: [SmallRecording.numbers(9, 6)])
            try finish(run, writer)
            let recording = try Recording(opening: destination)
            let error = #expect(throws: RecordingError.self) { try recording.locate("a/s0/landscape.losses") }
            #expect(error?.description.contains("but at 1") == true, "\(error?.description ?? "none")")
        }
    }

    @Test("refuses numbers, batches and names that do not fit")
    func refused() throws {
        try withRun { run, _, _ in
            let numbers = [SmallRecording.numbers(9, 6)]
            #expect(throws: RecordingError.self) { try run.writeProbe(Self.probe, batch: SmallRecording.batch, numbers: [[1]]) }
            #expect(throws: RecordingError.self) { try run.writeProbe(Self.probe, numbers: numbers) }
            var other = Self.probe
            other.id = "../up"
            #expect(throws: RecordingError.self) { try run.writeProbe(other, batch: SmallRecording.batch, numbers: numbers) }
            other = Self.probe
            other.split = "unheard-of"
            #expect(throws: RecordingError.self) { try run.writeProbe(other, batch: SmallRecording.batch, numbers: numbers) }
            try run.writeProbe(Self.probe, batch: SmallRecording.batch, numbers: numbers)
            #expect(throws: RecordingError.self) { try run.writeProbe(Self.probe, batch: SmallRecording.batch, numbers: numbers) }
        }
    }

    @Test("finds what was measured of the run as a whole at every step, and nothing where it was not")
    func measured() throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        let recording = try Recording(opening: folder.url)
        #expect(try recording.locate("s0/measured/trained-numbers").numbers == [40])
        #expect(try recording.locate("s3/measured/adapter-bytes").numbers == [96])
        #expect(throws: RecordingError.self) { try recording.locate("s0/measured/memory.total") }
    }
}
