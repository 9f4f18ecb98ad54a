/// Words that say which skill is asked for.
enum Cues {
    static let opposite = Bilingual("opposite", "反义")
    static let intoEnglish = Bilingual("english", "英文")
    static let intoChinese = Bilingual("chinese", "中文")
    static let colour = Bilingual("colour", "颜色")
    static let kind = Bilingual("kind", "种类")
    static let copy = Bilingual("repeat", "重复")
    static let next = Bilingual("next", "下一个")
    static let order = Bilingual("sort", "排序")
    static let tone = Bilingual("tone", "语气")
    static let topic = Bilingual("topic", "主题")

    static let all = [opposite, intoEnglish, intoChinese, colour, kind, copy, next, order, tone, topic]
}
