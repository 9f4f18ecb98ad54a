import ArgumentParser
import Foundation

@main
struct Foreword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "foreword", abstract: "A step-through simulator of prompt tuning: every number comes out of a run.",
        version: version,
        subcommands: [
            LessonsCommand.self, RunCommand.self, NewLessonCommand.self, FigureCommand.self, FiguresCommand.self,
            GalleryCommand.self, TrainCommand.self,
            SweepCommand.self, EvaluateCommand.self, GenerateCommand.self, MixCommand.self, MergeCommand.self,
            InspectCommand.self, StepCommand.self, ExplainCommand.self, DiffCommand.self, VerifyCommand.self, TraceCommand.self,
            CompareCommand.self,
            WorldCommand.self, PretrainCommand.self, DoctorCommand.self, BenchCommand.self,
        ])

    static let version = "0.1.0"

    /// Bad input ends with status 2 and one sentence, a failed claim with status 1.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch  where exitCode(for: error).isSuccess {
            exit(withError: error)  // help or the version was asked for
        } catch  where exitCode(for: error) == .validationFailure {
            Console.error(fullMessage(for: error))
            Foundation.exit(2)
        } catch {
            Console.error("foreword: \(error)")
            Foundation.exit(2)
        }
    }
}
