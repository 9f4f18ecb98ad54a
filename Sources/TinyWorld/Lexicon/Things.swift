/// Things, animals and foods.
enum Things {
    static let fruit = Bilingual("fruit", "水果")
    static let vegetable = Bilingual("vegetable", "蔬菜")
    static let food = Bilingual("food", "食物")
    static let drink = Bilingual("drink", "饮料")
    static let animal = Bilingual("animal", "动物")
    static let bird = Bilingual("bird", "鸟类")
    static let nature = Bilingual("nature", "自然")
    static let tool = Bilingual("tool", "工具")
    static let vehicle = Bilingual("vehicle", "车船")
    static let art = Bilingual("art", "文艺")

    static let kinds = [fruit, vegetable, food, drink, animal, bird, nature, tool, vehicle, art]

    static let all = [
        Thing("banana", "香蕉", fruit, Colours.yellow),
        Thing("lemon", "柠檬", fruit, Colours.yellow),
        Thing("strawberry", "草莓", fruit, Colours.red),
        Thing("cherry", "樱桃", fruit, Colours.red),
        Thing("peach", "桃子", fruit, Colours.pink),
        Thing("tomato", "番茄", vegetable, Colours.red),
        Thing("cucumber", "黄瓜", vegetable, Colours.green),
        Thing("spinach", "菠菜", vegetable, Colours.green),
        Thing("corn", "玉米", vegetable, Colours.yellow),
        Thing("potato", "土豆", vegetable, Colours.brown),
        Thing("rice", "米饭", food, Colours.white),
        Thing("chocolate", "巧克力", food, Colours.brown),
        Thing("bread", "面包", food, Colours.brown),
        Thing("soup", "汤", food),
        Thing("cake", "蛋糕", food),
        Thing("milk", "牛奶", drink, Colours.white),
        Thing("coffee", "咖啡", drink, Colours.black),
        Thing("tea", "茶", drink),
        Thing("frog", "青蛙", animal, Colours.green),
        Thing("pig", "猪", animal, Colours.pink),
        Thing("sheep", "绵羊", animal, Colours.white),
        Thing("bear", "熊", animal, Colours.brown),
        Thing("dog", "狗", animal),
        Thing("crow", "乌鸦", bird, Colours.black),
        Thing("swan", "天鹅", bird, Colours.white),
        Thing("canary", "金丝雀", bird, Colours.yellow),
        Thing("flamingo", "火烈鸟", bird, Colours.pink),
        Thing("sky", "天空", nature, Colours.blue),
        Thing("sea", "大海", nature, Colours.blue),
        Thing("snow", "雪", nature, Colours.white),
        Thing("grass", "草", nature, Colours.green),
        Thing("coal", "煤", nature, Colours.black),
        Thing("fire", "火", nature, Colours.red),
        Thing("hammer", "锤子", tool),
        Thing("knife", "刀", tool),
        Thing("spoon", "勺子", tool),
        Thing("bus", "公交车", vehicle),
        Thing("train", "火车", vehicle),
        Thing("ship", "船", vehicle),
        Thing("film", "电影", art),
        Thing("book", "书", art),
        Thing("song", "歌", art),
        Thing("story", "故事", art),
    ]

    /// What reviews are about.
    static let reviewed = all.filter { ["soup", "cake", "tea", "film", "book", "song", "story"].contains($0.word.english) }
}
