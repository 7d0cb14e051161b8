"""Arrays in safetensors files."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.errors import BackendError, NotFound
from inference_backend.storage.tensors import load_arrays, save_arrays


def test_round_trip_of_views_scalars_and_empty_arrays(tmp_path) -> None:
    path = tmp_path / "a.safetensors"
    arrays = {
        "transposed": np.arange(12, dtype=np.float32).reshape(3, 4).T,
        "strided": np.arange(20, dtype=np.int32)[::3],
        "half": np.array([0.5, -2.0], np.float16),
        "scalar": np.array(7, np.int64),
        "empty": np.zeros((0, 8), np.float16),
        "flags": np.array([True, False]),
    }
    assert save_arrays(path, arrays, {"engine": "previz", "tokens": "3"}) == path.stat().st_size
    found, meta = load_arrays(path)
    assert meta == {"engine": "previz", "tokens": "3"}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_damaged_and_missing_files_are_named(tmp_path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(NotFound, match="a.safetensors"):
        load_arrays(path)
    save_arrays(path, {"x": np.zeros(100)}, {})
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BackendError, match="damaged"):
        load_arrays(path)


def test_only_what_is_asked_for_is_read(tmp_path) -> None:
    path = tmp_path / "a.safetensors"
    save_arrays(path, {"x": np.arange(3), "y": np.zeros((1000, 1000))}, {"engine": "previz"})
    arrays, meta = load_arrays(path, only=("x", "z"))
    assert list(arrays) == ["x"] and meta == {"engine": "previz"}
    np.testing.assert_array_equal(arrays["x"], np.arange(3))
