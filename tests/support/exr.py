"""The channels of an uncompressed OpenEXR file of one part, as Blender writes its passes. numpy only."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_TYPES = (np.dtype("<u4"), np.dtype("<f2"), np.dtype("<f4"))


def read_exr(path: Path) -> dict[str, NDArray[np.float32]]:
    """Channel -> [H,W], the first row on top."""
    data = path.read_bytes()
    attributes, place = _header(data)
    assert attributes["compression"] == b"\0", "written without compression"
    left, top, right, bottom = struct.unpack("<4i", attributes["dataWindow"])
    width, height = right - left + 1, bottom - top + 1
    kinds = _channels(attributes["channels"])
    found = {name: np.zeros((height, width), np.float32) for name in kinds}
    for start in struct.unpack_from(f"<{height}Q", data, place):
        (row,) = struct.unpack_from("<i", data, start)
        place = start + 8
        for name, kind in kinds.items():
            found[name][row - top] = np.frombuffer(data, kind, width, place)
            place += kind.itemsize * width
    return found


def _header(data: bytes) -> tuple[dict[str, bytes], int]:
    place, attributes = 8, {}
    while data[place]:
        name, place = _text(data, place)
        _, place = _text(data, place)
        (size,) = struct.unpack_from("<i", data, place)
        attributes[name] = data[place + 4 : place + 4 + size]
        place += 4 + size
    return attributes, place + 1


def _channels(data: bytes) -> dict[str, np.dtype]:
    place, kinds = 0, {}
    while data[place]:
        name, place = _text(data, place)
        kinds[name] = _TYPES[struct.unpack_from("<i", data, place)[0]]
        place += 16
    return kinds


def _text(data: bytes, place: int) -> tuple[str, int]:
    end = data.index(b"\0", place)
    return data[place:end].decode(), end + 1
