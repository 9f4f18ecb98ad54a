import Foundation
import Testing

@testable import Interchange

@Suite("A file written at once")
struct AtomicFileTests {
    @Test("replaces the old one and leaves nothing beside it")
    func replaced() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("old", to: folder["a.txt"])
        try AtomicFile.write("new", to: folder["a.txt"])
        #expect(try String(contentsOf: folder["a.txt"], encoding: .utf8) == "new")
        #expect(folder.contents == ["a.txt"])
    }

    @Test("that fails half-way leaves the old one as it was")
    func failed() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("old", to: folder["a.txt"])
        #expect(throws: InterchangeError.self) {
            try AtomicFile.write(to: folder["a.txt"]) { file throws(InterchangeError) in
                try file.write("half of the new")
                throw InterchangeError("the rest is missing")
            }
        }
        #expect(try String(contentsOf: folder["a.txt"], encoding: .utf8) == "old")
        #expect(folder.contents == ["a.txt"])
    }

    @Test("through a link changes what the link points to")
    func link() throws {
        let folder = try TemporaryFolder()
        try folder.write("old", to: "deep/a.txt")
        try FileManager.default.createSymbolicLink(at: folder["link.txt"], withDestinationURL: folder["deep/a.txt"])
        try AtomicFile.write("new", to: folder["link.txt"])
        #expect(try String(contentsOf: folder["deep/a.txt"], encoding: .utf8) == "new")
        #expect(folder.contents == ["deep", "deep/a.txt", "link.txt"])
    }

    @Test("is refused in one sentence where it cannot be")
    func refused() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        let path = folder.url.standardizedFileURL.path
        #expect(
            sentence { try AtomicFile.write("", to: folder["no/a"]) }
                == "\(path)/no/a: the folder \"\(path)/no\" does not exist; make it first.")
        #expect(
            sentence { try AtomicFile.write("", to: folder["file/a"]) }
                == "\(path)/file/a: nothing can be written in the folder \"\(path)/file\" (Not a directory); choose another place."
        )
        #expect(
            sentence { try AtomicFile.write("", to: folder.url) }
                == "\(path): a folder is in the place of the file; move it or choose another name.")
        #expect(folder.contents == ["file"])
    }

    @Test("is refused in a folder that may not be written", .enabled(if: getuid() != 0))
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
        #expect(
            sentence { try AtomicFile.write("", to: folder["a"]) }?.hasSuffix("(Permission denied); choose another place.")
                == true)
    }
}
