"""Makes the fixtures beside it with the libraries whose files Interchange reads.

usage: python make_fixtures.py        (needs torch, transformers, peft, tokenizers and safetensors)

Every part is seeded, so running it again with the same versions gives the same bytes.
"""
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent
torch.set_num_threads(1)


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def safetensors_files():
    """Files that the Python library wrote: every element type, odd shapes, metadata."""
    folder = fresh("safetensors")
    row = torch.tensor([0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, float("inf"), float("-inf")])
    whole = torch.tensor([0, 1, -1, 127, -128])
    save_file(
        {
            "half": row.to(torch.float16),
            "brain": row.to(torch.bfloat16),
            "single": row,
            "double": row.to(torch.float64),
            "long": whole * 1000,
            "int": whole.to(torch.int32),
            "short": whole.to(torch.int16),
            "byte": whole.to(torch.int8),
            "unsigned": torch.tensor([0, 1, 255], dtype=torch.uint8),
            "truth": torch.tensor([[True, False], [False, True]]),
            "scalar": torch.tensor(3.5),
            "empty": torch.zeros(0, 4),
            "权重": torch.arange(6, dtype=torch.float32).reshape(2, 3),
            'a "quoted" \\ name/with\ttab': torch.ones(1),
        },
        folder / "every-type.safetensors",
    )
    torch.manual_seed(1)
    save_file({f"layer.{i}": torch.randn(3, i + 1) for i in range(11)}, folder / "float32.safetensors", metadata={"format": "pt"})


def liven(model):
    """Weights large enough that attention is far from uniform; biases and norms away from their defaults."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(6.0)
            else:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def models():
    """Model folders as transformers saves them."""
    torch.manual_seed(7)
    gpt2 = dict(resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, attn_implementation="eager", bos_token_id=0, eos_token_id=0)
    model = liven(GPT2LMHeadModel(GPT2Config(vocab_size=97, n_positions=64, n_embd=32, n_layer=3, n_head=4, **gpt2)))
    model.save_pretrained(fresh("models/gpt2"))
    torch.manual_seed(8)
    small = liven(GPT2LMHeadModel(GPT2Config(vocab_size=20, n_positions=12, n_embd=8, n_layer=2, n_head=2, n_inner=20, **gpt2)))
    small.save_pretrained(fresh("models/gpt2-small"))
    small.to(torch.float16).save_pretrained(fresh("models/gpt2-float16-sharded"), max_shard_size="2KB")
    torch.manual_seed(9)
    llama = dict(attn_implementation="eager", bos_token_id=0, eos_token_id=0, vocab_size=30, hidden_size=16, intermediate_size=24)
    heads = dict(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=32)
    liven(LlamaForCausalLM(LlamaConfig(**llama, **heads, tie_word_embeddings=True))).save_pretrained(fresh("models/llama"))
    liven(LlamaForCausalLM(LlamaConfig(**llama, **heads, tie_word_embeddings=False))).to(torch.bfloat16).save_pretrained(
        fresh("models/llama-untied-bfloat16")
    )


if __name__ == "__main__":
    safetensors_files()
    models()
