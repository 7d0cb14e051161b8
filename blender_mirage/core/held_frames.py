"""Pictures that hold (of a frame step, of a frame that is not made yet) as one sequence of files, a file a frame.

The timeline names a picture for every frame itself. What lies over a camera's view is a sequence of numbered files to
Blender, which shows nothing where one is missing, and numbers none below zero. There, links stand in for the pictures:
in a folder of their own beside them, so that a take's own files stay what they are.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HELD = "held"
"""Folder of the links, in that of the pictures."""

_NUMBER = re.compile(r"(?P<before>.*\D)(?P<number>\d+)$")


@dataclass(frozen=True)
class PictureSequence:
    """What Blender needs to know of it."""

    first_file: Path
    start: int
    """Frame that the first file shows at."""
    duration: int
    offset: int
    """Number of the first file, less one."""


def held(pictures: Mapping[int, Path], whole: bool = True) -> dict[int, Path]:
    """A picture for every frame: where one was left out, the one before; the last holds as long as the others do.
    `whole`: no more come; else what is missing may be still to come, unless all have gaps between them."""
    numbers = sorted(pictures)
    hold = min((after - before for before, after in zip(numbers, numbers[1:], strict=False)), default=1)
    if hold == 1 and not whole:
        return dict(pictures)
    every, shown = {}, pictures[numbers[0]]
    for frame in range(numbers[0], numbers[-1] + hold):
        shown = every[frame] = pictures.get(frame, shown)
    return every


def as_sequence(pictures: Mapping[int, Path]) -> PictureSequence:
    """`pictures` by frame, at least one; where they bear their frames' numbers they are the sequence themselves."""
    first, last = min(pictures), max(pictures)
    if first >= 0 and _are_numbered(pictures):
        return PictureSequence(pictures[first], first, last - first + 1, first - 1)
    folder = pictures[first].parent / HELD
    stem = _before_number(pictures[first])
    shown, files = pictures[first], []
    for place, frame in enumerate(range(first, last + 1), 1):
        shown = pictures.get(frame, shown)
        files.append((shown, folder / f"{stem}{place:04d}{shown.suffix}"))
    try:
        folder.mkdir(exist_ok=True)
        for picture, link in files:
            _link(picture, link)
    except OSError:  # nothing can be written there: the frames that were made show, and nothing between them
        return PictureSequence(pictures[first], first, last - first + 1, first - 1)
    return PictureSequence(files[0][1], first, last - first + 1, 0)


def _are_numbered(pictures: Mapping[int, Path]) -> bool:
    """Whether each lies under its own frame's number, beside the others."""
    stems = {(path.parent, _before_number(path)) for path in pictures.values()}
    return len(stems) == 1 and all(_number(path) == frame for frame, path in pictures.items())


def _number(path: Path) -> int | None:
    found = _NUMBER.match(path.stem)
    return int(found["number"]) if found and not found["before"].endswith("_-") else None


def _before_number(path: Path) -> str:
    """Of a file's name; below zero with the sign, which counts as part of the name nowhere else."""
    found = _NUMBER.match(path.stem)
    return found["before"].removesuffix("-") if found else f"{path.stem}_"


def _link(picture: Path, link: Path) -> None:
    """`link` shows `picture`: the same file where the disk can do that, else a copy. Raises OSError."""
    if link.exists() and (os.path.samefile(picture, link) or _is_copy(picture, link)):
        return
    beside = link.with_name(f".{link.name}")
    with suppress(OSError):
        beside.unlink()
    try:
        os.link(picture, beside)
    except OSError:
        shutil.copy2(picture, beside)
    os.replace(beside, link)


def _is_copy(picture: Path, link: Path) -> bool:
    ours, theirs = picture.stat(), link.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
