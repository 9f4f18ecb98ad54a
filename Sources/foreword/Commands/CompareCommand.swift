import ArgumentParser
import Experiments
import Foundation

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "See how far the numbers of two safetensors files lie apart, name by name.",
        discussion: """
            Integers must be equal. A gradient agrees within the tolerance times the largest number of its tensor in A (and within \
            rounding noise, 1e-7 of the largest gradient of the model); everything else within the tolerance times the largest number \
            of its tensor, or times 1 if that is larger. NaN never agrees.

            Where both files have an attention_mask, rows of logits, hidden/… and attention/… at padding are passed over; rows of virtual \
            tokens always count. Of after-N/… and step-N/…, elements whose gradient/… is rounding noise in either file are left out, \
            and counted in the last lines: AdamW divides by the gradient's size, so that chance decides where they go (the bias of keys \
            is such a parameter).

            Ends with status 1 if a name differs by more, has another shape or type, or is missing from B. Names that only B has are \
            listed and do no harm.
            """)

    @Argument(help: "The file that says what is expected.")
    var a: String

    @Argument(help: "The file that is held against it.")
    var b: String

    @Option(help: "The largest difference that is none.")
    var tolerance = 1e-4

    @Flag(help: "Print the comparison as JSON.")
    var json = false

    func validate() throws {
        if !(tolerance.isFinite && tolerance >= 0) {
            throw ValidationError("--tolerance is \(tolerance); expected a number from 0.")
        }
    }

    func run() throws {
        let comparison = try TensorComparison(URL(filePath: a), URL(filePath: b), tolerance: tolerance)
        if json { try Console.output(json: comparison) } else { show(comparison) }
        if !comparison.agrees { throw ExitCode(1) }
    }

    private func show(_ comparison: TensorComparison) {
        let width = max(4, comparison.entries.map(\.name.count).max() ?? 4)
        func line(_ name: String, _ columns: [String], _ place: String) {
            let cells = columns.map { $0.padding(toLength: 10, withPad: " ", startingAt: 0) }.joined(separator: " ")
            Console.output("\(name.padding(toLength: width, withPad: " ", startingAt: 0))  \(cells) \(place)")
        }
        if !comparison.entries.isEmpty { line("name", ["absolute", "relative"], "at") }
        for entry in comparison.entries {
            let mark = entry.agrees ? "" : "  ✗"
            if let mismatch = entry.mismatch {
                Console.output("\(entry.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(mismatch)\(mark)")
            } else {
                let place = entry.index.map { "[\($0.map(String.init).joined(separator: ", "))]" } ?? "nowhere"
                line(entry.name, [number(entry.absolute), number(entry.relative)], place + mark)
            }
        }
        for name in comparison.onlyInFirst { Console.output("\(name): missing from \(b)  ✗") }
        for name in comparison.onlyInSecond { Console.output("\(name): only in \(b)") }
        if comparison.noiseElements > 0 {
            Console.output(
                "\(comparison.noiseElements) elements of parameters after steps left out: their gradient is rounding noise")
        }
        let agreeing = comparison.entries.count(where: \.agrees)
        let total = comparison.entries.count + comparison.onlyInFirst.count
        Console.output("\(agreeing) of \(total) tensors of \(a) agree with \(b) to \(comparison.tolerance)")
    }

    private func number(_ value: Double?) -> String {
        value.map { $0 == 0 ? "0" : String(format: "%.2e", $0) } ?? "not finite"
    }
}
