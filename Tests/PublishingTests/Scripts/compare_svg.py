"""Draws every SVG of a gallery with rsvg-convert and with headless Chromium, and compares it with the PNG beside it.

Run by hand, from the root of the repository, after `swift build`:

    python3 Tests/PublishingTests/Scripts/compare_svg.py [--figure NAME] [--foreword .build/debug/foreword]

It needs numpy and Pillow, and Debian's `librsvg2-bin` and `chromium`. For each figure, each kind of SVG (outlines, and live
with text) and each program it prints the mean difference of a channel (of 255), and the share of pixels of which a channel
differs by more than 64. A wide difference in edges of letters is smoothing; a missing or misplaced mark is a block of it.
"""

import argparse
import pathlib
import re
import subprocess
import tempfile

import numpy
from PIL import Image

TOLERANCE = 64


def pixels(path, size):
    image = Image.open(path).convert("RGB")
    if image.size != size:
        image = image.crop((0, 0, *size))
    return numpy.asarray(image, dtype=numpy.int16)


def by_rsvg(svg, out, size):
    subprocess.run(["rsvg-convert", "-w", str(size[0]), "-h", str(size[1]), str(svg), "-o", str(out)], check=True)


def by_chromium(svg, out, size):
    page = out.with_suffix(".html")
    page.write_text(
        f'<!DOCTYPE html><style>html,body{{margin:0;background:#fff}}img{{display:block}}</style><img src="{svg.resolve().as_uri()}">'
    )
    subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--allow-file-access-from-files", "--disable-gpu",
            "--force-device-scale-factor=2", f"--window-size={size[0] // 2},{size[1] // 2 + 200}", f"--screenshot={out}",
            page.as_uri(),
        ],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("figures"))
    parser.add_argument("--foreword", default=".build/debug/foreword")
    parser.add_argument("--figure", action="append", help="only this figure; may be repeated")
    arguments = parser.parse_args()
    recordings = dict(
        re.findall(r"`foreword figure (\S+) --recording figures/(\S+)`", (arguments.folder / "README.md").read_text())
    )
    names = arguments.figure or sorted(recordings)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        print(f"{'figure':26}{'kind':10}{'program':10}{'mean':>8}{'beyond':>9}")
        for name in names:
            subprocess.run(
                [
                    arguments.foreword, "figure", name, "--recording", str(arguments.folder / recordings[name]),
                    "--format", "png,svg,live.svg", "--out", str(scratch),
                ],
                check=True, stdout=subprocess.DEVNULL,
            )
            reference = scratch / f"{name}.png"
            size = Image.open(reference).size
            want = pixels(reference, size)
            for kind in ["svg", "live.svg"]:
                for program, draw in [("rsvg", by_rsvg), ("chromium", by_chromium)]:
                    out = scratch / f"{name}.{kind}.{program}.png"
                    draw(scratch / f"{name}.{kind}", out, size)
                    difference = abs(pixels(out, size) - want)
                    beyond = (difference.max(axis=2) > TOLERANCE).mean()
                    print(f"{name:26}{kind:10}{program:10}{difference.mean():8.3f}{beyond:9.3%}", flush=True)


if __name__ == "__main__":
    main()
