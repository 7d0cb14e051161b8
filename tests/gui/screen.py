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
from PIL import Image, ImageFilter, ImageOps

MAGNIFY = 3
"""Blender's letters are some ten pixels tall; tesseract wants thirty."""
AROUND = 8.0
"""Pixels: what a letter is compared with."""
CONTRAST = 90.0
"""Of 255, from which on it is ink."""
GAP = 10
"""Pixels between words, at most, that belong together."""
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
        self.clicks = 0
        """Presses of a mouse button so far; what is typed, scrolled and pointed at does not count."""

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

    def words(self, part: Box, turned: bool = False) -> list[Word]:
        """What can be read there, line by line. `turned`: it is written downwards, as the tabs of a sidebar are."""
        crop = self.picture().crop((part.x, part.y, part.x + part.width, part.y + part.height))
        if not turned:
            return read(crop, part)
        lying = read(crop.transpose(Image.Transpose.ROTATE_90), Box(0, 0, part.height, part.width))
        return [Word(word.text, _upright(word.box, part), word.line) for word in lying]

    def find(self, phrase: str, part: Box, last: bool = False, seconds: float = 8.0, turned: bool = False) -> Box:
        """Where `phrase` stands on one line (the first such place, or the last), waiting for it. Raises NotOnScreen."""
        deadline = time.monotonic() + seconds
        while True:
            words = self.words(part, turned)
            found = _places(words, phrase)
            if found:
                return found[-1 if last else 0]
            if time.monotonic() > deadline:
                raise NotOnScreen(f"{phrase!r} is not on the screen; it reads: {' '.join(word.text for word in words)}")
            time.sleep(0.3)

    def shows(self, phrase: str, part: Box) -> bool:
        return bool(_places(self.words(part), phrase))

    def click(self, at: tuple[int, int], button: int = 1) -> None:
        self.clicks += 1
        self.move(at)
        self._xdo("mousedown", str(button))
        time.sleep(PRESS_SECONDS)
        self._xdo("mouseup", str(button))
        time.sleep(PRESS_SECONDS)

    def move(self, at: tuple[int, int]) -> None:
        """In two steps, as no hand jumps: with the first Blender leaves what lay under the mouse, with the second it
        finds what lies there now."""
        for x in (at[0] - 2, at[0]):
            self._xdo("mousemove", str(x), str(at[1]))
            time.sleep(PRESS_SECONDS)

    def drag(
        self, start: tuple[int, int], end: tuple[int, int], button: int = 1, steps: int = 12, held: str = ""
    ) -> None:
        """`held`: a key that is held down meanwhile."""
        self.clicks += 1
        self.move(start)
        if held:
            self._xdo("keydown", held)
            time.sleep(2 * PRESS_SECONDS)
        self._xdo("mousedown", str(button))
        time.sleep(PRESS_SECONDS)
        for step in range(1, steps + 1):
            x = start[0] + (end[0] - start[0]) * step // steps
            y = start[1] + (end[1] - start[1]) * step // steps
            self._xdo("mousemove", str(x), str(y))
            time.sleep(0.05)
        self._xdo("mouseup", str(button))
        if held:
            self._xdo("keyup", held)
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

    def to_front(self, name: str) -> None:
        """A click on what can be seen of the window called `name`, which a window manager answers so. Raises
        NotOnScreen."""
        self.clicks += 1
        self._xdo("windowraise", self._window(name))
        time.sleep(1.0)

    def bring(self, name: str, x: int, y: int) -> Box:
        """Moves the window called `name` there, before all others, and returns where it is. Raises NotOnScreen."""
        window = self._window(name)
        self._xdo("windowmove", window, str(x), str(y))
        self._xdo("windowraise", window)
        time.sleep(1.0)
        told = dict(line.split("=") for line in self._xdo("getwindowgeometry", "--shell", window).split())
        return Box(x, y, int(told["WIDTH"]), int(told["HEIGHT"]))

    def _window(self, name: str) -> str:
        try:
            return self._xdo("search", "--name", name).split()[-1]
        except subprocess.CalledProcessError as error:
            raise NotOnScreen(f"There is no window called {name!r}.") from error

    def _xdo(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self._environment, check=True, capture_output=True, text=True)
        return done.stdout


def read(crop: Image.Image, part: Box) -> list[Word]:
    """The words of a picture that was cut out at `part`, of Blender's dark theme: light letters, made ink."""
    grey = np.asarray(ImageOps.grayscale(crop), np.float32)
    around = np.asarray(ImageOps.grayscale(crop).filter(ImageFilter.GaussianBlur(AROUND)), np.float32)
    # Letters are lighter than what is around them, be it a dark panel or a blue button.
    letters = 1 - np.clip((grey - around) / CONTRAST, 0, 1)
    page = Image.fromarray((255 * letters).astype(np.uint8))
    page = page.resize((crop.width * MAGNIFY, crop.height * MAGNIFY), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    page.save(file, "png")
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


def _upright(box: Box, part: Box) -> Box:
    """A box of a picture that was turned to the left, in the screen that it was cut out of at `part`."""
    return Box(part.x + part.width - box.y - box.height, part.y + box.x, box.height, box.width)


def _places(words: list[Word], phrase: str) -> list[Box]:
    """Where a line, or a part of it that stands apart, reads `phrase` and no more. Letters only count: readers confuse
    the rest, and where a word ends."""
    wanted = _letters(phrase)
    found = []
    for first, word in enumerate(words):
        run, read_so_far = [], ""
        for each in words[first:]:
            if each.line != word.line or not wanted.startswith(read_so_far + _letters(each.text)):
                break
            run.append(each)
            read_so_far += _letters(each.text)
            if read_so_far == wanted:
                break
        end = first + len(run)
        if read_so_far != wanted or not _letters(word.text):
            continue
        if any(_touch(words[at], words[at + 1]) for at in (first - 1, end - 1) if 0 <= at < len(words) - 1):
            continue
        left, top = run[0].box.x, min(word.box.y for word in run)
        right = run[-1].box.x + run[-1].box.width
        bottom = max(word.box.y + word.box.height for word in run)
        found.append(Box(left, top, right - left, bottom - top))
    return sorted(found, key=lambda box: (box.y, box.x))


def _touch(word: Word, after: Word) -> bool:
    """Whether both are words of one sentence; icons are read as a letter or two."""
    gap = after.box.x - (word.box.x + word.box.width)
    return word.line == after.line and gap < GAP and min(len(_letters(word.text)), len(_letters(after.text))) > 2


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())
