import CairoRendering
import Drawing
import Foundation
import Recordings
import Testing

@testable import Figures

@Suite("The computation graph of a block")
struct ComputationGraphTests {
    private func scene(of recording: Recording, _ options: FigureOptions = FigureOptions()) throws -> Scene {
        try FigureCatalogue.figure("computation-graph").scene(
            of: recording, options: options, type: Typesetter(measurer: FontLibrary(), language: .en))
    }

    @Test(
        "has a place for every value of the block, whichever block and method",
        arguments: ["prompt-tuning-1", "full-fine-tuning-1"])
    func complete(_ id: String) throws {
        let run = try KeptRecording.open().run(id)
        let graph = try run.graph()
        for layer in 0..<4 {
            let block = BlockGraph(graph, layer: layer, isTrained: run.description.isTrained)
            #expect(block.drawn == block.members)
            // Counted by names alone: values of the block, and weights of its layer, forwards and backwards.
            let counted = graph.nodes.count { node in
                let name = node.name.rawValue
                return node.phase != .optimizer
                    && (name.contains("block.\(layer).") && !name.contains("input/via")
                        && !name.hasPrefix("gradient/block.\(layer - 1).")
                        && !name.hasPrefix("gradient/prompt.block.\(layer - 1).")
                        && !name.hasPrefix("gradient/embeddings")
                        || name.contains("transformer.h.\(layer).") && !name.contains("/via/"))
            }
            #expect(block.members.count == counted)
            #expect(block.forwardCount + block.backwardCount + block.weights.count == block.members.count)
            #expect(block.places.allSatisfy { place in place.operands.allSatisfy { block.places[$0].rank < place.rank } })
        }
    }

    @Test("says of all weights of full fine-tuning that they get a gradient, and of none under a soft prompt")
    func titles() throws {
        let recording = try KeptRecording.open()
        #expect(try scene(of: recording).title.hasSuffix("none for its 12 frozen weights"))
        let full = try scene(of: recording, FigureOptions(runs: ["full-fine-tuning-1"]))
        #expect(full.title.hasSuffix("for all of its 12 weights too"))
    }

    @Test("is not drawn if a frozen weight has a gradient, or a value no place")
    func contradictions() throws {
        let added: [(ValueName, String)] = [
            ("gradient/transformer.h.0.ln_1.weight", "the frozen transformer.h.0.ln_1.weight has a gradient"),
            ("gradient/block.0.attention.unknown", "gradient/block.0.attention.unknown among them has no place"),
        ]
        for (name, reason) in added {
            let node = NodeDescription(
                name: name, shape: RecordedShape(.fixed(1), 64), phase: .backward, operation: "sum", operands: ["gradient/loss"])
            let append = { (graph: inout GraphDescription) in graph.nodes.append(node) }
            try KeptRecording.withChangedGraph("prompt-tuning-1", change: append) { recording in
                let error = #expect(throws: FigureError.self) { try scene(of: recording) }
                #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
            }
        }
    }

    @Test("names a layer that the model does not have")
    func layers() throws {
        let error = #expect(throws: FigureError.self) { try scene(of: KeptRecording.open(), FigureOptions(layer: 4)) }
        #expect(error?.description.contains("layers 0 to 3") == true)
    }
}

@Suite("The filmstrip")
struct FilmstripTests {
    @Test("has twelve frames of the step, each with a number in it, and says of which step")
    func frames() throws {
        let figure = try FigureCatalogue.figure("filmstrip")
        let recording = try KeptRecording.open(showing: figure)
        let scene = try figure.scene(of: recording, type: Typesetter(measurer: FontLibrary(), language: .en))
        #expect(scene.title.contains("in 12 frames"))
        let steps = Set(try scene.addresses.compactMap { try Derivation(parsing: $0) == nil ? Address(parsing: $0).step : nil })
        #expect(steps == [4], "one step in all frames")
    }

    @Test("is refused where no frame keeps what it shows, with the first value that is missing")
    func lacking() throws {
        let lack = try FigureCatalogue.figure("filmstrip").needs.lack(in: KeptRecording.open())
        #expect(lack?.hasPrefix("the frame of step 49 of run prompt-tuning-1 has no ") == true, "\(lack ?? "nothing")")
    }
}
