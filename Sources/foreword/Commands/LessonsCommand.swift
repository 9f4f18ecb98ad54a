import ArgumentParser
import Drawing
import Lessons

struct LessonsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lessons", abstract: "List the lessons.")

    @Option(name: .customLong("lang"), help: "The language.")
    var languageName = LookOptions.LanguageName.en

    @Flag(help: "Print the list as JSON.")
    var json = false

    private struct Entry: Encodable {
        let id: String
        let title: String
        let question: String
        let claims: Int
        /// About how long its runs take.
        let seconds: Double?
    }

    func run() throws {
        let language: Language = languageName == .en ? .en : .zhHans
        let entries = try LessonLibrary.names.map { name in
            let lesson = try LessonLibrary.lesson(name)
            return Entry(
                id: lesson.id, title: lesson.title[language], question: lesson.question[language], claims: lesson.claims.count,
                seconds: lesson.seconds)
        }
        if json { return try Console.output(json: entries) }
        for entry in entries {
            let time = entry.seconds.map { seconds in
                let whole = Int(seconds.rounded(.up))
                return language == .en ? ", about \(whole) s" : "，约 \(whole) 秒"
            }
            let claims = language == .en ? "\(entry.claims) claims" : "\(entry.claims) 条论断"
            Console.output("\(entry.id)  (\(claims)\(time ?? ""))\n    \(entry.title). \(entry.question)")
        }
    }
}
