"""Takes adapters of every method from Foreword to PEFT and from PEFT to Foreword, and compares the logits.

    python round_trip.py Sources/Experiments/Models/tiny-world-4x64 .build/release/foreword

There: Foreword trains each method for a few steps, PEFT opens the adapter. Back: PEFT writes an adapter of random numbers, Foreword opens
it. Both compute the logits of the same ragged batch. Not run by the tests: it needs torch, transformers, peft and safetensors.
"""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import peft
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

warnings.filterwarnings("ignore")
model_folder, command = str(Path(sys.argv[1]).resolve()), str(Path(sys.argv[2]).resolve())
TOLERANCE = 2e-5
failed = False
lengths = [9, 4, 1, 7]
torch.manual_seed(5)
mask = torch.tensor([[1] * length + [0] * (max(lengths) - length) for length in lengths])
ids = torch.randint(5, 300, mask.shape) * mask


def foreword(*arguments):
    return subprocess.run([command, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def base():
    return AutoModelForCausalLM.from_pretrained(model_folder, attn_implementation="eager").eval()


def traced(adapter, folder):
    save_file({"input_ids": ids.int(), "attention_mask": mask.int()}, folder / "batch.safetensors")
    foreword("trace", "--model", model_folder, "--adapter", adapter, "--input", folder / "batch.safetensors", "--out", folder / "trace.safetensors")
    return load_file(folder / "trace.safetensors")["logits"]


def compare(name, ours, model):
    """Rows of real tokens alone, and of virtual ones where there are any."""
    global failed
    with torch.no_grad():
        theirs = model(input_ids=ids, attention_mask=mask).logits
    front = theirs.shape[1] - ids.shape[1]
    real = torch.cat([torch.ones(len(lengths), front), mask], dim=1).bool()
    worst = (ours - theirs)[real].abs().max().item() if ours.shape == theirs.shape else float("inf")
    failed = failed or not worst <= TOLERANCE
    print(f"{'ok ' if worst <= TOLERANCE else 'BAD'} {name}: {int(real.sum())} rows of {theirs.shape[-1]} logits, largest difference {worst:.2e}")


def there(folder):
    methods = {
        "prompt-tuning": ["--virtual-tokens", 5],
        "prefix-tuning": ["--virtual-tokens", 5],
        "prefix-tuning, projected": ["--virtual-tokens", 5, "--projection-width", 24],
        "p-tuning-v2": ["--virtual-tokens", 3],
        "p-tuning": ["--virtual-tokens", 5],
        "p-tuning, lstm": ["--virtual-tokens", 5, "--encoder", "lstm"],
        "lora": ["--rank", 3, "--targets", "c_attn,c_proj,c_fc"],
        "lora, rank-stabilised": ["--rank", 4, "--rank-stabilised"],
        "adalora": ["--rank", 6, "--target-rank", 2, "--targets", "c_attn,c_fc"],
        "hard-prompt": ["--text", "the opposite"],
    }
    for name, options in methods.items():
        out = folder / name.replace(", ", "-")
        foreword("train", "--model", model_folder, "--task", "opposite-en", "--method", name.split(",")[0], *options, "--steps", 30, "--frames", "none", "--out", out)
        model = peft.PeftModel.from_pretrained(base(), out / "adapter").eval()
        compare(f"to PEFT, {name}", traced(out / "adapter", folder), model)

    for front in ("prompt-tuning", "prefix-tuning", "p-tuning"):
        name = f"{front}+lora"
        out = folder / name
        foreword("train", "--model", model_folder, "--task", "opposite-en", "--method", name, "--virtual-tokens", 4, "--steps", 30, "--frames", "none", "--out", out)
        merged = peft.PeftModel.from_pretrained(base(), out / "adapter/lora").merge_and_unload()
        model = peft.PeftModel.from_pretrained(merged, out / f"adapter/{front}").eval()
        compare(f"to PEFT, {name}: two folders", traced(out / "adapter", folder), model)


def class_head(folder):
    """A head for classes, beside LoRA and a soft prompt: the classes that PEFT finds for each text alone.

    With a prefix PEFT refuses GPT-2's model for classification ("does not support past key values"), so that nothing can be compared.
    """
    global failed
    rows = folder / "rows.csv"
    texts = ["hot", "cold", "dry", "wet", "new", "old"]
    rows.write_text("text,label\n" + "".join(f"{text},{'bad' if index % 2 else 'good'}\n" for index, text in enumerate(texts)))
    words = {word: index for index, word in enumerate(vocabulary())}
    for method in ("lora", "prompt-tuning"):
        out = folder / f"classes-{method}"
        foreword("train", "--model", model_folder, "--data", rows, "--method", method, "--class-head", "--steps", 80, "--learning-rate", 0.01, "--frames", "none", "--out", out)
        model = AutoModelForSequenceClassification.from_pretrained(model_folder, num_labels=2, pad_token_id=0)
        model = peft.PeftModel.from_pretrained(model, out / "adapter").eval()
        right = 0
        for index, text in enumerate(texts):
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([[words[text]]]), attention_mask=torch.ones(1, 1)).logits[0]
            right += int(logits.argmax().item() == index % 2)
        good = right == len(texts)
        failed = failed or not good
        print(f"{'ok ' if good else 'BAD'} to PEFT, {method} with a head for classes: {right} of {len(texts)} classes as trained")


def vocabulary():
    import json

    words = json.loads((Path(model_folder) / "tokenizer.json").read_text())["model"]["vocab"]
    return sorted(words, key=words.get)


def back(folder):
    virtual = {"task_type": "CAUSAL_LM", "num_virtual_tokens": 6}
    lora = {"task_type": "CAUSAL_LM", "lora_alpha": 10, "fan_in_fan_out": True}
    configurations = {
        "PROMPT_TUNING": peft.PromptTuningConfig(**virtual),
        "PREFIX_TUNING": peft.PrefixTuningConfig(**virtual),
        "PREFIX_TUNING, projected": peft.PrefixTuningConfig(**virtual, prefix_projection=True, encoder_hidden_size=20),
        "P_TUNING, MLP": peft.PromptEncoderConfig(**virtual, encoder_hidden_size=20),
        "P_TUNING, LSTM": peft.PromptEncoderConfig(**virtual, encoder_reparameterization_type="LSTM", encoder_hidden_size=20),
        "LORA": peft.LoraConfig(**lora, r=5, target_modules=["c_attn", "c_proj"]),
        "LORA, ranks and alphas by module": peft.LoraConfig(**lora, r=5, target_modules=["c_attn", "c_fc"], rank_pattern={"h.1.attn.c_attn": 2, r".*\.c_fc": 7}, alpha_pattern={"h.0.mlp.c_fc": 3}),
        "LORA, rank-stabilised": peft.LoraConfig(**lora, r=5, use_rslora=True, target_modules=r".*\.(c_attn|c_fc)"),
        "ADALORA": peft.AdaLoraConfig(**lora, init_r=5, target_r=2, total_step=10, target_modules=["c_attn", "c_fc"]),
    }
    for name, configuration in configurations.items():
        model = peft.get_peft_model(base(), configuration)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad and parameter.is_floating_point():
                    parameter.add_(0.1 * torch.randn_like(parameter))
        out = folder / name.replace(", ", "-").replace(" ", "-")
        model.eval().save_pretrained(out)
        compare(f"from PEFT, {name}", traced(out, folder), model)


with tempfile.TemporaryDirectory() as temporary:
    there(Path(temporary))
    class_head(Path(temporary))
    back(Path(temporary))
sys.exit(1 if failed else 0)
