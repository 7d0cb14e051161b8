"""The contact sheet of the model card: a row a held-out set, with the look, the greybox, ours and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...editorial.contact_sheet import Cell, Row, contact_sheet
from ...storage.atomic import write_atomic

MAX_BYTES = 1_500_000
_WIDTHS = (384, 352, 320, 288, 256, 224, 192, 160, 128)
"""Pixels of a picture, the first that fits into MAX_BYTES."""
CAPTIONS = ("the look", "the greybox from another camera", "ours", "the true render")


@dataclass(frozen=True)
class Line:
    """One set; pictures [H,W,3] in the order of CAPTIONS."""

    title: str
    pictures: tuple[NDArray[np.uint8], ...]


def write_sheet(path: Path, title: str, lines: Sequence[Line]) -> None:
    """Writes the PNG, as large as MAX_BYTES let it be. Raises DiskFull, NotWritable."""
    rows = [
        Row(line.title, [Cell(picture, text) for picture, text in zip(line.pictures, CAPTIONS, strict=True)])
        for line in lines
    ]
    for width in _WIDTHS:
        data = _png(contact_sheet(title, rows, width))
        if len(data) <= MAX_BYTES:
            break
    write_atomic(path, data)


def write_pictures(folder: Path, name: str, pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Pictures [H,W,3] of one size beside each other, as `<folder>/<name>.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / f"{name}.png", _png(np.concatenate(list(pictures), 1)))


def _png(picture: NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
