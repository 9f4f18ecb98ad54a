"""Makes reference/: what Hugging Face Transformers and PEFT compute for tiny random models, for the tests to compare with.

    python make_reference.py reference

Needs torch, transformers, peft and safetensors; made with peft 0.21.2 and, for GPT-2, torch 2.15 and transformers 5.23, for Llama
torch 2.13 and transformers 5.24. Float32, eager attention, no dropout, one thread. base/ is a GPT-2, llama-base/ a Llama,
llama-untied-base/ one with a head of its own and a stretched rotary embedding; every other folder holds expected.safetensors of one
way to tune the model it is named for:

    input_ids, attention_mask, labels   a ragged batch; labels of -100 are not counted
    start/NAME                          the trained parameters to begin with
    logits, loss, attention/i, hidden/i the forward pass (the last hidden state is the one after the final layer norm)
    gradient/NAME, after-1/NAME, after-10/NAME, losses    ten steps of AdamW on the same batch

adalora/ has the gradients of the first step, the losses of all, step-S/NAME of every lora_E after each step S and after-12/NAME.
"""
import pathlib
import sys

import peft
import torch
import transformers
from safetensors.torch import save_file

SEED, WIDTH, LAYERS, HEADS, VOCABULARY, CONTEXT, VIRTUAL = 7, 32, 3, 4, 97, 64, 5
LENGTHS = [11, 7, 4, 9]


def gpt2():
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, resid_pdrop=0, embd_pdrop=0,
            attn_pdrop=0, attn_implementation="eager", bos_token_id=0, eos_token_id=0))


def llama(**settings):
    defaults = {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, hidden_size=WIDTH, intermediate_size=3 * WIDTH,
            num_hidden_layers=2, num_attention_heads=HEADS, num_key_value_heads=HEADS // 2, attn_implementation="eager",
            bos_token_id=0, eos_token_id=0, **{**defaults, **settings}))


def untied_llama():
    # An original context of a few positions, so that of four frequencies one is kept, one lies between and two are divided.
    stretched = {
        "rope_type": "llama3", "rope_theta": 100.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32}
    return llama(tie_word_embeddings=False, rope_parameters=stretched)


def base_model(family):
    torch.manual_seed(SEED)
    model = family()
    with torch.no_grad():  # away from the values a new model has, so that no term of the computation is hidden by a 0 or a 1
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(6.0)
            else:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def ragged_batch():
    longest = max(LENGTHS)
    ids = torch.randint(1, VOCABULARY, (len(LENGTHS), longest), generator=torch.Generator().manual_seed(SEED + 1))
    mask = torch.tensor([[int(place < length) for place in range(longest)] for length in LENGTHS])
    ids = ids * mask
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, :2] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def write_case(folder, model, learning_rate, weight_decay=0.01, steps=10):
    batch = ragged_batch()
    model.train()
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    tensors = {name: value.to(torch.int32) for name, value in batch.items()}

    def keep(prefix, values):
        tensors.update({f"{prefix}/{name}": value.detach().clone() for name, value in values.items()})

    keep("start", trained)
    output = model(**batch, output_attentions=True, output_hidden_states=True)
    output.loss.backward()
    tensors["logits"] = output.logits.detach()
    tensors["loss"] = output.loss.detach().reshape(1)
    keep("attention", dict(enumerate(output.attentions)))
    keep("hidden", dict(enumerate(output.hidden_states)))
    keep("gradient", {name: parameter.grad for name, parameter in trained.items()})

    optimizer = torch.optim.AdamW(trained.values(), lr=learning_rate, weight_decay=weight_decay)
    losses = []
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        loss = model(**batch).loss
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        if step in (1, steps):
            keep(f"after-{step}", trained)
    tensors["losses"] = torch.tensor(losses)

    folder.mkdir(parents=True, exist_ok=True)
    count = sum(parameter.numel() for parameter in trained.values())
    settings = {"lr": learning_rate, "weight_decay": weight_decay, "steps": steps, "trainable": count}
    save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors",
        metadata={name: str(value) for name, value in settings.items()})


