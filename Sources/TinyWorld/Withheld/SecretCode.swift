internal import RandomStreams

extension Skill {
    /// `bread` → `loud`: every word of a language has a partner by lot. Nothing that pretraining teaches helps, so the code has to be
    /// stored word by word; and no part of it says anything of another, so nothing is held out: what is asked is what was seen.
    ///
    /// No prompt was found that stores it in `tiny-world-4x64`: P of 1, 4, 16 and 48, three starts, five seeds, 800 steps each give
    /// 0.06 at best (chance 0.007), where full fine-tuning gives 0.985 and more.
    static func secretCode(_ language: Language) -> Skill {
        let words = WordClass.content.flatMap(\.words).map { $0[language] }
        var stream = RandomStream(seed: 1, path: "secret code/\(language.rawValue)")
        return Skill(
            "code", language, name: Bilingual("secret code", "密码"), cue: Cues.copy, domain: .word, answers: .word,
            holdsOut: false, items: zip(words, stream.shuffled(words)).map { Item($0, $1) })
    }
}
