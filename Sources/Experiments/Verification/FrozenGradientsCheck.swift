internal import Recordings

/// That a weight is frozen shows in what is not computed.
struct FrozenGradientsCheck: RunCheck {
    let id = "frozen-gradients"
    let claim = BilingualText(
        english: "no gradient is computed for a frozen weight, and one for everything trained",
        chinese: "冻结的权重没有梯度，训练的参数都有梯度")

    func examine(_ run: ReplayedRun, into finding: inout Finding) {
        let nodes = run.graphDescription.nodes
        let names = Set(nodes.map(\.name))
        for node in nodes where node.isParameter && !node.name.rawValue.hasPrefix("optimizer/") {
            let gradient = node.name.gradient
            if run.run.description.isTrained(node.name) {
                finding.require(
                    names.contains(gradient) && names.contains(node.name.updated), "\(node.name) is trained and has no gradient")
            } else {
                let found = nodes.first { $0.name == gradient || $0.name.rawValue.hasPrefix(gradient.rawValue + "/") }
                finding.require(found == nil, "\(node.name) is frozen, and \(found?.name ?? gradient) is computed")
            }
        }
    }
}
