"""Puts every PNG of the gallery, in grey, on one contact sheet, for a person to see whether each can be read without colour.

Run by hand, from the root of the repository: python3 Tests/PublishingTests/Scripts/grey_sheet.py [--out sheet.png]. It needs
Pillow. Grey is the luminance of ITU-R BT.601, as most printers make it.
"""

import argparse
import pathlib

from PIL import Image

COLUMNS, WIDTH, GAP = 4, 720, 24


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("figures"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("grey-sheet.png"))
    arguments = parser.parse_args()
    pictures = []
    for path in sorted(arguments.folder.glob("*.png")):
        picture = Image.open(path).convert("L")
        pictures.append(picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.LANCZOS))
    heights = [0] * COLUMNS
    places = []
    for picture in pictures:
        column = heights.index(min(heights))
        places.append((column * (WIDTH + GAP), heights[column]))
        heights[column] += picture.height + GAP
    sheet = Image.new("L", (COLUMNS * (WIDTH + GAP) - GAP, max(heights)), 255)
    for picture, place in zip(pictures, places):
        sheet.paste(picture, place)
    sheet.save(arguments.out)
    print(f"{arguments.out}: {len(pictures)} figures")


if __name__ == "__main__":
    main()
