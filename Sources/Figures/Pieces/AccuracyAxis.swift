internal import Drawing

extension Axis {
    /// An axis of accuracies, from none to all, in per cent.
    static func accuracy(_ title: String) -> Axis {
        let values = [0, 0.2, 0.4, 0.6, 0.8, 1]
        return Axis(
            title, range: 0...1, ticks: Ticks(values: values, labels: values.map { NumberFormat.percentage($0) }))
    }
}

extension Chart.Rule {
    /// The accuracy of guessing.
    static func chance(_ chance: Double, _ type: Typesetter) -> Chart.Rule {
        let share = NumberFormat.percentage(chance)
        return Chart.Rule(.level, at: chance, label: type(Localised(en: "chance \(share)", zhHans: "随机猜测 \(share)")))
    }
}
