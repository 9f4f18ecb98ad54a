internal import Recordings

/// The bytes of every file.
struct FileHashesCheck: RunCheck {
    let id = "file-hashes"
    let claim = BilingualText(english: "every file is as it was written", chinese: "每个文件都与写入时一致")

    func examine(_ run: ReplayedRun, into finding: inout Finding) {
        let (runs, own) = ("runs/", "runs/\(run.run.id)/")
        for path in run.recording.paths where !path.hasPrefix(runs) || path.hasPrefix(own) {
            do throws(RecordingError) {
                try run.recording.checkFile(path)
                finding.require(true, "")
            } catch { finding.require(false, "\(error)") }
        }
    }
}
