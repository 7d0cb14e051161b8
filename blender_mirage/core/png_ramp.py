"""A row of greys as a PNG of 16 bits."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def png_ramp(values: NDArray[np.float64]) -> bytes:
    """A picture of one row whose pixels are the greys `values` [N], 0 to 1."""
    row = np.repeat(np.round(np.clip(values, 0, 1) * 65535).astype(">u2"), 3).tobytes()
    head = struct.pack(">IIBBBBB", len(values), 1, 16, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" + row)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
