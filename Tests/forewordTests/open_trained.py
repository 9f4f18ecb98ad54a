"""Compares Foreword's numbers with those of Transformers and PEFT, on a model of the tiny world and an adapter trained on it.

    python open_trained.py Sources/Experiments/Models/tiny-world-4x64 .build/release/foreword

Foreword trains twice in a temporary folder: fully, which records the logits of the model as it is at the first step, and a soft prompt,
whose adapter PEFT opens. Compared are the logits of the recorded steps, and greedy generation. Not run by the tests: it needs torch,
transformers, peft and safetensors.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

model_folder, command = str(Path(sys.argv[1]).resolve()), str(Path(sys.argv[2]).resolve())
TOLERANCE = 2e-5
failed = False


def foreword(*arguments):
    return subprocess.run([command, *arguments], check=True, capture_output=True, text=True).stdout


def report(what, good):
    global failed
    failed = failed or not good
    print(f"{'ok ' if good else 'BAD'} {what}")


def run_folder(trained):
    """The folder of a recording's only run."""
    return next((Path(trained) / "recording/runs").iterdir())


def compare(name, frame, model):
    """The logits of a frame, and what a model gives at the same places of the same texts."""
    starts, counted, tokens = (frame[f"batch.{key}"].tolist() for key in ("sequence-starts", "counted-rows", "tokens"))
    worst = 0.0
    row = 0
    for first, last in zip(starts, starts[1:]):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([tokens[first:last]])).logits[0, first - last :]
        for place in (place for place in counted if first <= place < last):
            worst = max(worst, (frame["logits"][row] - logits[place - first]).abs().max().item())
            row += 1
    report(f"{name}: {row} rows of {logits.shape[-1]} logits, largest difference {worst:.2e}", row > 0 and worst <= TOLERANCE)


def continuation(model, ids, count, end):
    """Greedy, by whole forward passes."""
    added = []
    for _ in range(count):
        with torch.no_grad():
            token = model(input_ids=torch.tensor([ids + added])).logits[0, -1].argmax().item()
        if token == end:
            break
        added.append(token)
    return added


with tempfile.TemporaryDirectory() as place:
    full, soft = f"{place}/full", f"{place}/soft"
    common = ["train", "--model", model_folder, "--task", "opposite-en"]
    foreword(*common, "--method", "full-fine-tuning", "--steps", "1", "--frames", "first", "--out", full)
    foreword(*common, "--method", "prompt-tuning", "--steps", "100", "--frames", "first,last", "--out", soft)

    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    base = AutoModelForCausalLM.from_pretrained(model_folder).eval()
    compare("model", load_file(run_folder(full) / "frames/step-000000.safetensors"), base)

    texts = ["hot =", "wide =", "soft =", "一 ="]
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model_folder), f"{soft}/adapter").eval()
    for what, model, options in [("model", base, []), ("adapter", adapted, ["--adapter", soft])]:
        for text in texts:
            theirs = continuation(model, tokenizer(text).input_ids, 8, tokenizer.eos_token_id)
            arguments = ["generate", "--model", model_folder, "--prompt", text, "--max-tokens", "8", "--json", *options]
            ours = json.loads(foreword(*arguments))["tokens"]
            report(f"{what}: {text} {tokenizer.decode(ours)}", ours == theirs)

    journal = load_file(run_folder(soft) / "journal.safetensors")
    prompt = adapted.prompt_encoder["default"].embedding.weight
    report("adapter: the soft prompt of PEFT is the journal's last, bit for bit", torch.equal(prompt, journal["prompt.embeddings"][-1]))
    for step in [0, 99]:
        with torch.no_grad():
            prompt.copy_(journal["prompt.embeddings"][step])  # a frame shows the prompt that its step began with
        compare(f"adapter, step {step}", load_file(run_folder(soft) / f"frames/step-{step:06}.safetensors"), adapted)

sys.exit(failed)
