"""Times a training step of PEFT on PyTorch, or of JAX, for `foreword bench --peer`.

Reads lines of JSON and answers each with one: first the work (sizes of a GPT-2, tuning method, batch), then `{"seconds": s}`, whereupon
it takes steps for about s seconds and answers with the seconds of each. Between lines it sleeps, so that it and Foreword can be timed in
turn. `bench_peer.py peft --check` ends with status 0 if the library is there.
"""

import json
import os
import sys
import time


def peak_bytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) << 10
    return None


def peft_step(work):
    """One step as a PEFT user writes it: forward, backward, AdamW. PyTorch's fastest AdamW on a processor is the default one."""
    import peft
    import torch
    import transformers

    torch.set_num_threads(work["threads"])
    torch.manual_seed(0)
    configuration = transformers.GPT2Config(
        vocab_size=work["vocabulary_size"], n_positions=work["context"], n_embd=work["width"], n_layer=work["layers"],
        n_head=work["heads"], n_inner=work["inner_width"], resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=0, eos_token_id=0)
    model = transformers.GPT2LMHeadModel(configuration)
    kind = {"task_type": "CAUSAL_LM"}
    adapter = {
        "prompt": lambda: peft.PromptTuningConfig(num_virtual_tokens=work["size"], **kind),
        "prefix": lambda: peft.PrefixTuningConfig(num_virtual_tokens=work["size"], **kind),
        "p-tuning": lambda: peft.PromptEncoderConfig(
            num_virtual_tokens=work["size"], encoder_hidden_size=work["width"], **kind),
        "lora": lambda: peft.LoraConfig(r=work["size"], lora_alpha=16, target_modules=["attn.c_attn"], fan_in_fan_out=True, **kind),
        "full": lambda: None,
    }[work["method"]]()
    if adapter is not None:
        model = peft.get_peft_model(model, adapter)
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=work["learning_rate"], weight_decay=0.01)
    batch = {name: torch.tensor(work[name]) for name in ("input_ids", "attention_mask", "labels")}

    def step():
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    return f"peft {peft.__version__}, torch {torch.__version__}", step


