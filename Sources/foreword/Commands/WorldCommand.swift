import ArgumentParser
import TinyWorld

struct WorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world", abstract: "Show the tiny world: its words, its skills with examples, its splits.")

    @Option(name: .customLong("lang"), help: "The language.")
    var languageName = LookOptions.LanguageName.en

    @Option(help: "The world's seed.")
    var seed: UInt64 = World.standardSeed

    @Flag(help: "Print the page as JSON.")
    var json = false

    func run() throws {
        let page = try World(seed: seed).page(in: languageName == .en ? .english : .chinese)
        if json { return try Console.output(json: page) }
        let words = languageName == .en ? Words.english : .chinese
        Console.output("\(words.world) · \(words.seed) \(page.seed) · \(page.vocabularySize) \(words.words)")
        for group in page.words {
            Console.output("\n\(group.name)\n  \(group.words.map { $0.joined(separator: "/") }.joined(separator: "  "))")
        }
        for skill in page.skills {
            let kind = skill.isTaught ? "" : " · \(words.withheld)"
            Console.output("\n\(skill.id) · \(skill.name)\(kind) · \(skill.items) \(words.items)")
            Console.output("  \(words.cue): \(skill.cue.english), \(skill.cue.chinese)")
            Console.output("  \(words.seen) (\(skill.sizes.train)): \(skill.seen.joined(separator: "; "))")
            Console.output("  \(words.heldOut) (\(skill.sizes.test)): \(skill.heldOut.joined(separator: "; "))")
            Console.output(
                "  \(words.chance): \(Console.percent(skill.chance)), \(words.ambiguous): \(Console.percent(skill.ambiguousLevel))"
            )
        }
        Console.output("\n\(words.rows)\n  \(page.rows.joined(separator: "\n  "))")
    }

    private struct Words {
        let world, seed, words, withheld, items, cue, seen, heldOut, chance, ambiguous, rows: String

        static let english = Words(
            world: "The tiny world", seed: "seed", words: "words", withheld: "never in pretraining", items: "items", cue: "cue",
            seen: "seen in tuning", heldOut: "held out", chance: "chance", ambiguous: "bare prompts, knowing every skill",
            rows: "Rows of pretraining")
        static let chinese = Words(
            world: "微型世界", seed: "种子", words: "个词", withheld: "预训练中从未出现", items: "项", cue: "提示词", seen: "微调所见",
            heldOut: "留出", chance: "随机水平", ambiguous: "懂得全部技能者面对裸提示", rows: "预训练的行")
    }
}
