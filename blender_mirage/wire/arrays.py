"""Named numpy arrays to bytes and back: magic, JSON header, then raw little-endian bodies, zlib where it pays.

Layout: b"MIRA", uint32 header length, header JSON (utf-8), bodies in the header's order. The header is
`{"message": any JSON, "arrays": [{"name", "dtype", "shape", "bytes", "zlib"}]}`.
The bytes of equal arrays are equal on every machine, so a hash of them names their content.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from collections.abc import Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"MIRA"
DTYPES = frozenset({"<f2", "<f4", "<f8", "<i4", "<i8", "<u4", "|i1", "|u1", "|b1"})
_PREFIX = struct.Struct("<4sI")
_WORTH_COMPRESSING = 512  # bytes; below this the zlib header eats the gain
_MAX_HEADER = 64 * 1024 * 1024

Array = NDArray[Any]
Arrays = dict[str, Array]


class MalformedArrays(ValueError):
    """The bytes are not what `pack` writes; the message says where they differ."""


def pack(arrays: Mapping[str, Array], message: Any = None, compress: bool = True) -> bytes:
    """Arrays (and a JSON-able message) as one byte string. Raises ValueError on a dtype outside `DTYPES`."""
    entries: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    for name in sorted(arrays):
        array = np.asarray(arrays[name], order="C")
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if little.dtype.str not in DTYPES:
            raise ValueError(f"expected one of the dtypes {sorted(DTYPES)} for array {name!r}, got {array.dtype}")
        raw = little.tobytes()
        body = zlib.compress(raw, 1) if compress and len(raw) > _WORTH_COMPRESSING else raw
        shrunk = len(body) < len(raw)
        body = body if shrunk else raw
        entries.append(
            {"name": name, "dtype": little.dtype.str, "shape": array.shape, "bytes": len(body), "zlib": shrunk}
        )
        bodies.append(body)
    header = json.dumps({"message": message, "arrays": entries}, allow_nan=False, sort_keys=True).encode()
    return _PREFIX.pack(MAGIC, len(header)) + header + b"".join(bodies)


def unpack(data: bytes, max_bytes: int = 4 * 1024**3) -> tuple[Any, Arrays]:
    """Inverse of `pack`: (message, arrays). Raises MalformedArrays, also where more than `max_bytes` would unfold."""
    header, start = _read_header(data)
    arrays: Arrays = {}
    budget = max_bytes
    for entry in header["arrays"]:
        try:
            name, dtype, shape = str(entry["name"]), entry["dtype"], tuple(int(n) for n in entry["shape"])
            stored, compressed = int(entry["bytes"]), bool(entry["zlib"])
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedArrays(f"an array entry of the header is incomplete: {entry!r}") from error
        if not isinstance(dtype, str) or dtype not in DTYPES or any(n < 0 for n in shape):
            raise MalformedArrays(f"array {name!r} has the dtype {dtype!r} and shape {shape}, which are not allowed")
        expected = np.dtype(dtype).itemsize * math.prod(shape)
        budget -= expected
        if budget < 0:
            raise MalformedArrays(f"array {name!r} would unfold past the limit of {max_bytes} bytes")
        arrays[name] = _read_body(data, start, stored, expected, compressed, name, dtype).reshape(shape)
        start += stored
    return header["message"], arrays


def peek(file: IO[bytes]) -> Any:
    """The message of packed content, without its arrays; reads no further. Raises MalformedArrays."""
    prefix = file.read(_PREFIX.size)
    length = _PREFIX.unpack(prefix)[1] if len(prefix) == _PREFIX.size else 0
    return _read_header(prefix + file.read(min(length, _MAX_HEADER)))[0]["message"]


def content_hash(data: bytes) -> str:
    """Name of packed content: 32 hex digits of blake2b."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _read_header(data: bytes) -> tuple[dict[str, Any], int]:
    if len(data) < _PREFIX.size:
        raise MalformedArrays(f"expected at least {_PREFIX.size} bytes, got {len(data)}")
    magic, length = _PREFIX.unpack_from(data)
    if magic != MAGIC or length > _MAX_HEADER or _PREFIX.size + length > len(data):
        raise MalformedArrays("the bytes do not start with a Mirage header")
    try:
        header = json.loads(data[_PREFIX.size : _PREFIX.size + length])
    except ValueError as error:
        raise MalformedArrays(f"the header is not JSON: {error}") from error
    if not isinstance(header, dict) or not isinstance(header.get("arrays"), list) or "message" not in header:
        raise MalformedArrays("the header lacks 'message' or 'arrays'")
    return header, _PREFIX.size + length


def _read_body(data: bytes, start: int, stored: int, expected: int, compressed: bool, name: str, dtype: str) -> Array:
    body = data[start : start + stored]
    if len(body) != stored or stored < 0:
        raise MalformedArrays(f"array {name!r} is cut short: {len(body)} of {stored} bytes")
    if compressed:
        unfolding = zlib.decompressobj()
        try:
            body = unfolding.decompress(body, max(expected, 1))
        except zlib.error as error:
            raise MalformedArrays(f"array {name!r} does not decompress: {error}") from error
        if unfolding.unconsumed_tail:
            raise MalformedArrays(f"array {name!r} unfolds past its shape")
    if len(body) != expected:
        raise MalformedArrays(f"array {name!r} has {len(body)} bytes where its shape needs {expected}")
    return np.frombuffer(body, dtype=np.dtype(dtype))
