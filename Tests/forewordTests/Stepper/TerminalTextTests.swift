import Drawing
import Experiments
import Testing

@testable import foreword

@Suite struct TerminalTextTests {
    static let widths: [(String, Int)] = [
        ("", 0), ("loss", 4), ("损失", 4), ("第 3 步，共 60 步", 17), ("wᵢⱼ = e^sᵢⱼ", 11), ("−1.5e−5", 7), ("▁▂█", 3), ("ｆｕｌｌ", 8),
        ("한국어", 6), ("e\u{301}", 1), ("🙂", 2), ("…", 1),
    ]

    @Test("Characters take as many columns as terminals give them", arguments: widths)
    func columns(text: String, width: Int) { #expect(TerminalText.columns(text) == width) }

    static let texts = [
        "", "a", "one two three four five six seven eight", "thisisonewordthatislongerthanaline", "前向传播、损失、反向传播、优化器，依次进行。",
        "中文 and English 混合 in one 行 of text", "    indented",
    ]

    @Test("Clipped, padded and wrapped text fits, and wrapping loses nothing but spaces", arguments: texts, [1, 2, 8, 9, 20, 80])
    func fits(text: String, width: Int) {
        let clipped = TerminalText.clipped(text, to: width)
        #expect(TerminalText.columns(clipped) <= width)
        #expect((clipped == text) == (TerminalText.columns(text) <= width))
        #expect(TerminalText.columns(TerminalText.padded(text, to: width)) == width)
        #expect(StyledText(text, .strong).clipped(to: width).columns <= width)
        let halves = StyledText(String(text.prefix(5))) + StyledText(String(text.dropFirst(5)), .quiet)
        #expect(halves.clipped(to: width).columns <= width)
        guard width >= 8 else { return }
        let lines = TerminalText.wrapped(text, to: width)
        #expect(lines.allSatisfy { TerminalText.columns($0) <= width }, "\(lines)")
        #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }

    @Test("What a vocabulary holds cannot steer the terminal")
    func harmless() {
        #expect(TerminalText.harmless("a\u{1B}[2Jb\nc\u{202E}d") == "a·[2Jb·c·d")
        #expect(TerminalText.harmless("冷 ≠ hot") == "冷 ≠ hot")
    }

    @Test("Colours are what the environment says")
    func colours() {
        func colours(_ environment: [String: String], isTerminal: Bool = true) -> TerminalColours {
            TerminalColours(environment: environment, isTerminal: isTerminal)
        }
        #expect(colours(["TERM": "xterm-256color"]) == .indexed)
        #expect(colours(["TERM": "xterm-256color", "COLORTERM": "truecolor"]) == .full)
        #expect(colours(["TERM": "xterm-256color", "NO_COLOR": "1"]) == TerminalColours.none)
        #expect(colours(["TERM": "xterm-256color", "NO_COLOR": ""]) == .indexed)
        #expect(colours(["TERM": "dumb"]) == TerminalColours.none)
        #expect(colours([:]) == TerminalColours.none)
        #expect(colours(["TERM": "xterm-256color"], isTerminal: false) == TerminalColours.none)
        let cell = StyledText("x", .cell(.map(.sequential, position: 1)))
        #expect(TerminalColours.none.write(cell) == "x")
        #expect(TerminalColours.full.write(cell).contains("48;2;"))
        #expect(TerminalColours.indexed.write(cell).contains("48;5;"))
        #expect(TerminalColours.index(Colour(red: 255, green: 0, blue: 0)) == 196)
        #expect(TerminalColours.index(Colour(red: 128, green: 128, blue: 128)) == 244)
    }

    @Test("A sparkline has its lowest block for the smallest number, and a gap for none")
    func sparkline() {
        #expect(Sparkline.text([0, 7, 3.5, .nan]) == "▁█▅ ")
        #expect(Sparkline.text([2, 2]) == "▁▁")
        #expect(Sparkline.text([]).isEmpty)
    }

    @Test("Every word and short form of a command is read, and each is its own")
    func commands() throws {
        let needed = [
            "step": "1", "phase": "loss", "value": "loss", "element": "0,1", "search": "x", "search-back": "x", "show": "heat",
            "watch": "loss", "break": "loss < 1", "delete": "1",
        ]
        let all = StepperCommand.words.flatMap { [$0.word] + $0.short }
        #expect(Set(all).count == all.count)
        for (word, short) in StepperCommand.words {
            for form in [word] + short {
                let line = "  \(form)   \(needed[word] ?? "") "
                #expect(try StepperCommand(line) == StepperCommand("\(word) \(needed[word] ?? "")"))
            }
        }
        #expect(try StepperCommand("# a remark") == nil)
        #expect(try StepperCommand("  ") == nil)
        #expect(try StepperCommand("next 3") == .move(.over, 3))
        #expect(try StepperCommand("earlier 2") == .shift(-2))
        #expect(try StepperCommand("element [3, 1,0]") == .element([3, 1, 0]))
        #expect(try StepperCommand("step last") == .lastStep)
    }

    @Test("The keys fit every width, help and quit before all others", arguments: [20, 40, 80, 200], [Language.en, .zhHans])
    func keys(width: Int, language: Language) {
        let line = StepperWords(language: language).keyLine(width: width)
        #expect(TerminalText.columns(line) <= width && line.contains("q "))
        for line in StepperWords(language: language).help { #expect(TerminalText.columns(line) <= 80) }
    }
}
