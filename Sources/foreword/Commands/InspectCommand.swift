import ArgumentParser
import Experiments
import Foundation
import Interchange

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "See what is in a model, an adapter, a recording or a training folder.",
        discussion: "Ends with status 1 if the adapter does not fit the --model.")

    @Argument(help: "The folder, or the name of a model that comes with the project.")
    var folder: String

    @Option(help: "The model that an adapter is held against.")
    var model: String?

    @Flag(help: "Print all of it as JSON.")
    var json = false

    func run() throws {
        let base = try model.map { try BaseModel(opening: ModelLibrary.url(of: $0)) }
        var url = ModelLibrary.url(of: folder)
        if base != nil { url = ModelOptions.adapterURL(url.path) }
        let inspection = try Inspection(of: url, against: base)
        if json {
            Console.output(inspection.json.text())
        } else {
            show(inspection)
        }
        if inspection.fits == false { throw ExitCode(1) }
    }

    private func show(_ inspection: Inspection) {
        Console.output("\(inspection.kind.rawValue)")
        show(inspection.facts, indent: "  ")
        if !inspection.tensors.isEmpty { Console.output("tensors") }
        for tensor in inspection.tensors {
            let shape = tensor.shape.map(String.init).joined(separator: " × ")
            Console.output("  \(tensor.name)  \(tensor.type)  \(shape)")
        }
        Console.output("files")
        for file in inspection.files { Console.output("  \(file.path)  \(file.bytes) bytes") }
    }

    private func show(_ object: JSONObject, indent: String) {
        for member in object.members {
            let name = member.key.replacing("_", with: " ")
            switch member.value {
            case .object(let inner):
                Console.output("\(indent)\(name)")
                show(inner, indent: indent + "  ")
            case .array(let list) where list.contains { $0.object != nil }:
                for inner in list.compactMap(\.object) {
                    Console.output("\(indent)\(name)")
                    show(inner, indent: indent + "  ")
                }
            case .array(let list): Console.output("\(indent)\(name): \(list.map(text).joined(separator: ", "))")
            default: Console.output("\(indent)\(name): \(text(member.value))")
            }
        }
    }

    private func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .null: "not noted"
        case .bool(let flag): flag ? "yes" : "no"
        default: value.text(.compact)
        }
    }
}
