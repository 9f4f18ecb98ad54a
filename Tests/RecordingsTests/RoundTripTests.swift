import Foundation
import Recordings
import Testing

@Suite("A recording that is written and read")
struct RoundTripTests {
    let folder: URL
    let recording: Recording

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try SmallRecording(runs: ["prompt-tuning-7", "prompt-tuning-8"]).write(to: folder)
        recording = try Recording(opening: folder)
    }

    private func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    @Test("says of itself what it was told")
    func description() throws {
        defer { removeFolder() }
        var expected = SmallRecording.run("prompt-tuning-7")
        let run = try recording.run("prompt-tuning-7")
        #expect(run.description.frames.map(\.step) == [0, 3, 4])
        #expect(run.description.frames.map(\.phases) == [[.forward, .backward], [.forward, .backward], [.forward]])
        #expect(run.description.frames.last?.split == "held-out")
        #expect(run.description.weightsSha256.before == run.description.weightsSha256.after)
        expected.frames = run.description.frames
        expected.checkpoints = [4]
        expected.weightsSha256 = run.description.weightsSha256
        expected.adapterBytes = 96
        expected.seconds = RunSeconds(total: 0.5, step: 0.01)
        #expect(run.description == expected)
        #expect(recording.description.model == SmallRecording.description.model)
        #expect(recording.description.task == SmallRecording.description.task)
        #expect(try recording.vocabulary() == SmallRecording.vocabulary)
        #expect(try recording.vocabularyEmbeddings()?.numbers == SmallRecording.embeddings)
        #expect(try run.graph() == SmallRecording.graph)
        #expect(run.description.trainedCount == 40)
        #expect(run.description.method.virtualTokens == 2)
    }

    @Test("keeps every step of the journal bit for bit")
    func journal() throws {
        defer { removeFolder() }
        let journal = try recording.run("prompt-tuning-8").journal
        #expect(journal.stepCount == 4)
        for step in 0..<4 {
            let expected = SmallRecording.journalStep(step)
            #expect(journal.losses[step] == expected.loss)
            #expect(journal.gradientNorms[step] == expected.gradientNorm)
            #expect(try journal.batch(atStep: step) == expected.batch)
            #expect(try journal.parameter(.softPrompt, atStep: step)?.numbers == expected.parameters[0])
            #expect(try journal.gradient(of: .softPrompt, atStep: step)?.numbers == expected.gradients[0])
            #expect(try journal.firstMoment(of: .softPrompt, atStep: step)?.numbers == expected.firstMoments[0])
            #expect(try journal.secondMoment(of: .softPrompt, atStep: step)?.numbers == expected.secondMoments[0])
        }
        #expect(try journal.parameter(.softPrompt, atStep: 4)?.numbers == SmallRecording.numbers(4, 8))
        #expect(try journal.parameter("transformer.wpe.weight", atStep: 0) == nil)
        #expect(journal.evaluations == SmallRecording.evaluations)
        #expect(journal.evaluations(ofSplit: "held-out").map(\.accuracy) == [0.25, 0.5])
    }

    @Test("gives the values of a frame by name, with their rows and axes")
    func frame() throws {
        defer { removeFolder() }
        let frame = try #require(try recording.run("prompt-tuning-7").frame(step: 0))
        #expect(frame.batch == SmallRecording.batch)
        #expect(frame.names == SmallRecording.graph.nodes.map(\.name))
        let weights = try frame.value(.attentionWeights(layer: 0))
        #expect(weights.shape == RecordedShape(.tokens, 2, 5))
        #expect(weights.rowCount == 5)
        #expect(weights[3, 1, 4] == SmallRecording.number(20, 3 * 10 + 1 * 5 + 4))
        #expect(weights.rows(ofSequence: 1) == 3..<5)
        #expect(try frame.value(.tokenLosses).rows(ofSequence: 1) == 1..<2)
        #expect(try frame.value(.softPrompt).rows(ofSequence: 1) == 0..<2)
        #expect(weights.matrix(ofSequence: 1).map(\.count) == [10, 10])
        #expect(try recording.run("prompt-tuning-7").frame(step: 1) == nil)
    }

    @Test("gives large parameters from checkpoints")
    func checkpoint() throws {
        defer { removeFolder() }
        let run = try recording.run("prompt-tuning-7")
        let name = ValueName("transformer.wpe.weight")
        #expect(try run.checkpoint(name, atStep: 4)?.numbers == SmallRecording.numbers(55, 32))
        #expect(try run.checkpoint(name.firstMoment, atStep: 4)?.numbers == SmallRecording.numbers(56, 32))
        #expect(try run.checkpoint(name, atStep: 3) == nil)
        #expect(throws: RecordingError.self) { try run.checkpoint("transformer.wte.weight", atStep: 4) }
    }

    @Test(
        "finds what an address names",
        arguments: [
            ("prompt-tuning-7/s0/block.0.attention.weights[3,1,4]", [SmallRecording.number(20, 39)]),
            ("prompt-tuning-7/s0/L0/H1/attn[3,4]", [SmallRecording.number(20, 39)]),
            ("prompt-tuning-7/s2/prompt.embeddings[1]", Array(SmallRecording.numbers(2, 8)[4...])),
            ("prompt-tuning-7/s2/prompt.embeddings[*,1]", [SmallRecording.number(2, 1), SmallRecording.number(2, 5)]),
            ("prompt-tuning-7/s4/prompt.embeddings[0,0]", [SmallRecording.number(4, 0)]),
            ("prompt-tuning-7/s2/gradient/prompt.embeddings[0,0]", [SmallRecording.number(102, 0)]),
            ("prompt-tuning-7/s2/optimizer/prompt.embeddings.first-moment[0,0]", [SmallRecording.number(202, 0)]),
            ("prompt-tuning-8/s3/loss", [1.25]),
            ("prompt-tuning-8/s3/gradient.norm", [0.25]),
            ("prompt-tuning-8/s4/evaluation/held-out.accuracy", [0.5]),
            ("prompt-tuning-8/s4/transformer.wpe.weight[7,3]", [SmallRecording.number(55, 31)]),
            ("model/transformer.wte.weight[5,3]", [SmallRecording.number(77, 23)]),
        ])
    func locate(_ text: String, _ numbers: [Float]) throws {
        defer { removeFolder() }
        #expect(try recording.locate(text).numbers == numbers)
    }

    @Test("takes run and step from where the reader is")
    func current() throws {
        defer { removeFolder() }
        let located = try recording.locate("loss", run: "prompt-tuning-8", step: 1)
        #expect(located.numbers == [1.75])
        #expect(located.address.description == "prompt-tuning-8/s1/loss")
        #expect(try recording.locate("prompt-tuning-7/loss", step: 1).numbers == [1.75])
    }

    @Test(
        "says why an address names nothing",
        arguments: [
            ("promt-tuning-7/s0/loss", "near it: prompt-tuning-7, prompt-tuning-8"),
            ("s0/loss", "several runs"),
            ("prompt-tuning-7/loss", "needs a step"),
            ("prompt-tuning-7/s5/loss", "from 0 to 4"),
            ("prompt-tuning-7/s0/block.0.atention.weights", "near it: block.0.attention.weights"),
            ("prompt-tuning-7/s0/gradient/prompt.embedding", "near it: gradient/prompt.embeddings"),
            ("prompt-tuning-7/s1/block.0.attention.weights", "at 0, 3, 4"),
            ("prompt-tuning-7/s0/block.0.attention.weights[5,0,0]", "shape [5, 2, 5]"),
            ("prompt-tuning-7/s0/loss[0,0,0]", "shape [1, 1]"),
        ])
    func unknown(_ text: String, _ part: String) throws {
        defer { removeFolder() }
        let error = #expect(throws: RecordingError.self) { try recording.locate(text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "none")")
    }

    @Test("has the same bytes when it is made again")
    func sameBytes() throws {
        defer { removeFolder() }
        let folder = try TemporaryFolder()
        let again = folder.url.appending(path: "again")
        try SmallRecording(runs: ["prompt-tuning-7", "prompt-tuning-8"]).write(to: again)
        let list = "SHA256SUMS"
        #expect(try Data(contentsOf: again.appending(path: list)) == Data(contentsOf: self.folder.appending(path: list)))
    }

    @Test("opens at once when files are checked as they are used")
    func lazily() throws {
        defer { removeFolder() }
        let frame = folder.appending(path: "runs/prompt-tuning-7/frames/step-000003.safetensors")
        var bytes = try Data(contentsOf: frame)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: frame)
        let lazy = try Recording(opening: folder, checking: .onUse)
        #expect(try lazy.run("prompt-tuning-7").frame(step: 0) != nil)
        #expect(throws: RecordingError.changed(file: "runs/prompt-tuning-7/frames/step-000003.safetensors", folder: folder.path))
        {
            try lazy.run("prompt-tuning-7").frame(step: 3)
        }
    }
}
