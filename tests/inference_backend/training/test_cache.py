"""A cached set holds what training needs, the same every time, and is not rendered twice."""

import numpy as np
import pytest

from inference_backend.storage.tensors import load_arrays
from inference_backend.training.cache import HISTORIES, SOURCES, cache_set


@pytest.fixture(scope="module")
def cached(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    return folder, cache_set(107, folder, 4, 48, 80)


def test_arrays_belong_together(cached) -> None:
    arrays, about = load_arrays(cached[1])
    views, cells = 4, (48 // 4) * (80 // 4)
    assert arrays["rgb"].shape == (views, 48, 80, 3)
    assert arrays["c2w"].shape == (views, 4, 4) and arrays["K"].shape == (views, 3, 3)
    assert arrays["sources"].shape == (views, HISTORIES, SOURCES)
    assert arrays["token"].shape[:2] == (views, HISTORIES) and arrays["token"].shape[-1] == cells
    assert about["renderer"] == "quick" and about["name"].endswith("-107")
    # What memory found lies in the sources it was said to have seen.
    assert (arrays["token"].max(axis=(2, 3)) < (arrays["sources"] >= 0).sum(-1) * cells).all()
    assert (arrays["token"][arrays["covered"].astype(bool)[:, :, None].repeat(arrays["token"].shape[2], 2)] >= 0).any()
    own = np.arange(views)
    np.testing.assert_array_equal(arrays["sources"][own, 2, 0], own)


def test_the_same_seed_gives_the_same_file_and_one_that_is_there_is_kept(cached, tmp_path) -> None:
    folder, path = cached
    first = load_arrays(path)[0]
    again = load_arrays(cache_set(107, tmp_path, 4, 48, 80))[0]
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    written = path.stat().st_mtime_ns
    cache_set(107, folder, 4, 48, 80)
    assert path.stat().st_mtime_ns == written
