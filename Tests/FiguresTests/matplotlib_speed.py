"""Times matplotlib against `foreword figure attention-map`, on the same numbers, in one run: A B A B.

Run by hand, from the root of the repository, with a release build:

    python3 Tests/FiguresTests/matplotlib_speed.py [--foreword .build/release/foreword] [--rounds 9]

It needs matplotlib and safetensors. Both draw every head of every layer for one sentence, 4 × 4 panels of the prompt-tuning
recording with labelled rows and columns, a colour key, a title and a foot, and save a PNG at 192 dots an inch and an SVG with text
as outlines. Two ratios are printed: of whole processes, started anew each time, and of matplotlib's drawing alone against our whole
process, which starts and reads the recording too. Matplotlib's drawing begins when all is imported, the numbers are read and a figure
was drawn once before.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

LAYERS, HEADS = 4, 4


def read(recording):
    from safetensors.numpy import load_file

    folder = pathlib.Path(recording)
    frame = load_file(folder / "runs/prompt-tuning-1/frames/step-000050.safetensors")
    words = json.loads((folder / "model/vocabulary.json").read_text())
    tokens = frame["batch.tokens"]
    length = int(frame["batch.sequence-starts"][1])
    weights = [frame[f"block.{layer}.attention.weights"][:length] for layer in range(LAYERS)]
    prompt = frame["prompt.embeddings"].shape[0]
    return [w[:, :, : prompt + length] for w in weights], [words[t] for t in tokens[:length]], prompt


def draw(weights, words, prompt, out):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy

    columns = [f"p{i + 1}" for i in range(prompt)] + words
    figure, axes = plt.subplots(LAYERS, HEADS, figsize=(7.5, 7.5), constrained_layout=True)
    top = max(float(w.max()) for w in weights)
    for layer in range(LAYERS):
        for head in range(HEADS):
            panel = axes[layer][head]
            cells = weights[layer][:, head].copy()
            for row in range(len(words)):
                cells[row, prompt + row + 1 :] = numpy.nan
            image = panel.imshow(cells, cmap="Blues", vmin=0, vmax=top)
            panel.axvline(prompt - 0.5, color="#C8500A")
            panel.set_yticks(range(len(words)), words, fontsize=7)
            panel.set_xticks(range(len(columns)), columns, fontsize=7, rotation=90)
            share = weights[layer][:, head, :prompt].sum(axis=1).mean()
            panel.set_xlabel(f"prompt {share:.0%}", fontsize=7, color="#C8500A")
            panel.set_title(f"layer {layer + 1}, head {head + 1}", fontsize=8)
    figure.colorbar(image, ax=axes, label="attention weight", location="bottom", shrink=0.4)
    figure.suptitle("Where does each head look?")
    figure.text(0.01, 0.0, "prompt tuning, P = 8, seed 1, step 50", fontsize=7)
    figure.savefig(out / "matplotlib.png", dpi=192)
    figure.savefig(out / "matplotlib.svg")
    plt.close(figure)


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--foreword", default=".build/release/foreword")
    parser.add_argument("--recording", default="figures/recordings/prompt-tuning")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--once", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        draw(*read(arguments.recording), pathlib.Path(arguments.once))
        return
    import matplotlib  # noqa: F401  (a missing package is told before anything is timed)

    with tempfile.TemporaryDirectory() as scratch:
        figure = [
            arguments.foreword, "figure", "attention-map", "--recording", arguments.recording, "--format", "png,svg",
            "--out", scratch,
        ]
        other = [sys.executable, __file__, "--recording", arguments.recording, "--once", scratch]
        numbers = read(arguments.recording)
        draw(*numbers, pathlib.Path(scratch))
        for command in [figure, other]:
            timed(command)
        times = {"ours": [], "matplotlib": [], "matplotlib, drawing": []}
        for _ in range(arguments.rounds):
            times["matplotlib"].append(timed(other))
            times["ours"].append(timed(figure))
            start = time.perf_counter()
            draw(*numbers, pathlib.Path(scratch))
            times["matplotlib, drawing"].append(time.perf_counter() - start)
        medians = {name: statistics.median(values) for name, values in times.items()}
        for name, value in medians.items():
            print(f"{name:22}{value * 1000:9.1f} ms   (least {min(times[name]) * 1000:.1f})")
        print(f"whole processes:                        {medians['matplotlib'] / medians['ours']:.1f}×")
        print(f"its drawing alone, our whole process:   {medians['matplotlib, drawing'] / medians['ours']:.1f}×")


if __name__ == "__main__":
    main()
