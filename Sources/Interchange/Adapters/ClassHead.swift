/// A linear layer from the last token's hidden state to classes, which was trained beside a method: the `score` of the models for
/// sequence classification of Hugging Face Transformers. PEFT saves it with an adapter whose task type is `SEQ_CLS`.
public struct ClassHead: Equatable, Sendable {
    /// `[classes, d]`.
    public var weight: Tensor
    /// The classes' names in the order of the rows; empty where they are not known, as PEFT does not save them.
    public var labels: [String]

    public init(weight: Tensor, labels: [String]) {
        self.weight = weight
        self.labels = labels
    }

    /// The note in an adapter's file that names the classes, as a JSON list.
    static let labelsNote = "class_labels"
    /// What PEFT calls the weight: with virtual tokens, and with low-rank matrices.
    private static let names = ["base_model.score.weight", "base_model.model.score.weight"]
    private static let modules = ["classifier", "score"]

    /// Whether an adapter's settings speak of a head.
    static func isExpected(by settings: JSONSettings) throws(InterchangeError) -> Bool {
        let place = settings.place("modules_to_save")
        switch settings.object["task_type"]?.string {
        case "CAUSAL_LM":
            try settings.refuse(
                "modules_to_save", because: "adapters that also hold modules of the model are not supported; expected null")
            return false
        case "SEQ_CLS":
            for module in settings.object["modules_to_save"]?.array ?? [] where !modules.contains(module.string ?? "") {
                throw InterchangeError(place: place, "expected only the head, \(modules[0].quoted) or \(modules[1].quoted)")
            }
            return true
        default:
            throw InterchangeError(
                place: settings.place("task_type"),
                "\(settings.object["task_type"]?.kind ?? "nothing") is not supported; expected \("CAUSAL_LM".quoted), or "
                    + "\("SEQ_CLS".quoted) for classes")
        }
    }

    init(takingFrom tensors: inout [String: Tensor], notes: [String: String]) throws(InterchangeError) {
        guard let name = Self.names.first(where: { tensors[$0] != nil }), let weight = tensors.removeValue(forKey: name) else {
            throw InterchangeError(
                place: "tensor \(Self.names[0].quoted)", "it is missing, though the task type SEQ_CLS asks for a head")
        }
        try weight.checkIsFloat(name)
        guard weight.shape.count == 2 else {
            throw InterchangeError(place: "tensor \(name.quoted)", "its shape is \(weight.shape); expected [classes, width]")
        }
        let labels = try notes[Self.labelsNote].map { text throws(InterchangeError) in try JSON(parsing: Array(text.utf8)) }
        self.weight = weight
        self.labels = labels?.array?.compactMap { $0.string } ?? []
        guard self.labels.isEmpty || self.labels.count == weight.shape[0] else {
            throw InterchangeError(
                place: "note \(Self.labelsNote.quoted)",
                "it names \(self.labels.count) classes, but the head has \(weight.shape[0])")
        }
    }

    /// The contents of an adapter folder with the head among them.
    func added(
        to tensors: [String: Tensor], notes: [String: String], settings: JSONObject, isLowRank: Bool
    ) -> (tensors: [String: Tensor], notes: [String: String], settings: JSONObject) {
        var (tensors, notes, settings) = (tensors, notes, settings)
        tensors[Self.names[isLowRank ? 1 : 0]] = weight
        notes[Self.labelsNote] = JSON.array(labels.map { .string($0) }).text(.compact)
        settings["task_type"] = "SEQ_CLS"
        settings["modules_to_save"] = .array(Self.modules.map { .string($0) })
        return (tensors, notes, settings.sorted)
    }

    func check(fits model: ModelConfiguration) throws(InterchangeError) {
        guard weight.shape[1] == model.checkpoint.width else {
            throw InterchangeError(
                place: "tensor \(Self.names[0].quoted)",
                "the head is \(weight.shape[1]) wide, but the model's hidden states are \(model.checkpoint.width)")
        }
    }
}
