/// All metrics, in the order of the reference.
public enum MetricCatalogue {
    public static let all: [Metric] =
        Metric.ofAnswers + Metric.ofTraining + Metric.ofSizes + Metric.ofCosts + Metric.ofVirtualTokens + Metric.ofInvariants

    static func metric(_ id: String) -> Metric? { all.first { $0.id == id } }
}
