"""The takes of a shot as they lie on disk, what their makers thought of them, and how long they took."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import TakeFilesMissing
from .take_files import frames_on_disk, read_sidecar, safe_name, take_folder, versions, write_whole

REVIEW = "review.json"
"""Beside the sidecar, which stays as the take was made."""

_STAGES_NOT_A_FRAME = ("transfer",)


@dataclass(frozen=True)
class Review:
    """What somebody thinks of a take."""

    star: bool = False
    note: str = ""


@dataclass(frozen=True)
class TakeOnDisk:
    """One version of a shot."""

    version: int
    folder: Path
    frames: tuple[int, ...]
    """Blender's numbers of the frames that lie there, rising."""
    facts: Mapping[str, Any]
    """Its sidecar; empty where it has none."""
    review: Review

    @property
    def name(self) -> str:
        return f"v{self.version:03d}"

    @property
    def state(self) -> str:
        return str(self.facts.get("state", ""))

    @property
    def seconds_a_frame(self) -> float | None:
        """Of the backend, over the frames that it made; None where the sidecar does not say."""
        stages = self.facts.get("seconds")
        made = len(self.frames) - len(self.facts.get("reused", ()))
        if not isinstance(stages, Mapping) or made < 1 or self.state != "done":
            return None
        spent = [float(seconds) for stage, seconds in stages.items() if stage not in _STAGES_NOT_A_FRAME]
        return sum(spent) / made if spent else None

    @property
    def pixels(self) -> int:
        return int(self.facts.get("height", 0)) * int(self.facts.get("width", 0))


def takes_of(base: Path, *names: str) -> tuple[TakeOnDisk, ...]:
    """The takes of a shot that have a frame, the newest last, under all the names that it had; none where a folder
    cannot be read."""
    found: list[TakeOnDisk] = []
    for folder_name in dict.fromkeys(map(safe_name, names)):
        with suppress(OSError):  # of somebody else, or on a drive that went away
            found += [
                _read(version, take_folder(base, folder_name, version)) for version in versions(base, folder_name)
            ]
    return tuple(sorted((take for take in found if take.frames), key=lambda take: take.version))


def review_take(folder: Path, review: Review) -> None:
    """Keeps what is thought of a take beside it. Raises TakeNotWritable."""
    write_whole(folder / REVIEW, json.dumps({"star": review.star, "note": review.note}, ensure_ascii=False).encode())


def neighbour(takes: Sequence[TakeOnDisk], version: int, step: int) -> TakeOnDisk | None:
    """The take `step` places above (below, where negative) that of `version` among those on disk."""
    numbers = [take.version for take in takes]
    place = numbers.index(version) + step if version in numbers else len(numbers) - 1
    return takes[place] if 0 <= place < len(takes) else None


def describe_take(take: TakeOnDisk) -> str:
    """One line: how many frames, with which seed, and how it ended where that was not well."""
    words = "1 frame" if len(take.frames) == 1 else f"{len(take.frames)} frames"
    if "seed" in take.facts:
        words = f"{words}, seed {take.facts['seed']}"
    return words if take.state in ("done", "") else f"{words}, {take.state}"


def estimate_seconds(takes: Sequence[TakeOnDisk], engine: str, frames: int, pixels: int) -> float | None:
    """How long a take of so many frames may take, from the newest finished take of that engine: in proportion to its
    frames and pixels. None where there is none to go by."""
    for take in sorted(takes, key=lambda take: str(take.facts.get("created", "")), reverse=True):
        each = take.seconds_a_frame
        if each is not None and take.pixels and take.facts.get("engine") == engine:
            return each * frames * pixels / take.pixels
    return None


def describe_seconds(seconds: float) -> str:
    """Seconds in the words of somebody who waits: "40 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _read(version: int, folder: Path) -> TakeOnDisk:
    try:
        facts = read_sidecar(folder)
    except TakeFilesMissing:
        facts = {}
    return TakeOnDisk(version, folder, tuple(frames_on_disk(folder)), facts, read_review(folder))


def read_review(folder: Path) -> Review:
    """Nothing thought of it where there is no file, or none that can be read."""
    try:
        said = json.loads((folder / REVIEW).read_text(encoding="utf-8"))
        return Review(bool(said["star"]), str(said["note"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Review()
