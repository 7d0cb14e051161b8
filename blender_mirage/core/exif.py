"""The orientation that a camera or phone wrote into a picture file. Blender's readers leave the pixels as stored.

EXIF 2.32 (CIPA DC-008), section 4.6.4: tag 0x0112 in the first directory of a TIFF file, or of the TIFF structure that
JPEG, PNG and WebP files carry inside.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_SHORT = 3


def orientation(path: Path) -> int:
    """1 to 8; 1 (as stored) also where the file says nothing, or nothing that can be read."""
    if path.stat().st_size == 0:
        return 1
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _of_structure(data, _start(data))
        except (struct.error, IndexError):  # cut short
            return 1


def turned(pixels: NDArray[np.generic], how: int) -> NDArray[np.generic]:
    """[H,W,...] pixels as they are meant to be seen; for 5 to 8 with the sides swapped."""
    if how in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if how in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if how in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _start(data: mmap.mmap) -> int:
    """Where the TIFF structure of a picture file begins; -1 where there is none."""
    if data[:3] == b"\xff\xd8\xff":
        return _in_jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _in_chunks(data, 8, ">I4s", b"eXIf", after=4, even=False)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _in_chunks(data, 12, "<4sI", b"EXIF", after=0, even=True)
    return 0 if data[:4] in (b"II*\0", b"MM\0*") else -1


def _in_jpeg(data: mmap.mmap) -> int:
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:  # there the picture itself begins
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            return at + 10
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return -1


def _in_chunks(data: mmap.mmap, at: int, head: str, wanted: bytes, after: int, even: bool) -> int:
    """In a file of chunks: `head` is their name and length in either order; `after` bytes follow each, padded if
    `even`."""
    while at + 8 <= len(data):
        name, length = sorted(struct.unpack_from(head, data, at), key=lambda part: isinstance(part, int))
        if name == wanted:
            return at + 8 + (6 if data[at + 8 : at + 14] == b"Exif\0\0" else 0)
        at += 8 + length + after + (length & 1 if even else 0)
    return -1


def _of_structure(data: mmap.mmap, start: int) -> int:
    order = {b"II": "<", b"MM": ">"}.get(data[start : start + 2]) if start >= 0 else None
    if order is None:
        return 1
    first = start + int(struct.unpack_from(f"{order}I", data, start + 4)[0])
    for entry in range(struct.unpack_from(f"{order}H", data, first)[0]):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", data, first + 2 + 12 * entry)
        if tag == _ORIENTATION and kind == _SHORT and 1 <= value <= 8:
            return int(value)
    return 1
