import Testing

@testable import Tuning

@Suite struct BatchOrderTests {
    @Test("Every epoch shows each example once, in another order, and any step can be asked for at any time")
    func epochs() {
        var order = BatchOrder(exampleCount: 12, batchSize: 4, seed: 9)
        let epochs = (0..<3).map { epoch in (0..<3).map { Array(order.examples(atStep: epoch * 3 + $0)) } }
        for epoch in epochs { #expect(epoch.flatMap(\.self).sorted() == Array(0..<12)) }
        #expect(Set(epochs).count == 3)
        var other = BatchOrder(exampleCount: 12, batchSize: 4, seed: 9)
        #expect(Array(other.examples(atStep: 7)) == epochs[2][1])
        #expect(Array(other.examples(atStep: 1)) == epochs[0][1])
    }

    @Test("A batch larger than the data is the data")
    func largeBatch() {
        var order = BatchOrder(exampleCount: 3, batchSize: 16, seed: 1)
        #expect(order.examples(atStep: 5).sorted() == [0, 1, 2])
    }
}
