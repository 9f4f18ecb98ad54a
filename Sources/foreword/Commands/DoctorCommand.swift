import ArgumentParser
import CairoRendering
import Experiments
import Foundation
import Lessons
import LinearAlgebra

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check what is installed, and say what to install.")

    @Flag(help: "Print the findings as JSON.")
    var json = false

    struct Finding: Encodable {
        let subject: String
        let found: String
        let isFine: Bool
        /// What to do, if it is not fine.
        let remedy: String?
    }

    func run() throws {
        let findings = [arithmetic, fonts, models, lessons, folder]
        if json {
            try Console.output(json: findings)
        } else {
            for finding in findings {
                let subject = finding.subject.padding(toLength: 12, withPad: " ", startingAt: 0)
                Console.output("\(finding.isFine ? "✓" : "✗") \(subject) \(finding.found)")
                if let remedy = finding.remedy { Console.output("  \(remedy)") }
            }
        }
        if findings.contains(where: { !$0.isFine }) { throw ExitCode(1) }
    }

    private var arithmetic: Finding {
        let arithmetic = Arithmetic.current
        return Finding(
            subject: "arithmetic", found: "\(arithmetic.blas), kernels \(arithmetic.kernels), \(WorkerPool().threads) threads",
            isFine: true, remedy: nil)
    }

    private var fonts: Finding {
        do {
            let files = try FontLibrary().files
            return Finding(subject: "fonts", found: files.map(\.name).joined(separator: ", "), isFine: true, remedy: nil)
        } catch {
            return Finding(subject: "fonts", found: "missing", isFine: false, remedy: "\(error)")
        }
    }

    private var models: Finding {
        let names = ModelLibrary.names
        return Finding(
            subject: "models", found: names.isEmpty ? "none" : names.joined(separator: ", "), isFine: !names.isEmpty,
            remedy: names.isEmpty ? "Build foreword from a whole checkout, or name a model's folder with --model." : nil)
    }

    private var lessons: Finding {
        let count = LessonLibrary.names.count
        return Finding(
            subject: "lessons", found: "\(count)", isFine: count > 0,
            remedy: count > 0 ? nil : "Build foreword from a whole checkout.")
    }

    private var folder: Finding {
        let path = FileManager.default.currentDirectoryPath
        let writable = FileManager.default.isWritableFile(atPath: path)
        return Finding(
            subject: "folder", found: path, isFine: writable,
            remedy: writable ? nil : "Nothing can be written here; change to another folder or name one with --out.")
    }
}
