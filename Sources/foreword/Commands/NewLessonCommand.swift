import ArgumentParser
import Foundation
import Lessons

struct NewLessonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-lesson", abstract: "Start a lesson of your own.",
        discussion: """
            Writes a folder that runs as it is; the comments in its lesson.yaml say what each key is for, and docs/lessons.md is the reference.
            """)

    @Argument(help: "The folder to write; its name is the lesson's.")
    var name: String

    func run() throws {
        let url = URL(filePath: name)
        try LessonLibrary.writeTemplate(to: url)
        let path = name.contains("/") ? name : "./\(name)"
        Console.output("Written to \(path); try: foreword run \(path)")
    }
}
