"""The demo's animatic and contact sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..editorial.animatic import Clip, write_animatic
from ..editorial.contact_sheet import Cell, Row, contact_sheet
from ..editorial.greybox_picture import shade_greybox
from ..evaluation.consistency import StoredTake, spread
from ..storage.atomic import write_atomic
from ..storage.images import encode_png
from ..worlds.take_files import TakeFiles

SENSOR_WIDTH = 36.0
"""Millimetres to which the burn-in's lens is related."""
COLUMNS = 4


def write_demo_animatic(path: Path, takes: list[StoredTake], data_dir: Path) -> None:
    files = TakeFiles(data_dir)
    clips = [
        Clip(
            shot=take.info.shot,
            frames=[files.frame_path(take.info.take_id, index) for index in range(len(take))],
            numbers=take.request.frames,
            lenses=[lens(take, index) for index in range(len(take))],
        )
        for take in takes
    ]
    write_animatic(path, clips, takes[0].info.fps)


def write_demo_sheet(path: Path, look: NDArray[np.uint8], takes: list[StoredTake], width: int = 384) -> None:
    """The look with the greybox it was given to, then each shot's frames under their greybox."""
    first, last = takes[0], len(takes[0]) - 1
    numbers = first.request.frames
    rows = [
        Row(
            "One look, and the shot that closes its loop",
            [
                Cell(look, "the look (Cycles render)"),
                Cell(greybox(first, 0), "greybox, the same camera"),
                Cell(first.image(0), f"{first.info.shot} {numbers[0]:04d}"),
                Cell(first.image(last), f"{first.info.shot} {numbers[last]:04d}: back again"),
            ],
        )
    ]
    for take in takes:
        chosen = spread(len(take), COLUMNS)
        numbers = take.request.frames
        rows.append(
            Row(f"{take.info.shot}: greybox", [Cell(greybox(take, i), f"frame {numbers[i]:04d}") for i in chosen])
        )
        generated = [Cell(take.image(i), f"frame {numbers[i]:04d}{_kind(take, i)}") for i in chosen]
        rows.append(Row(f"{take.info.shot}: generated", generated))
    write_atomic(path, encode_png(contact_sheet("Blender Mirage demo", rows, width)))


def greybox(take: StoredTake, index: int) -> NDArray[np.uint8]:
    """The greybox of one frame as a picture, at the take's size."""
    c2w, K = take.camera(index)
    return shade_greybox(take.caster(index), c2w, K, take.info.height, take.info.width)


def lens(take: StoredTake, index: int) -> float:
    """Focal length in millimetres on a 36 mm wide sensor."""
    return float(take.camera(index)[1][0, 0]) * SENSOR_WIDTH / take.info.width


def _kind(take: StoredTake, index: int) -> str:
    return ", a key frame" if index in take.info.key_frames else ""
