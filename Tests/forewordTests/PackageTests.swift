import Foundation
import Testing

/// The modules and what each may import, as the architecture has it.
@Suite struct PackageTests {
    /// Module → the modules before it in the pipe that it builds on. What those import it may import too.
    static let table: [String: [String]] = [
        "RandomStreams": [],
        "LinearAlgebra": ["COpenBLAS", "CKernels"],
        "Autodiff": ["LinearAlgebra"],
        "Transformer": ["Autodiff"],
        "Tuning": ["Transformer", "RandomStreams"],
        "Interchange": ["COpenSSL", "HeapModule"],
        "TinyWorld": ["Interchange", "RandomStreams"],
        "Recordings": ["Interchange"],
        "Experiments": ["Tuning", "TinyWorld", "Recordings"],
        "Drawing": [],
        "CairoRendering": ["Drawing", "CCairo", "CHarfBuzz", "CZlib"],
        "Figures": ["Drawing", "Recordings"],
        "Lessons": ["Experiments", "Figures", "Yams"],
        "Publishing": ["Lessons", "CMarkdown", "CairoRendering"],
        "foreword": ["Publishing", "ArgumentParser", "CAllocations"],
    ]

    static let system: Set<String> = ["Foundation", "Dispatch", "Synchronization", "Glibc", "Darwin"]

    static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    static func closure(of module: String) -> Set<String> {
        var found: Set<String> = []
        var pending = table[module] ?? []
        while let next = pending.popLast() {
            if found.insert(next).inserted { pending += table[next] ?? [] }
        }
        return found
    }

    static func imports(of module: String) throws -> Set<String> {
        let folder = root.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var found: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                if let match = line.firstMatch(of: /^(?:public |internal |package |@testable )?import (\w+)/) {
                    found.insert(String(match.1))
                }
            }
        }
        return found
    }

    @Test("Every folder of Sources with Swift in it is in the table")
    func modules() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(Set(folders.filter { !$0.hasPrefix("C") || $0 == "CairoRendering" }) == Set(Self.table.keys))
    }

    @Test("A module imports only modules before it in the pipe", arguments: table.keys.sorted())
    func imports(module: String) throws {
        let allowed = Self.closure(of: module).union(Self.system)
        let extra = try Self.imports(of: module).subtracting(allowed)
        #expect(extra.isEmpty, "\(module) imports \(extra.sorted())")
    }

    @Test("Figures cannot reach the engine, Recordings neither, and Drawing nothing at all")
    func walls() throws {
        let engine: Set<String> = ["LinearAlgebra", "Autodiff", "Transformer", "Tuning", "Experiments"]
        #expect(Self.closure(of: "Figures").isDisjoint(with: engine))
        #expect(Self.closure(of: "Recordings").isDisjoint(with: engine))
        #expect(try Self.imports(of: "Drawing").isEmpty)
    }

    @Test("No module is before itself: the table has no cycle", arguments: table.keys.sorted())
    func cycles(module: String) {
        #expect(!Self.closure(of: module).contains(module))
    }

    @Test("Package.swift gives no target more than the table allows")
    func manifest() throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        for module in Self.table.keys {
            let pattern = try Regex("(?s)module\\(\\s*\"\(module)\",?\\s*(?:imports: \\[(.*?)\\])?")
            guard let match = manifest.firstMatch(of: pattern), let list = match.output[1].substring else { continue }
            let names = list.matches(of: /"(\w+)"/).map { String($0.1) }
            let extra = Set(names).subtracting(Self.closure(of: module))
            #expect(extra.isEmpty, "\(module) depends on \(extra.sorted())")
        }
    }
}
