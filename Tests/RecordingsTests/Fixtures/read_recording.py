"""Reads a recording with json and safetensors alone: python read_recording.py FOLDER

What a frame holds is found under the names of its values; row r of a text value belongs to token r of the batch.
"""

import json
import sys
from pathlib import Path

from safetensors.numpy import load_file

folder = Path(sys.argv[1])
recording = json.loads((folder / "recording.json").read_text(encoding="utf-8"))
words = json.loads((folder / "model/vocabulary.json").read_text(encoding="utf-8"))

for run in recording["runs"]:
    journal = load_file(folder / "runs" / run["id"] / "journal.safetensors")
    print(f"{run['id']}: {len(journal['loss'])} steps, loss {journal['loss'][0]:.4f} to {journal['loss'][-1]:.4f}")
    for parameter in run["parameters"]:
        if parameter["in_journal"]:
            print(f"  {parameter['name']}: {journal[parameter['name']].shape} (steps + 1, then its own axes)")
    for frame in run["frames"]:
        values = load_file(folder / "runs" / run["id"] / "frames" / f"step-{frame['step']:06}.safetensors")
        starts = values["batch.sequence-starts"]
        text = " ".join(words[token] for token in values["batch.tokens"][starts[0] : starts[1]])
        print(f"  frame {frame['step']}: {len(values)} tensors; first sequence: {text}")
