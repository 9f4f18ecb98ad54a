import Foundation
import LinearAlgebra
import Recordings
import Testing

@testable import Experiments

/// The recordings that the gallery is drawn from, held against what this version computes: a change of the last bit of a step shows here,
/// and asks for them to be made again (`foreword gallery --record`).
@Suite struct KeptRecordingsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "figures/recordings")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    @Test("There are recordings to look at")
    func some() { #expect(Self.names.count > 10) }

    @Test("Each holds, bit for bit where products are computed as on the machine that recorded it", arguments: names)
    func holds(name: String) throws {
        let recording = try Recording(opening: Self.folder.appending(path: name), checking: .onUse)
        let isSameArithmetic = recording.description.provenance.arithmetic == Arithmetic.current.recorded
        // The other checks are made of recordings of every method in ``VerificationTests``.
        let ofBits: Set<String> = ["start", "journal-again", "frames-again", "landscape"]
        let verification = try Verification(
            of: recording, checks: Set(["file-hashes", "base-model"]).union(isSameArithmetic ? ofBits : []),
            pool: WorkerPool())
        for run in verification.runs {
            for check in run.checks {
                #expect(check.outcome != .fails, "\(run.run), \(check.id): \(check.reason ?? "")")
            }
        }
    }
}
