import Foundation
import Testing

/// `foreword bench`, run as a process. Without optimisation its times say nothing, so none is looked at.
@Suite struct BenchCommandTests {
    @Test(
        "What cannot be timed is refused with status 2 and one sentence that says what is expected",
        arguments: [
            (["bench", "d64-prompt-9"], "There is no work \"d64-prompt-9\""), (["bench", "--rounds", "0"], "--rounds is 0"),
            (["bench", "--seconds", "nan"], "--seconds is nan"), (["bench", "--threads", "0"], "--threads is 0"),
            (["bench", "--growth", "d64-full"], "leave out d64-full"), (["bench", "--figure", "x"], "give --growth"),
            (["bench", "--growth", "--figure", "/dev/null/x"], "cannot be made"),
            (["bench", "d64-full", "--peer", "--peer-script", "nowhere.py"], "nowhere.py that times the peers is not there"),
        ])
    func refusals(arguments: [String], sentence: String) throws {
        let outcome = try CommandLineTests.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(sentence), "\(outcome.error)")
    }

    @Test("One work is timed and told as JSON; a Python without the libraries is told in a sentence")
    func json() throws {
        let script = PackageTests.root.appending(path: "Tests/forewordTests/bench_peer.py").path
        let outcome = try CommandLineTests.run(
            [
                "bench", "tiny-world-prompt-8", "--rounds", "1", "--seconds", "0.01", "--json", "--peer", "--peer-script", script,
                "--python", "no-such-python",
            ])
        #expect(outcome.status == 0, "\(outcome.error)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect((report["absent_peers"] as? [String])?.count == 2)
        let result = try #require((report["results"] as? [[String: Any]])?.first)
        #expect(result["work"] as? String == "tiny-world-prompt-8")
        #expect((result["products"] as? [String: Any])?["operations"] as? Int ?? 0 > 1_000_000)
        let machine = try #require(report["machine"] as? [String: Any])
        #expect(machine["threads"] as? Int ?? 0 > 0)
    }
}
