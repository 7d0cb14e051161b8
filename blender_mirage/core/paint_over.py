"""Frames that somebody paints on: the copy that is painted, what it was a copy of, and how it travels back.

A copy lies in `<base>/_paint/` with a sidecar of the same name, so that it can be used without the .blend, and on
another day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..wire.arrays import Arrays
from ..wire.messages import Greybox, SeedViewRequest
from .errors import LookNotReadable, TakeFilesMissing
from .take_files import frames_on_disk, read_sidecar, write_whole

PAINT_FOLDER = "_paint"
"""Beside the folders of the shots, none of which begins with `_`."""
SAME_FRAME = -(2**31)
"""No frame of Blender's has this number. (Sidecars of before had -1 for it, which is a frame like others.)"""
_SAME_BEFORE = -1
_NUMBERS = "any"
"""Says of a sidecar that its numbers may be below zero."""


@dataclass(frozen=True)
class PaintedOn:
    """The frame of a take that a copy was made of."""

    take_id: str
    world_id: str
    shot: str
    version: str
    frame: int
    """Blender's frame number."""
    original: str
    """File of the frame, to look through where the paint is transparent."""
    camera: str = ""
    take_frame: int = SAME_FRAME
    """Its number in the take, where the engine has a rate of its own; SAME_FRAME: the same."""

    @property
    def name(self) -> str:
        """Short: it stands in a narrow list, beside the frame's number."""
        return f"{self.shot} {self.version}"


@dataclass(frozen=True, eq=False)
class PaintOver:
    """A frame that was painted on, on its way to the world."""

    on: PaintedOn
    image: NDArray[np.uint8]
    """[H,W,3] sRGB, of the frame's own size."""
    author: str = ""

    def request(self, engine: str) -> tuple[SeedViewRequest, Arrays]:
        request = SeedViewRequest(
            name=self.on.name,
            engine=engine,
            greybox=Greybox(()),
            frame=self.on.frame if self.on.take_frame == SAME_FRAME else self.on.take_frame,
            author=self.author,
            camera=self.on.camera,
            over_take=self.on.take_id,
        )
        return request, {"image": self.image}


def copy_to_paint(base: Path, picture: Path) -> Path:
    """Copies a frame of a take to a file of its own, byte for byte, with its sidecar; nothing is overwritten.

    Raises TakeFilesMissing where the take's own sidecar or the frame is gone, TakeNotWritable.
    """
    folder = picture.parent
    frame = next((number for number, path in frames_on_disk(folder).items() if path.name == picture.name), None)
    if frame is None:
        raise TakeFilesMissing(f"There is no frame of a take at {picture}.", "Generate the take again.")
    facts = read_sidecar(folder)
    if not facts.get("take_id"):
        raise TakeFilesMissing(f"{folder} does not say which take it holds.", "Generate the take again.")
    on = PaintedOn(
        take_id=str(facts["take_id"]),
        world_id=str(facts.get("world_id", "")),
        shot=str(facts.get("shot", folder.parent.name)),
        version=folder.name,
        frame=frame,
        original=str(picture),
        camera=str(facts.get("camera", {}).get("name", "")),
        take_frame=_number_in_take(facts, frame),
    )
    copy = _free_name(base / PAINT_FOLDER, picture.stem)
    write_whole(_sidecar(copy), json.dumps({**asdict(on), "numbers": _NUMBERS}, indent=2, ensure_ascii=False).encode())
    write_whole(copy, picture.read_bytes())
    return copy


def painted_on(copy: Path) -> PaintedOn:
    """What a copy was made of, as its sidecar tells. Raises LookNotReadable."""
    path = _sidecar(copy)
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        on = PaintedOn(**{name: kind(facts[name]) for name, kind in _KINDS.items() if name in facts})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LookNotReadable(
            f"The frame that {copy.name} was painted on is not known: {path} cannot be read ({error}).",
            "Press Paint Over This Frame, and paint on the picture it makes.",
        ) from error
    written_before = on.take_frame == _SAME_BEFORE and facts.get("numbers") != _NUMBERS
    return replace(on, take_frame=SAME_FRAME) if written_before else on


def over(paint: NDArray[np.uint8], alpha: NDArray[np.uint8], under: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H,W,3] paint [H,W,3] with its opacity [H,W] over what lies under it [H,W,3]; exact where it is opaque."""
    share = alpha[..., None].astype(np.float32) / 255
    mixed = paint * share + under * (1 - share)
    return np.where(alpha[..., None] == 255, paint, np.rint(mixed)).astype(np.uint8)


_KINDS = {field.name: {"str": str, "int": int}[str(field.type)] for field in fields(PaintedOn)}


def _number_in_take(facts: Mapping[str, Any], frame: int) -> int:
    """The take's own number of what a frame of the scene shows; SAME_FRAME where they are the same."""
    shows = facts.get("shows", ())
    index = next((index for index, those in enumerate(shows) if frame in those), None)
    return SAME_FRAME if index is None else int(facts["request"]["frames"][index])


def _sidecar(copy: Path) -> Path:
    return copy.with_suffix(".json")


def _free_name(folder: Path, stem: str) -> Path:
    path, number = folder / f"{stem}_paint.png", 1
    while path.exists() or _sidecar(path).exists():
        number += 1
        path = folder / f"{stem}_paint_{number}.png"
    return path
