"""Makes padded/: what Hugging Face Transformers and PEFT compute for a batch that is padded in every way.

    python make_padded.py BASES padded

BASES is the folder that holds base/ and llama-base/, the tiny models of the tests of tuning. Needs torch, transformers, peft and
safetensors; made with torch 2.15, transformers 5.23 and peft 0.21.2. Float32, eager attention, no dropout, one thread.

Row 0 is padded on the left, row 1 on the right, row 2 has a hole, row 3 is whole. Labels stand behind the last token of row 1, in the
hole of row 2, and on the first column, where only the last virtual token can predict them: of rows with a token there and without.
"""
import pathlib
import sys

import peft
import torch
import transformers
from safetensors.torch import save_file

VOCABULARY, COLUMNS, VIRTUAL, STEPS = 97, 9, 4, 3


def batch():
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(1, VOCABULARY, (4, COLUMNS), generator=generator)
    mask = torch.ones_like(ids)
    mask[0, :3] = 0
    mask[1, 7:] = 0
    mask[2, 4] = 0
    mask[2, 6:] = 0
    ids = ids * mask
    labels = torch.full_like(ids, -100)
    labels[0, 5:] = ids[0, 5:]
    labels[1, :7] = ids[1, :7]
    labels[2, 2:4] = ids[2, 2:4]
    labels[3] = ids[3]
    labels[0, 0], labels[1, 7], labels[2, 4] = 11, 23, 7
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def write(out, name, model, learning_rate):
    model.train()
    inputs = batch()
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    tensors = {n: x.to(torch.int32) for n, x in inputs.items()}
    tensors |= {f"start/{n}": p.detach().clone() for n, p in trained}
    result = model(**inputs, output_attentions=True, output_hidden_states=True)
    result.loss.backward()
    tensors["logits"], tensors["loss"] = result.logits.detach(), result.loss.detach().reshape(1)
    tensors |= {f"attention/{i}": x.detach() for i, x in enumerate(result.attentions)}
    tensors |= {f"hidden/{i}": x.detach() for i, x in enumerate(result.hidden_states)}
    tensors |= {f"gradient/{n}": p.grad.clone() for n, p in trained}
    optimizer = torch.optim.AdamW([p for _, p in trained], lr=learning_rate, weight_decay=0.01)
    losses = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = model(**inputs).loss
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        if step in (1, STEPS):
            tensors |= {f"after-{step}/{n}": p.detach().clone() for n, p in trained}
    tensors["losses"] = torch.tensor(losses)
    save_file(
        {n: x.contiguous().clone() for n, x in tensors.items()}, out / f"{name}.safetensors",
        metadata={"lr": str(learning_rate), "weight_decay": "0.01", "steps": str(STEPS)})


def main():
    torch.set_num_threads(1)
    bases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    shared = {"task_type": "CAUSAL_LM", "num_virtual_tokens": VIRTUAL}
    for base in ("base", "llama-base"):
        for name, configuration in (
            ("prompt-tuning", peft.PromptTuningConfig(**shared)),
            ("prefix-tuning", peft.PrefixTuningConfig(**shared)),
            ("p-tuning", peft.PromptEncoderConfig(**shared, encoder_hidden_size=6)),
        ):
            if name == "p-tuning" and base != "base":
                continue
            model = transformers.AutoModelForCausalLM.from_pretrained(
                bases / base, attn_implementation="eager", dtype=torch.float32)
            torch.manual_seed(3)
            write(out, f"{base}-{name}", peft.get_peft_model(model, configuration), 0.01)


main()
