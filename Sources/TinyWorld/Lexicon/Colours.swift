/// Colours.
enum Colours {
    static let red = Bilingual("red", "红色")
    static let yellow = Bilingual("yellow", "黄色")
    static let green = Bilingual("green", "绿色")
    static let blue = Bilingual("blue", "蓝色")
    static let white = Bilingual("white", "白色")
    static let black = Bilingual("black", "黑色")
    static let brown = Bilingual("brown", "棕色")
    static let pink = Bilingual("pink", "粉色")

    static let all = [red, yellow, green, blue, white, black, brown, pink]
}
