/// Numbers, from one on, in order.
enum Numbers {
    static let all = [
        Bilingual("one", "一"), Bilingual("two", "二"), Bilingual("three", "三"), Bilingual("four", "四"),
        Bilingual("five", "五"), Bilingual("six", "六"), Bilingual("seven", "七"), Bilingual("eight", "八"),
        Bilingual("nine", "九"), Bilingual("ten", "十"), Bilingual("eleven", "十一"), Bilingual("twelve", "十二"),
        Bilingual("thirteen", "十三"), Bilingual("fourteen", "十四"), Bilingual("fifteen", "十五"), Bilingual("sixteen", "十六"),
    ]

    /// How many numbers a line has.
    static let lineLength = 3

    /// Every line of different numbers, each as indices into ``all``.
    static let lines: [[Int]] = {
        var lines: [[Int]] = [[]]
        for _ in 0..<lineLength {
            lines = lines.flatMap { line in all.indices.filter { !line.contains($0) }.map { line + [$0] } }
        }
        return lines
    }()
}
