public import ArgumentParser
public import Experiments
import Foundation

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Write everything one batch makes of a model, to compare with another implementation.",
        discussion: """
            The input is a safetensors file with input_ids [B, T] and, if you have them, attention_mask (else all 1) and labels (-100 \
            where nothing is counted; without labels only the forward pass is written), as Hugging Face Transformers takes them. Padding \
            may be left or right, and the mask may have holes. The model needs no tokenizer.

            The method comes from the adapter folder, or from --method; what is trained starts from tensors named start/ and then as \
            PEFT names them while it trains (start/prompt_encoder.default.embedding.weight), in --parameters or in the input, else from \
            the adapter's own. With none of these it is the bare model, and with --method full-fine-tuning all its weights are trained.

            The output holds the input, start/…, logits, hidden/i (the last one is behind the final normalisation), attention/i, loss, \
            gradient/…, and with --steps N after-1/…, after-N/… and losses, in Transformers' and PEFT's names and shapes: behind a soft \
            prompt of P tokens there are P + T rows, behind a prefix T rows and P + T keys. Rows at padding hold 0. Labels are shifted by \
            one as Transformers does it: behind a soft prompt the label on token 0 is predicted by the last virtual token, else it is \
            not counted. The loss of AdaLoRA includes its penalty, and step-s/… holds its singular values after each step.

            Example: foreword trace --model base --adapter adapter --input expected.safetensors --out traced.safetensors --steps 10, \
            then: foreword compare expected.safetensors traced.safetensors
            """)

    @Option(help: "The model's folder, or the name of one that comes with the project.")
    var model: String

    @Option(help: "An adapter folder of PEFT's.")
    var adapter: String?

    @Option(
        help: "The method, where there is no adapter: \(TraceRequest.Method.allCases.map(\.rawValue).joined(separator: ", ")).")
    var method: TraceRequest.Method?

    @Option(help: "A file with the parameters to start from, named start/…; by default the input, if it has any.")
    var parameters: String?

    @Option(help: "A safetensors file with the batch.")
    var input: String

    @Option(help: "The file to write.")
    var out: String

    @Option(help: "Steps of AdamW on the batch.")
    var steps = 0

    @Option(name: [.customLong("learning-rate"), .customLong("lr")], help: "The learning rate of the steps.")
    var learningRate = 0.01

    @Option(help: "The weight decay of the steps.")
    var weightDecay = 0.01

    @Option(help: "α of LoRA, where there is no adapter.")
    var alpha: Double?

    @Flag(help: "Scale LoRA's change by α/√r rather than α/r, where there is no adapter.")
    var rankStabilised = false

    func validate() throws {
        if steps < 0 { throw ValidationError("--steps is \(steps); expected a number from 0.") }
        for (name, number) in [("--learning-rate", learningRate), ("--weight-decay", weightDecay)]
        where !(number.isFinite && number >= 0) {
            throw ValidationError("\(name) is \(number); expected a number from 0.")
        }
        if let alpha, !(alpha.isFinite && alpha > 0) {
            throw ValidationError("--alpha is \(alpha); expected a number above 0.")
        }
    }

    func run() throws {
        var request = TraceRequest(model: ModelLibrary.url(of: model), input: URL(filePath: input))
        request.adapter = adapter.map { URL(filePath: $0) }
        request.method = method
        request.parameters = parameters.map { URL(filePath: $0) }
        (request.steps, request.learningRate, request.weightDecay) = (steps, learningRate, weightDecay)
        request.alpha = alpha
        request.isRankStabilised = rankStabilised ? true : nil
        let trace = try Trace(request)
        try trace.write(to: URL(filePath: out))
        if let loss = trace.loss { Console.output("loss      \(loss)") }
        if let last = trace.losses.last { Console.output("losses    \(trace.losses[0]) to \(last), before steps 1 and \(steps)") }
        Console.output("trained   \(trace.trainedCount) numbers")
        Console.output("written   \(trace.tensors.count) tensors to \(out)")
    }
}

extension TraceRequest.Method: ExpressibleByArgument {}
