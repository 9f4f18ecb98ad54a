import Testing
import TinyWorld

@Suite("Vocabulary")
struct VocabularyTests {
    let vocabulary = World(seed: 1).vocabulary

    @Test("has 250 to 320 words, each once") func size() {
        #expect((250...320).contains(vocabulary.count))
        #expect(Set(vocabulary.words).count == vocabulary.count)
    }

    @Test("has a size that no other dimension of a model has, nor a multiple of a small model's width")
    func sizeIsItsOwn() {
        for width in [32, 48, 64] {
            #expect(![width, 3 * width, 4 * width].contains(vocabulary.count))
            #expect(!vocabulary.count.isMultiple(of: width))
        }
        #expect(![64, 128, 256].contains(vocabulary.count))
    }

    @Test("begins with padding and end") func marksFirst() {
        #expect(vocabulary.words.prefix(2) == [Marks.padding, Marks.end])
    }

    @Test("gives every word its id and back") func roundTrip() throws {
        #expect(try vocabulary.ids(of: vocabulary.words) == Array(0..<Int32(vocabulary.count)))
        #expect(vocabulary.words(at: try vocabulary.ids(of: ["hot", "=", "冷"])) == ["hot", "=", "冷"])
    }

    @Test("names the word it does not have") func unknownWord() {
        #expect(throws: WorldError.unknownWord("warmish")) { try vocabulary.ids(of: ["hot", "warmish"]) }
        #expect("\(WorldError.unknownWord("warmish"))".contains("\"warmish\""))
    }

    @Test("has one twin for every word, in both directions") func twins() {
        let words = WordClass.all.flatMap(\.words)
        #expect(Set(words.map(\.english)).count == words.count)
        #expect(Set(words.map(\.chinese)).count == words.count)
        #expect(Set(words.map(\.english)).isDisjoint(with: words.map(\.chinese)))
        for word in words {
            #expect(word.english.allSatisfy { $0.isASCII && $0.isLowercase })
            #expect(word.chinese.unicodeScalars.allSatisfy { (0x4E00...0x9FFF).contains($0.value) })
        }
    }

    @Test("writes no word with a space in it") func noSpaces() {
        #expect(vocabulary.words.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isWhitespace) })
    }
}
