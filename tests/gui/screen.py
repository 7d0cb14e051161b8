"""A screen with a Blender on it, seen and touched from outside as a user does: pictures, words found by reading them
(tesseract), mouse and keys (xdotool). X11 only; needs xdotool, ImageMagick's `import` and tesseract on the PATH."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

MAGNIFY = 3
"""Blender's letters are some ten pixels tall; tesseract wants thirty."""
PRESS_SECONDS = 0.15
"""Between moving, pressing and letting go: Blender looks at the mouse once a redraw."""


class NotOnScreen(AssertionError):
    """A word that should be there is not."""


@dataclass(frozen=True)
class Box:
    """Pixels of the screen, y down."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    @staticmethod
    def of(told: dict[str, int]) -> Box:
        return Box(told["x"], told["y"], told["width"], told["height"])


@dataclass(frozen=True)
class Word:
    text: str
    box: Box
    line: tuple[int, ...]


class Screen:
    """One X display."""

    def __init__(self, display: str) -> None:
        self._environment = os.environ | {"DISPLAY": display}

    def picture(self) -> Image.Image:
        done = subprocess.run(
            ["import", "-window", "root", "png:-"], env=self._environment, capture_output=True, check=True
        )
        return Image.open(io.BytesIO(done.stdout)).convert("RGB")

    def save(self, path: Path, part: Box | None = None) -> None:
        """A picture of the screen, or of a part of it."""
        picture = self.picture()
        if part is not None:
            picture = picture.crop((part.x, part.y, part.x + part.width, part.y + part.height))
        picture.save(path, optimize=True)

    def words(self, part: Box) -> list[Word]:
        """What can be read there, line by line."""
        crop = self.picture().crop((part.x, part.y, part.x + part.width, part.y + part.height))
        return read(crop, part)

    def find(self, phrase: str, part: Box, last: bool = False, seconds: float = 8.0) -> Box:
        """Where `phrase` stands on one line (the first such place, or the last), waiting for it. Raises NotOnScreen."""
        deadline = time.monotonic() + seconds
        while True:
            words = self.words(part)
            found = _places(words, phrase)
            if found:
                return found[-1 if last else 0]
            if time.monotonic() > deadline:
                raise NotOnScreen(f"{phrase!r} is not on the screen; it reads: {' '.join(word.text for word in words)}")
            time.sleep(0.3)

    def shows(self, phrase: str, part: Box) -> bool:
        return bool(_places(self.words(part), phrase))

    def click(self, at: tuple[int, int], button: int = 1) -> None:
        self.move(at)
        self._xdo("mousedown", str(button))
        time.sleep(PRESS_SECONDS)
        self._xdo("mouseup", str(button))
        time.sleep(PRESS_SECONDS)

    def move(self, at: tuple[int, int]) -> None:
        self._xdo("mousemove", str(at[0]), str(at[1]))
        time.sleep(PRESS_SECONDS)

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: int = 1, steps: int = 12) -> None:
        self.move(start)
        self._xdo("mousedown", str(button))
        for step in range(1, steps + 1):
            x = start[0] + (end[0] - start[0]) * step // steps
            y = start[1] + (end[1] - start[1]) * step // steps
            self._xdo("mousemove", str(x), str(y))
            time.sleep(0.05)
        self._xdo("mouseup", str(button))
        time.sleep(PRESS_SECONDS)

    def scroll(self, at: tuple[int, int], down: int) -> None:
        """`down` turns of the wheel; negative ones turn it up."""
        self.move(at)
        for _ in range(abs(down)):
            self._xdo("click", "5" if down > 0 else "4")
            time.sleep(0.05)

    def key(self, name: str) -> None:
        self._xdo("key", name)
        time.sleep(PRESS_SECONDS)

    def type(self, text: str) -> None:
        self._xdo("type", "--delay", "30", text)
        time.sleep(PRESS_SECONDS)

    def _xdo(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True, capture_output=True)


def read(crop: Image.Image, part: Box) -> list[Word]:
    """The words of a picture that was cut out at `part`. Blender writes light on dark: turned round for the reader."""
    grey = ImageOps.grayscale(crop)
    if np.asarray(grey).mean() < 128:
        grey = ImageOps.invert(grey)
    grey = ImageOps.autocontrast(grey.resize((crop.width * MAGNIFY, crop.height * MAGNIFY), Image.Resampling.LANCZOS))
    file = io.BytesIO()
    grey.save(file, "png")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "--psm", "11", "tsv"],
        input=file.getvalue(), capture_output=True, check=True,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    words = []
    for row in csv.DictReader(io.StringIO(done.stdout.decode()), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["text"].strip():
            left, top, width, height = (int(row[name]) // MAGNIFY for name in ("left", "top", "width", "height"))
            line = tuple(int(row[name]) for name in ("block_num", "par_num", "line_num"))
            words.append(Word(row["text"].strip(), Box(part.x + left, part.y + top, width, height), line))
    return words


def _places(words: list[Word], phrase: str) -> list[Box]:
    """Where the words of `phrase` follow each other on one line. Letters only count: readers confuse the rest."""
    wanted = [_letters(part) for part in phrase.split()]
    found = []
    for first in range(len(words) - len(wanted) + 1):
        run = words[first : first + len(wanted)]
        if [_letters(word.text) for word in run] == wanted and len({word.line for word in run}) == 1:
            left, top = run[0].box.x, min(word.box.y for word in run)
            right = run[-1].box.x + run[-1].box.width
            bottom = max(word.box.y + word.box.height for word in run)
            found.append(Box(left, top, right - left, bottom - top))
    return sorted(found, key=lambda box: (box.y, box.x))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())
