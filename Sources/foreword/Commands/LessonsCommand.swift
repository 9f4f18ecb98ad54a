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
    }

    func run() throws {
        let language: Language = languageName == .en ? .en : .zhHans
        let entries = try LessonLibrary.names.map { name in
            let lesson = try LessonLibrary.lesson(name)
            return Entry(id: lesson.id, title: lesson.title[language], question: lesson.question[language])
        }
        if json { return try Console.output(json: entries) }
        for entry in entries { Console.output("\(entry.id)\n    \(entry.title). \(entry.question)") }
    }
}
