/// Adjectives, in pairs of opposites.
enum Adjectives {
    /// Adjectives that praise or blame, the pleasant one first: what reviews are written with.
    static let judging = [
        OppositePair("good", "好", against: "bad", "坏"),
        OppositePair("clean", "干净", against: "dirty", "肮脏"),
        OppositePair("fresh", "新鲜", against: "stale", "陈腐"),
        OppositePair("beautiful", "美丽", against: "ugly", "丑陋"),
        OppositePair("bright", "明亮", against: "dim", "昏暗"),
        OppositePair("lively", "生动", against: "dull", "沉闷"),
        OppositePair("gentle", "温和", against: "rough", "粗暴"),
        OppositePair("sweet", "甜", against: "bitter", "苦"),
        OppositePair("warm", "温暖", against: "chilly", "寒凉"),
    ]

    /// Adjectives that only describe.
    static let describing = [
        OppositePair("hot", "热", against: "cold", "冷"),
        OppositePair("big", "大", against: "small", "小"),
        OppositePair("long", "长", against: "short", "短"),
        OppositePair("high", "高", against: "low", "低"),
        OppositePair("fast", "快", against: "slow", "慢"),
        OppositePair("new", "新", against: "old", "旧"),
        OppositePair("heavy", "重", against: "light", "轻"),
        OppositePair("wet", "湿", against: "dry", "干"),
        OppositePair("full", "满", against: "empty", "空"),
        OppositePair("hard", "硬", against: "soft", "软"),
        OppositePair("deep", "深", against: "shallow", "浅"),
        OppositePair("wide", "宽", against: "narrow", "窄"),
        OppositePair("thick", "厚", against: "thin", "薄"),
        OppositePair("near", "近", against: "far", "远"),
        OppositePair("early", "早", against: "late", "晚"),
        OppositePair("loud", "响", against: "quiet", "静"),
    ]

    static let pairs = judging + describing
}
