"""Arrays to bytes and back, the same bytes everywhere; and bytes that somebody tampered with."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_st

from blender_mirage.wire.arrays import DTYPES, MAGIC, MalformedArrays, content_hash, pack, peek, unpack

SHAPES = np_st.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)
ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(lambda dtype: np_st.arrays(np.dtype(dtype), SHAPES))
BIG = {"noise": np.random.default_rng(0).integers(0, 9, (40, 40), np.int32), "zeros": np.zeros(4000, np.float32)}


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), ARRAYS, max_size=3), st.booleans())
def test_round_trip(arrays: dict[str, Any], compress: bool) -> None:
    message, found = unpack(pack(arrays, {"any": ["json", 1, None]}, compress))
    assert message == {"any": ["json", 1, None]} and found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()


def test_equal_arrays_have_equal_bytes_whatever_their_layout() -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    same = [array, np.asfortranarray(array), array.astype(">f4"), np.pad(array, 1)[1:-1, 1:-1]]
    assert len({content_hash(pack({"a": each, "b": array})) for each in same}) == 1
    assert content_hash(pack({"b": array, "a": array})) == content_hash(pack({"a": array, "b": array}))
    assert content_hash(pack({"a": array + 1})) != content_hash(pack({"a": array}))


def test_compression_pays_or_is_left_out() -> None:
    zeros, noise = np.zeros(10_000, np.uint8), np.random.default_rng(0).integers(0, 256, 10_000, np.uint8)
    assert len(pack({"a": zeros})) < 500
    assert len(pack({"a": noise})) == len(pack({"a": noise}, compress=False))


@pytest.mark.parametrize("dtype", ["complex64", "U4", "O", "datetime64[s]", "u2"])
def test_other_dtypes_are_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match="expected one of the dtypes"):
        pack({"a": np.zeros(2, dtype)})


@given(st.integers(0, len(pack(BIG)) - 1))
def test_cut_bytes_are_malformed(length: int) -> None:
    with pytest.raises(MalformedArrays):
        unpack(pack(BIG)[:length])


@given(st.integers(0, len(pack(BIG)) - 1), st.integers(1, 255))
def test_changed_bytes_are_malformed_or_still_arrays(place: int, change: int) -> None:
    data = bytearray(pack(BIG))
    data[place] ^= change
    try:
        _, found = unpack(bytes(data))
    except MalformedArrays:
        return
    assert all(isinstance(array, np.ndarray) for array in found.values())


def crafted(**changes: Any) -> bytes:
    """A file of one array of two floats whose header entry lies."""
    entry = {"name": "a", "dtype": "<f4", "shape": [2], "bytes": 8, "zlib": False, **changes}
    header = json.dumps({"message": None, "arrays": [entry]}).encode()
    return struct.pack("<4sI", MAGIC, len(header)) + header + bytes(8)


def test_crafted_header_that_tells_the_truth() -> None:
    np.testing.assert_array_equal(unpack(crafted())[1]["a"], [0, 0])


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [3]},
        {"shape": [-1, -2]},
        {"shape": [2**40, 2**40]},
        {"shape": None},
        {"shape": ["two"]},
        {"bytes": -8},
        {"bytes": 2**40},
        {"bytes": None},
        {"dtype": "|O"},
        {"dtype": ["<f4"]},
        {"dtype": "<f4,<f4"},
        {"zlib": True},
    ],
)
def test_crafted_headers_that_lie(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedArrays):
        unpack(crafted(**changes))


@pytest.mark.parametrize(
    "header", [b"[]", b"{}", b'{"arrays": 3, "message": 1}', b'{"arrays": [3], "message": 1}', b"{"]
)
def test_headers_of_another_shape(header: bytes) -> None:
    with pytest.raises(MalformedArrays):
        unpack(struct.pack("<4sI", MAGIC, len(header)) + header)


def test_bomb_is_refused_before_it_unfolds() -> None:
    bomb = pack({"a": np.zeros(10_000_000, np.uint8)})
    assert len(bomb) < 100_000
    with pytest.raises(MalformedArrays, match="past the limit of 1000000 bytes"):
        unpack(bomb, max_bytes=1_000_000)


def test_zlib_body_longer_than_its_shape_is_refused() -> None:
    body = zlib.compress(bytes(1000))
    entry = {"name": "a", "dtype": "|u1", "shape": [10], "bytes": len(body), "zlib": True}
    header = json.dumps({"message": None, "arrays": [entry]}).encode()
    with pytest.raises(MalformedArrays, match="past its shape"):
        unpack(struct.pack("<4sI", MAGIC, len(header)) + header + body)


def test_message_is_read_without_the_arrays() -> None:
    message = {"greybox": {"instances": [{"mesh": "f" * 32}]}}
    packed = pack({"x": np.arange(10_000)}, message, compress=False)
    file = io.BytesIO(packed)
    assert peek(file) == message and file.tell() < 1000
    for damaged in (b"", packed[:5], b"XXXX" + packed[4:], packed[:40]):
        with pytest.raises(MalformedArrays):
            peek(io.BytesIO(damaged))
