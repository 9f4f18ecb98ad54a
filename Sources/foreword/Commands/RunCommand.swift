import ArgumentParser
import CairoRendering
import Drawing
import Experiments
import Foundation
import Interchange
import Lessons
import Publishing

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a lesson: predict, train, record, draw, judge its claims.",
        discussion: """
            Writes a folder with the lesson's page (README.md), its figures, claims.json and the recording; --all runs every lesson and \
            writes a page that links to them. Ends with status 1 if a claim does not hold. With --model or --data a lesson runs on your own, \
            and only claims that hold of any model and data are judged. With --page html the page is \
            also written as index.html, one file with its figures inside; with --page pdf as <lesson>.pdf, on A4 pages.
            """)

    @Argument(help: "The lesson's name, the number it begins with, or the path of a lesson's folder.")
    var lesson: String?

    @Flag(help: "Run all lessons.")
    var all = false

    @OptionGroup var look: LookOptions

    @Option(help: "The folder to write; foreword-out/<lesson> by default, foreword-out with --all.")
    var out: String?

    @OptionGroup var pages: PageOptions

    @Option(help: "The seed of the first run of each method; the others follow.")
    var seed: UInt64?

    @Option(help: "How many runs of each method, instead of the lesson's.")
    var seeds: Int?

    @Option(help: "A model's name or folder, instead of the lesson's.")
    var model: String?

    @Option(help: "A file of data to learn (.csv, .tsv or .jsonl), instead of the lesson's task.")
    var data: String?

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "A file of data that is held out.")
    var validation: String?

    @Option(help: "The share of the rows of --data to hold out, drawn at random; 0.25 by default.")
    var split: Double?

    @Flag(help: "Do not ask for a prediction.")
    var yes = false

    @Flag(help: "Print the verdicts as JSON.")
    var json = false

    func validate() throws {
        if (lesson == nil) != all { throw ValidationError("Say either a lesson or --all; foreword lessons lists them.") }
        if let seeds, seeds < 1 { throw ValidationError("--seeds is \(seeds); expected a number from 1.") }
        if data == nil, validation != nil || split != nil { throw ValidationError("--validation and --split go with --data.") }
        if validation != nil, split != nil { throw ValidationError("Say either --validation or --split.") }
        if let split, !(split > 0 && split < 1) {
            throw ValidationError("--split is \(split); expected a share between 0 and 1.")
        }
    }

    func run() throws {
        try all ? runAll() : runOne()
    }

    // MARK: One lesson

    private func runOne() throws {
        let lesson = try LessonLibrary.lesson(lesson ?? "")
        let place = URL(filePath: out ?? "foreword-out/\(lesson.id)")
        let course = try course(into: place.standardizedFileURL.deletingLastPathComponent())
        let language = look.language
        let answer = yes || json ? nil : PredictionPrompt(lesson.prediction, language)?.ask(lesson)
        let line = SharedProgressLine()
        let ready = language == .en ? "A first figure, while the other runs are made: " : "其余的运行还在进行，可以先看一幅图："
        let report = try course.run(lesson, to: place) { figure in
            line.note(ready + figure.path)
        } progress: { progress in
            line.show(progress.share, "\(progress.lesson) \(progress.detail)")
        }
        line.clear()
        if json {
            try Console.output(json: report.claims)
        } else {
            if answer == nil { Console.output("\(lesson.title[language])\n\(lesson.question[language])\n") }
            if let answer { Console.output(PredictionPrompt.reply(to: answer, lesson.prediction, language) + "\n") }
            show(report)
            let written = language == .en ? "Written to" : "已写入"
            Console.output("\n\(written) \(place.path)/README.md")
        }
        if !report.allHold {
            name(report)
            throw ExitCode(1)
        }
    }

    private func show(_ report: LessonReport) {
        let words = LessonWords.of(look.language)
        for verdict in report.claims {
            let measured = verdict.measured.map { words.measured($0) } ?? "–"
            let reason = verdict.reason.map { look.language == .en ? " (\($0))" : "（\($0)）" } ?? ""
            Console.output("\(words.mark(verdict.outcome)) \(verdict.statement): \(measured)\(reason)")
        }
        for run in report.leftOut {
            Console.output(look.language == .en ? "left out: the run \(run)" : "略去的运行：\(run)")
        }
    }

    private func name(_ report: LessonReport) {
        let words = LessonWords.of(look.language)
        for claim in report.failed {
            Console.error(
                "foreword: \(report.lesson): the claim \(claim.claim) does not hold: measured "
                    + "\(claim.measured.map { words.measured($0) } ?? "–"), bound \(words.bound(claim))")
        }
    }

    // MARK: All lessons

    private func runAll() throws {
        // One that cannot be read is named at the end, as one that cannot be run.
        let read = LessonLibrary.names.map { name in Result { try LessonLibrary.lesson(name) } }
        let lessons = read.compactMap { try? $0.get() }
        let place = URL(filePath: out ?? "foreword-out")
        let course = try course(into: place)
        let line = SharedProgressLine()
        let words = LessonWords.of(look.language)
        let outcomes = try course.run(all: lessons) { progress in
            line.show(progress.share, "\(progress.lesson) \(progress.detail)")
        } finished: { outcome in
            line.clear()
            if json { return }
            guard let report = outcome.report else { return }
            let judged = report.claims.filter { $0.outcome != .notJudged }
            let mark = words.mark(report.allHold ? .holds : .fails)
            Console.output(
                "\(mark) \(outcome.lesson.id): \(judged.count(where: \.holds))/\(judged.count), \((report.seconds * 10).rounded() / 10) s"
            )
        }
        if json {
            try Console.output(json: outcomes.compactMap(\.report))
        } else {
            Console.output("\n\(look.language == .en ? "Written to" : "已写入") \(place.path)/README.md")
        }
        for outcome in outcomes {
            if let report = outcome.report { name(report) }
            if let error = outcome.error { Console.error("foreword: \(outcome.lesson.id) could not be run: \(error)") }
        }
        for case .failure(let error) in read { Console.error("foreword: \(error)") }
        let allHold = outcomes.allSatisfy { $0.report?.allHold == true }
        if !allHold || lessons.count < read.count { throw ExitCode(1) }
    }

    // MARK: What a reader says

    private func course(into folder: URL) throws -> Course {
        var options = LessonOptions()
        options.firstSeed = seed
        options.seedCount = seeds
        options.model = model
        let data = try lessonData()
        if let data { options.data = try described(data) }
        return Course(
            into: folder, options: options, data: data, press: try FigurePress(language: look.language, theme: look.theme),
            formats: look.formats, pages: pages.formats, version: Foreword.version)
    }

    private func lessonData() throws -> LessonData? {
        guard let data else { return nil }
        let heldOut: TrainingRequest.HeldOut = validation.map { .file(URL(filePath: $0)) } ?? .share(split ?? 0.25)
        return LessonData(file: URL(filePath: data), reading: try dataOptions.reading(), heldOut: heldOut)
    }

    private func described(_ data: LessonData) throws -> LessonOptions.Data {
        var settings: [String: String] = [:]
        settings["columns"] = dataOptions.columns.isEmpty ? nil : dataOptions.columns.joined(separator: " ")
        settings["template"] = dataOptions.template
        settings["completion-template"] = dataOptions.completionTemplate
        settings["end-token"] = dataOptions.endToken.map { "\($0)" }
        settings["max-length"] = dataOptions.maxLength.map { "\($0)" }
        settings["too-long"] = dataOptions.tooLong.rawValue
        settings["split"] = split.map { "\($0)" }
        settings["validation"] = try validation.map { try ContentHash(ofFile: URL(filePath: $0)).hex }
        return LessonOptions.Data(
            file: data.file.lastPathComponent, sha256: try ContentHash(ofFile: data.file).hex, settings: settings)
    }
}
