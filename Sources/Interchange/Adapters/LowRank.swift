/// What LoRA and AdaLoRA share: matrices A [r, in] and B [out, r] for each module, and with AdaLoRA singular values E [r, 1].
struct LowRank {
    /// What the names of A, B and E end in.
    let parts: [String]

    struct Module {
        let path: String
        /// A, B and E.
        let tensors: [Tensor]
    }

    /// The modules, sorted by path; every tensor belongs to one, and none lacks a part.
    func modules(in tensors: [String: Tensor]) throws(InterchangeError) -> [Module] {
        var paths: Set<String> = []
        for name in tensors.keys.sorted() {
            guard name.hasPrefix(AdapterTensorName.prefix), let part = parts.first(where: name.hasSuffix) else {
                let known = parts.map { "\(AdapterTensorName.prefix)<path>\($0)".quoted }.joined(separator: ", ")
                throw InterchangeError(
                    place: "tensor \(name.quoted)", "it is not part of such an adapter; expected names like \(known)")
            }
            paths.insert(String(name.dropFirst(AdapterTensorName.prefix.count).dropLast(part.count)))
        }
        var modules: [Module] = []
        for path in paths.sorted() {
            var found: [Tensor] = []
            for part in parts {
                let name = AdapterTensorName.prefix + path + part
                guard let tensor = tensors[name] else { throw InterchangeError(place: "tensor \(name.quoted)", "it is missing") }
                try tensor.checkIsFloat(name)
                found.append(tensor)
            }
            modules.append(Module(path: path, tensors: found))
        }
        return modules
    }

    /// Checks a module's shapes against a rank.
    func check(_ module: Module, rank: Int, targets: TargetModules?) throws(InterchangeError) {
        let (a, b) = (module.tensors[0].shape, module.tensors[1].shape)
        func wrong(_ index: Int, _ expected: String) -> InterchangeError {
            InterchangeError(
                place: "tensor \((AdapterTensorName.prefix + module.path + parts[index]).quoted)",
                "its shape is \(module.tensors[index].shape), but adapter_config.json asks for \(expected)")
        }
        guard a.count == 2, a[0] == rank else { throw wrong(0, "[\(rank), inputs]") }
        guard b.count == 2, b[1] == rank else { throw wrong(1, "[outputs, \(rank)]") }
        if module.tensors.count > 2, module.tensors[2].shape != [rank, 1] { throw wrong(2, "[\(rank), 1]") }
        if let targets, try !targets.contains(module.path) {
            throw InterchangeError(
                place: "module \(module.path.quoted)", "target_modules of adapter_config.json does not name it")
        }
    }

    /// Checks that a model has the module, with as many inputs and outputs.
    func check(_ module: Module, storesInputsFirst: Bool, fits model: any CheckpointConfiguration) throws(InterchangeError) {
        let place = "module \(module.path.quoted)"
        guard let shape = model.weights.first(where: { $0.name == "\(module.path).weight" })?.shape, shape.count == 2 else {
            throw InterchangeError(place: place, "the model has no such matrix")
        }
        guard storesInputsFirst == model.storesInputsFirst else {
            throw InterchangeError(
                place: "key \"fan_in_fan_out\"",
                "it is \(storesInputsFirst), but a \(type(of: model).familyName) model stores weights \(model.storesInputsFirst ? "[in, out]" : "[out, in]")"
            )
        }
        let (inputs, outputs) = storesInputsFirst ? (shape[0], shape[1]) : (shape[1], shape[0])
        let (a, b) = (module.tensors[0].shape, module.tensors[1].shape)
        guard a.last == inputs, b.first == outputs else {
            throw InterchangeError(
                place: place,
                "the adapter changes a matrix of \(a.last ?? 0) inputs and \(b.first ?? 0) outputs, but the model's has \(inputs) and \(outputs)"
            )
        }
    }

    /// Refuses, by key, the ways to change a matrix that are not LoRA's.
    static func refuseVariants(_ settings: JSONSettings) throws(InterchangeError) {
        try settings.require("bias", "none")
        for key in ["use_dora", "use_qalora", "lora_bias"] { try settings.require(key, false) }
        for key in [
            "layer_replication", "trainable_token_indices", "target_parameters", "alora_invocation_tokens", "use_bdlora",
            "arrow_config",
            "megatron_config", "kasa_config", "monteclora_config", "velora_config",
        ] {
            try settings.refuse(key, because: "this variant of LoRA is not supported; expected null")
        }
    }
}
