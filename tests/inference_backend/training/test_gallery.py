"""Galleries are sets like any other to a run, and nothing in them differs between two views but where it lies."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.memory.read import CANDIDATES, INTO_TOKEN
from inference_backend.storage.tensors import load_arrays
from inference_backend.training.cache import HISTORIES
from inference_backend.training.dataset import CachedSets, collate, load
from inference_backend.training.gallery import FIRST_SEED, cache_gallery

SEED = FIRST_SEED + 107
H, W = 48, 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("galleries")
    cache_gallery(SEED, folder, 3, H, W)
    return folder


def test_a_run_draws_from_galleries_as_from_sets(folder):
    sets = CachedSets(folder)
    assert [path.stem for path in sets.paths] == [str(SEED)]
    batch = collate([load(sets.paths[0], 1, 0, np.random.default_rng(0))])
    assert batch.target.shape == (1, 3, H, W) and batch.token.shape[1] == CANDIDATES


def test_the_same_seed_is_the_same_gallery(folder, tmp_path):
    again, _ = load_arrays(cache_gallery(SEED, tmp_path, 3, H, W))
    first, _ = load_arrays(folder / f"{SEED}.safetensors")
    assert first.keys() == again.keys() and all(np.array_equal(first[name], again[name]) for name in first)


def test_pixels_carried_to_another_view_are_its_pixels(folder):
    """By the stored geometry alone: the centre of a covered cell, looked up in the picture that made its token."""
    arrays, _ = load_arrays(folder / f"{SEED}.safetensors")
    h, w = H // 4, W // 4
    smooth = arrays["rgb"].astype(float)
    errors, spread = [], []
    for target in range(len(smooth)):
        for history in range(HISTORIES - 1):
            token = arrays["token"][target, history, 0]
            into = arrays["geometry"][target, history, 0, INTO_TOKEN : INTO_TOKEN + 2].astype(float)
            rows = np.flatnonzero(arrays["covered"][target, history].astype(bool) & (np.abs(into) < 0.6).all(0))
            source = arrays["sources"][target, history][token[rows] // (h * w)]
            cell = token[rows] % (h * w)
            x, y = (cell % w + 0.5 + into[0, rows]) * 4, (cell // w + 0.5 + into[1, rows]) * 4
            shown = np.array([patch(smooth[s], u, v) for s, u, v in zip(source, x, y, strict=True)])
            wanted = np.array([patch(smooth[target], (r % w + 0.5) * 4, (r // w + 0.5) * 4) for r in rows])
            errors.append(np.abs(shown - wanted).reshape(-1))
            spread.append(np.abs(wanted - wanted.mean(0)).reshape(-1))
    errors, spread = np.concatenate(errors), np.concatenate(spread)
    assert len(errors) > 1000 and errors.mean() < 0.5 * spread.mean()


def patch(picture, x, y):
    """Mean of 4 x 4 pixels round a place."""
    left, top = int(np.clip(round(x) - 2, 0, W - 4)), int(np.clip(round(y) - 2, 0, H - 4))
    return picture[top : top + 4, left : left + 4].mean((0, 1))
