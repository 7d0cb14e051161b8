"""Pictures to bytes and back (Pillow). Pixels are sRGB, uint8, [H,W,3]."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ..errors import InvalidRequest

_PNG_EFFORT = 1
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SUB = 1


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """[H,W,3] uint8 sRGB as PNG. Raises ValueError on another shape or dtype.

    Frames are written while the user waits. Every row is filtered by the difference to the left, and compressed by its
    statistics and runs alone: a third of the time of trying all filters and searching for repeats, and a frame is a
    twentieth larger.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(f"expected [H,W,3] uint8, got {list(rgb.shape)} {rgb.dtype}")
    height, width = rgb.shape[:2]
    rows = rgb.reshape(height, 3 * width)
    filtered = np.empty((height, 1 + 3 * width), np.uint8)
    filtered[:, 0] = _SUB
    filtered[:, 1:4] = rows[:, :3]
    np.subtract(rows[:, 3:], rows[:, :-3], out=filtered[:, 4:])
    packer = zlib.compressobj(_PNG_EFFORT, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    packed = packer.compress(filtered.data) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    """PNG, 5.3: length, kind, data, and a checksum of the latter two."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def decode_image(data: bytes) -> NDArray[np.uint8]:
    """Any picture file that Pillow reads, as [H,W,3] uint8, turned as its EXIF says, transparency over black.

    Raises InvalidRequest when the bytes are not a picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            turned = ImageOps.exif_transpose(image)
            if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
                layered = turned.convert("RGBA")
                turned = Image.alpha_composite(Image.new("RGBA", layered.size, (0, 0, 0, 255)), layered)
            return np.array(turned.convert("RGB"), dtype=np.uint8)
    # Pillow reports a damaged file by any of these, depending on the format.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidRequest(
            f"The look is not a picture that can be read ({error}).", "Choose a PNG, JPEG, WebP or TIFF file."
        ) from error