def write_adalora(folder, learning_rate=1e-2, total=12):
    model = base_model()
    torch.manual_seed(SEED + 3)
    model = peft.get_peft_model(model, peft.AdaLoraConfig(
        task_type="CAUSAL_LM", init_r=4, target_r=2, tinit=2, tfinal=3, deltaT=1, total_step=total, lora_alpha=6,
        target_modules=["c_attn", "c_fc"], lora_dropout=0.0, fan_in_fan_out=True, beta1=0.85, beta2=0.85, orth_reg_weight=0.5))
    model.train()
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    torch.manual_seed(SEED + 2)
    with torch.no_grad():  # the singular values start at 0, where most gradients vanish
        for parameter in trained.values():
            parameter.add_(0.05 * torch.randn_like(parameter))
    batch = ragged_batch()
    tensors = {name: value.to(torch.int32) for name, value in batch.items()}

    def keep(prefix, values):
        tensors.update({f"{prefix}/{name}": value.detach().clone() for name, value in values.items()})

    keep("start", trained)
    optimizer = torch.optim.AdamW(trained.values(), lr=learning_rate, weight_decay=0.0)
    losses = []
    for step in range(1, total + 1):
        optimizer.zero_grad()
        loss = model(**batch).loss
        losses.append(loss.item())
        loss.backward()
        if step == 1:
            keep("gradient", {name: parameter.grad for name, parameter in trained.items()})
        optimizer.step()
        model.base_model.update_and_allocate(step)
        keep(f"step-{step}", {name: parameter for name, parameter in trained.items() if "lora_E" in name})
    keep(f"after-{total}", trained)
    tensors["losses"] = torch.tensor(losses)
    pattern = model.peft_config["default"].rank_pattern
    tensors.update({f"rank-pattern/{name}": torch.tensor(rows, dtype=torch.int32) for name, rows in pattern.items()})
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors",
        metadata={"lr": str(learning_rate), "weight_decay": "0.0", "steps": str(total)})


def main():
    out = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    def write_base(name, family):
        base_model(family).save_pretrained(out / name)
        (out / name / "generation_config.json").unlink(missing_ok=True)

    def adapted(name, family, config, noise=0.0):
        model = base_model(family)
        torch.manual_seed(SEED + 3)
        model = peft.get_peft_model(model, config)
        if noise:  # LoRA's B starts at 0, where half of the gradients vanish
            torch.manual_seed(SEED + 2)
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.requires_grad:
                        parameter.add_(noise * torch.randn_like(parameter))
        write_case(out / name, model, learning_rate=1e-2)

    virtual = {"task_type": "CAUSAL_LM", "num_virtual_tokens": VIRTUAL}
    encoder = {**virtual, "encoder_hidden_size": 20}
    lora = {"task_type": "CAUSAL_LM", "lora_alpha": 6, "lora_dropout": 0.0}

    write_base("base", gpt2)
    write_case(out / "full", base_model(gpt2), learning_rate=1e-3)
    adapted("prompt-tuning", gpt2, peft.PromptTuningConfig(**virtual))
    adapted("prefix-tuning", gpt2, peft.PrefixTuningConfig(**virtual))
    adapted("prefix-tuning-mlp", gpt2, peft.PrefixTuningConfig(**virtual, prefix_projection=True, encoder_hidden_size=20))
    adapted("p-tuning-mlp", gpt2, peft.PromptEncoderConfig(**encoder, encoder_reparameterization_type="MLP"))
    adapted(
        "p-tuning-lstm", gpt2,
        peft.PromptEncoderConfig(
            **encoder, encoder_reparameterization_type="LSTM", encoder_num_layers=2, encoder_dropout=0.0))
    transposed = {**lora, "fan_in_fan_out": True}
    adapted("lora", gpt2, peft.LoraConfig(**transposed, r=3, target_modules=["c_attn", "c_proj"]), noise=0.05)
    adapted("lora-rslora", gpt2, peft.LoraConfig(**transposed, r=4, use_rslora=True, target_modules=["c_attn"]), noise=0.05)

    write_adalora(out / "adalora")

    write_base("llama-base", llama)
    write_case(out / "llama-full", base_model(llama), learning_rate=1e-3)
    adapted("llama-prompt-tuning", llama, peft.PromptTuningConfig(**virtual))
    adapted("llama-prefix-tuning", llama, peft.PrefixTuningConfig(**virtual))
    adapted("llama-lora", llama, peft.LoraConfig(**lora, r=3, target_modules=["q_proj", "v_proj"]), noise=0.05)

    write_base("llama-untied-base", untied_llama)
    adapted("llama-untied-prompt-tuning", untied_llama, peft.PromptTuningConfig(**virtual))


main()