def jax_step(work):
    """The same step written for `jax.jit`: one compiled function from parameters, moments and batch to the next parameters and moments."""
    import math

    import jax
    import jax.numpy as jnp
    import numpy

    d, inner, heads = work["width"], work["inner_width"], work["heads"]
    method, size = work["method"], work["size"]
    random = numpy.random.default_rng(0)

    def normal(*shape):
        return jnp.asarray(0.02 * random.standard_normal(shape, dtype=numpy.float32))

    base = {
        "wte": normal(work["vocabulary_size"], d), "wpe": normal(work["context"], d), "ln_f": (jnp.ones(d), jnp.zeros(d)),
        "blocks": [
            {
                "ln_1": (jnp.ones(d), jnp.zeros(d)), "ln_2": (jnp.ones(d), jnp.zeros(d)),
                "c_attn": (normal(d, 3 * d), jnp.zeros(3 * d)), "attn_proj": (normal(d, d), jnp.zeros(d)),
                "c_fc": (normal(d, inner), jnp.zeros(inner)), "mlp_proj": (normal(inner, d), jnp.zeros(d)),
            }
            for _ in range(work["layers"])
        ],
    }
    added = {
        "prompt": lambda: normal(size, d),
        "prefix": lambda: normal(size, work["layers"], 2, heads, d // heads),
        "p-tuning": lambda: {"rows": normal(size, d), "layers": [(normal(d, d), jnp.zeros(d)) for _ in range(3)]},
        "lora": lambda: [(normal(d, size), jnp.zeros((size, 3 * d))) for _ in range(work["layers"])],
        "full": lambda: None,
    }[method]()

    ids = jnp.asarray(work["input_ids"])
    mask = jnp.asarray(work["attention_mask"], dtype=bool)
    targets = jnp.asarray(work["labels"])[:, 1:]
    batch, length = ids.shape
    front = size if method in ("prompt", "p-tuning", "prefix") else 0
    rows_in_front = front if method != "prefix" else 0

    def norm(x, parameters):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * parameters[0] + parameters[1]

    def linear(x, parameters):
        return x @ parameters[0] + parameters[1]

    rows = rows_in_front + length
    keys = front + length
    visible = jnp.arange(keys)[None, :] <= (jnp.arange(rows) + keys - rows)[:, None]
    present = jnp.concatenate([jnp.ones((batch, front), bool), mask], 1)
    visible = visible[None, None] & present[:, None, None, :]

    def forward(base, added, ids):
        x = base["wte"][ids]
        prompt = None
        if method == "prompt":
            prompt = added
        elif method == "p-tuning":
            prompt = added["rows"]
            for index, layer in enumerate(added["layers"]):
                prompt = linear(prompt, layer)
                prompt = jax.nn.relu(prompt) if index < 2 else prompt
        if prompt is not None:
            x = jnp.concatenate([jnp.broadcast_to(prompt, (batch, size, d)), x], 1)
        first = front - rows_in_front
        x = x + base["wpe"][first : first + rows]
        for index, block in enumerate(base["blocks"]):
            h = norm(x, block["ln_1"])
            qkv = linear(h, block["c_attn"])
            if method == "lora":
                qkv = qkv + (16 / size) * (h @ added[index][0] @ added[index][1])
            q, k, v = (t.reshape(batch, rows, heads, d // heads).transpose(0, 2, 1, 3) for t in jnp.split(qkv, 3, -1))
            if method == "prefix":
                pair = jnp.broadcast_to(added[:, index].transpose(1, 2, 0, 3)[:, None], (2, batch, heads, size, d // heads))
                k, v = jnp.concatenate([pair[0], k], 2), jnp.concatenate([pair[1], v], 2)
            scores = jnp.where(visible, q @ k.transpose(0, 1, 3, 2) / math.sqrt(d // heads), -1e9)
            mixed = (jax.nn.softmax(scores, -1) @ v).transpose(0, 2, 1, 3).reshape(batch, rows, d)
            x = x + linear(mixed, block["attn_proj"])
            x = x + linear(jax.nn.gelu(linear(norm(x, block["ln_2"]), block["c_fc"]), approximate=True), block["mlp_proj"])
        return norm(x[:, rows_in_front:], base["ln_f"]) @ base["wte"].T

    def loss(trained, rest, ids):
        logits = forward(*((trained, None) if method == "full" else (rest, trained)), ids)[:, :-1]
        wanted = jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.maximum(targets, 0)[..., None], -1)[..., 0]
        counted = targets != -100
        return -jnp.sum(wanted * counted) / jnp.sum(counted)

    def update(trained, first, second, time, rest, ids):
        value, gradient = jax.value_and_grad(loss)(trained, rest, ids)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        rate = work["learning_rate"]

        def moved(x, m, v):
            return (1 - rate * 0.01) * x - rate / (1 - 0.9**time) * m / (jnp.sqrt(v / (1 - 0.999**time)) + 1e-8)

        return jax.tree.map(moved, trained, first, second), first, second, time + 1, value

    compiled = jax.jit(update, donate_argnums=(0, 1, 2))
    trained, rest = (base, None) if method == "full" else (added, base)
    zeros = lambda: jax.tree.map(jnp.zeros_like, trained)
    state = [trained, zeros(), zeros(), jnp.float32(1)]

    def step():
        *state[:], value = compiled(*state, rest, ids)
        return float(value)

    return f"jax {jax.__version__}", step


def main():
    steps = {"peft": peft_step, "jax": jax_step}
    library = sys.argv[1]
    if "--check" in sys.argv:
        import importlib.util

        needed = {"peft": ["torch", "transformers", "peft"], "jax": ["jax"]}[library]
        sys.exit(0 if all(importlib.util.find_spec(name) for name in needed) else 1)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**content):
        print(json.dumps(content), file=answers, flush=True)

    step = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "input_ids" in request:
                version, step = steps[library](request)
                for _ in range(3):
                    loss = step()
                if loss != loss:
                    raise ValueError("the loss is not a number")
                answer(version=version)
            else:
                seconds = []
                while sum(seconds) < request["seconds"] or not seconds:
                    start = time.perf_counter()
                    step()
                    seconds.append(time.perf_counter() - start)
                answer(seconds=seconds, peak_bytes=peak_bytes())
        except Exception as error:
            answer(problem=f"{type(error).__name__}: {error}")
            raise


if __name__ == "__main__":
    main()
