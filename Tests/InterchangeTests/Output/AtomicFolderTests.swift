import Foundation
import Testing

@testable import Interchange

@Suite("A folder written at once")
struct AtomicFolderTests {
    static func build(_ text: String, at url: URL) throws {
        let folder = try AtomicFolder(replacing: url, marker: "marker.json")
        try AtomicFile.write(text, to: folder.location.appendingPathComponent("marker.json"))
        try folder.commit()
    }

    @Test("appears whole, with the folders above it, and replaces the old one whole")
    func replaced() throws {
        let folder = try TemporaryFolder()
        try Self.build("one", at: folder["runs/today"])
        try folder.write("", to: "runs/today/of the old one")
        try Self.build("two", at: folder["runs/today"])
        #expect(folder.contents == ["runs", "runs/today", "runs/today/marker.json"])
        #expect(try String(contentsOf: folder["runs/today/marker.json"], encoding: .utf8) == "two")
    }

    @Test("that is dropped before it is committed leaves the old one and nothing beside it")
    func dropped() throws {
        let folder = try TemporaryFolder()
        try Self.build("one", at: folder["out"])
        #expect(throws: InterchangeError.self) {
            let unfinished = try AtomicFolder(replacing: folder["out"], marker: "marker.json")
            try AtomicFile.write("two", to: unfinished.location.appendingPathComponent("marker.json"))
            throw InterchangeError("the run failed")
        }
        #expect(folder.contents == ["out", "out/marker.json"])
        #expect(try String(contentsOf: folder["out/marker.json"], encoding: .utf8) == "one")
    }

    @Test("takes an empty folder's place")
    func empty() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(at: folder["out"], withIntermediateDirectories: true)
        try Self.build("one", at: folder["out"])
        #expect(folder.contents == ["out", "out/marker.json"])
    }

    @Test("does not replace what is not of its kind")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try folder.write("dear", to: "letters/mother.txt")
        try folder.write("", to: "file")
        let path = folder.url.standardizedFileURL.path
        #expect(
            sentence { try Self.build("one", at: folder["letters"]) }
                == "\(path)/letters: a folder is there already that holds no marker.json, so it is not one to replace; move it or choose another name."
        )
        #expect(
            sentence { try Self.build("one", at: folder["file"]) }
                == "\(path)/file: a file is in the place of the folder; move it or choose another name.")
        #expect(
            sentence { try Self.build("one", at: folder["file/out"]) }
                == "\(path)/file/out: nothing can be written in the folder \"\(path)/file\" (Not a directory); choose another place."
        )
        #expect(folder.contents == ["file", "letters", "letters/mother.txt"])
    }

    @Test("looks again before it replaces")
    func changedMeanwhile() throws {
        let folder = try TemporaryFolder()
        #expect(throws: InterchangeError.self) {
            let unfinished = try AtomicFolder(replacing: folder["out"], marker: "marker.json")
            try AtomicFile.write("", to: unfinished.location.appendingPathComponent("marker.json"))
            try folder.write("dear", to: "out/mother.txt")
            try unfinished.commit()
        }
        #expect(folder.contents == ["out", "out/mother.txt"])
    }

    @Test("clears away what a killed run left, but not what another run is building")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        try folder.write("half", to: ".out.unfinished-of-a-killed-run/half.txt")
        let other = try AtomicFolder(replacing: folder["out"], marker: "marker.json")
        try AtomicFile.write("other", to: other.location.appendingPathComponent("marker.json"))
        try Self.build("one", at: folder["out"])
        #expect(!folder.contents.contains { $0.contains("killed") })
        #expect(try String(contentsOf: other.location.appendingPathComponent("marker.json"), encoding: .utf8) == "other")
        try other.commit()
        #expect(folder.contents == ["out", "out/marker.json"])
        #expect(try String(contentsOf: folder["out/marker.json"], encoding: .utf8) == "other")
    }

    @Test("is refused in one sentence where nothing may be written")
    func unwritable() throws {
        let sentence = try #require(sentence { try Self.build("one", at: URL(fileURLWithPath: "/proc/out")) })
        #expect(sentence.hasPrefix("/proc/out: nothing can be written in the folder \"/proc\" ("))
        #expect(sentence.hasSuffix("); choose another place."))
    }
}
