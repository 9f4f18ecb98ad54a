import ArgumentParser
import Drawing
import Experiments
import Foundation
import Recordings

struct StepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Step through a recording: into, over, out and back, down to a single number.",
        discussion: """
            On a terminal, keys move about; ? shows them. With --commands, or if standard input is no terminal, commands are read line \
            by line and plain text is written. An error in a script ends with status 2.
            """)

    @Argument(help: "The recording's folder.")
    var recording: String

    @Option(name: .customLong("run"), help: "The run; needed where there are several.")
    var runID: String?

    @Option(help: "The base model's folder or name, if it is not found by itself.")
    var model: String?

    @Option(name: .customLong("lang"), help: "The language of the stepper.")
    var languageName = LookOptions.LanguageName.en

    @Option(help: "A file with a command a line; - for standard input.")
    var commands: String?

    @Option(help: "Columns to draw in: 20 to 1000. The terminal's own if not given, 80 for scripts.")
    var width: Int?

    @Flag(name: [.customLong("no-colour"), .customLong("no-color")], help: "Show no colours, as NO_COLOR says too.")
    var hasNoColours = false

    func validate() throws {
        if let width, !(20...1000).contains(width) {
            throw ValidationError("--width is \(width); expected a number of columns from 20 to 1000.")
        }
    }

    func run() throws {
        let script = try commands.map(Self.lines(ofFile:))
        let recording = try Recording(opening: URL(filePath: recording), checking: .onUse)
        let base = try model.map { try BaseModel(of: recording, at: $0) }
        let session = try SteppingSession(recording, run: runID, base: base)
        let stepper = Stepper(session, words: StepperWords(language: languageName == .en ? .en : .zhHans))
        if commands == nil, let terminal = Terminal() {
            defer { terminal.close() }
            let colours =
                hasNoColours ? .none : TerminalColours(environment: ProcessInfo.processInfo.environment, isTerminal: true)
            var interactive = InteractiveStepper(stepper, on: terminal, colours: colours, width: width)
            interactive.run()
            return
        }
        let isFile = commands != nil && commands != "-"
        let scripted = ScriptedStepper(stepper: stepper, width: width ?? 80, name: isFile ? commands ?? "" : "standard input")
        var lines = script?.makeIterator()
        try scripted.run { isFile ? lines?.next() : readLine() }
    }

    /// The lines of a script; none of standard input, which is read as it comes.
    private static func lines(ofFile path: String) throws -> [String] {
        guard path != "-" else { return [] }
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline
            ).map(String.init)
        } catch {
            throw ScriptedStepper.Failure(
                description: "The commands \(path) cannot be read; give a text file in UTF-8 with a command a line.")
        }
    }
}
