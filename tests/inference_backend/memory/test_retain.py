"""What stays: newest pictures first, enough of each side, within the budget; the size follows the surface."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference_backend.memory.directions import from_octahedral
from inference_backend.memory.index import level_of, voxel_size
from inference_backend.memory.retain import MAX_RANK, PICTURES_A_SIDE, newer_pictures, retained
from inference_backend.memory.tokens import Tokens
from tests.inference_backend.memory.test_read import EYE, cells_of, tokens_of
from tests.support.greybox import look_at, room

ROOM = 0


def picture(seed=0, eye=EYE):
    return tokens_of(cells_of(room(np.random.default_rng(ROOM)), eye), seed)


def history(*parts):
    """(tokens, order) of commits 1, 2, 3..."""
    return Tokens.join(parts), torch.cat([torch.full((len(part),), i + 1) for i, part in enumerate(parts)])


def test_without_pictures_nothing_is_outranked():
    tokens, order = history(picture(0), picture(1))
    for counts in newer_pictures(tokens, order, []):
        assert not counts.any()


def test_a_newer_picture_of_the_same_view_outranks_all_of_an_older_one():
    tokens, order = history(picture(0), picture(1), picture(2))
    anywhere, aside = newer_pictures(tokens, order, [1, 2, 3])
    for counts in (anywhere, aside):
        assert torch.equal(counts, (3 - order).to(counts.dtype))


def test_a_take_outranks_nobody_and_is_outranked_by_a_later_picture():
    tokens, order = history(picture(0), picture(1), picture(2))
    anywhere, _ = newer_pictures(tokens, order, [1])
    assert not anywhere.any()
    anywhere, _ = newer_pictures(tokens, order, [3])
    assert (anywhere[order < 3] == 1).all() and not anywhere[order == 3].any()


def test_what_a_newer_picture_does_not_show_keeps_its_rank():
    """Half of the room, seen by the new picture from nearly the same place: only there is the old one outranked."""
    whole, part = picture(0), picture(1)
    part = part.select(torch.nonzero(part.position[:, 0] > 0)[:, 0])
    tokens, order = history(whole, part)
    anywhere, _ = newer_pictures(tokens, order, [1, 2])
    size = 2 * voxel_size(level_of(whole.footprint))
    flat = (whole.anchor < 6) & (whole.anchor > 0)
    old = anywhere[order == 1]
    assert old[flat & (whole.position[:, 0] > 0.01)].float().mean() > 0.99
    assert not old[flat & (whole.position[:, 0] < -size)].any() and (flat & (whole.position[:, 0] < -size)).sum() > 100


def test_the_counts_are_those_of_a_loop():
    rng = np.random.default_rng(5)
    eyes = [look_at((rng.uniform(-1, 1), -2.5, 1.2), (0, 1, 0.8)) for _ in range(4)]
    parts = [picture(i, eye) for i, eye in enumerate(eyes)]
    parts = [part.select(torch.from_numpy(rng.choice(len(part), 150, replace=False))) for part in parts]
    tokens, order = history(*parts)
    pictures = [1, 3, 4]
    anywhere, aside = newer_pictures(tokens, order, pictures)
    level = level_of(tokens.footprint)
    side = _sides(from_octahedral(tokens.view).numpy())
    position = tokens.position.numpy()
    for i in range(0, len(tokens), 7):
        voxel = float(voxel_size(level[i : i + 1]))
        here = (np.floor(position / voxel) == np.floor(position[i] / voxel)).all(1)
        here &= (tokens.anchor == tokens.anchor[i]).numpy() & ((level - level[i]).abs() <= 1).numpy()
        newer = [p for p in pictures if p > order[i]]
        assert anywhere[i] == sum(bool((here & (order == p).numpy()).any()) for p in newer)
        same = here & (side == side[i]).all(1)
        assert aside[i] == sum(bool((same & (order == p).numpy()).any()) for p in newer)


def _sides(view):
    return np.round(view / np.abs(view).max(1, keepdims=True)).astype(int)


def test_memory_follows_the_surface_and_not_the_number_of_pictures():
    sizes = []
    for count in (1, PICTURES_A_SIDE, PICTURES_A_SIDE + 1, 12):
        tokens, order = history(*(picture(i) for i in range(count)))
        rows, rank = retained(tokens, order, list(range(1, count + 1)), limit=10**9)
        sizes.append(len(rows))
        assert (rank[order[rows] == count] == 0).all() and rank.max() == min(count - 1, MAX_RANK)
        assert (order[rows] > count - PICTURES_A_SIDE).all(), "the oldest go"
    assert sizes[1] == PICTURES_A_SIDE * sizes[0] == sizes[2] == sizes[3]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 1000))
def test_the_budget_keeps_the_most_confident(limit, seed):
    whole = picture(seed % 3)
    tokens, order = history(whole.select(slice(0, 400)), whole.select(slice(400, len(whole))))
    rows, _ = retained(tokens, order, [], limit)
    assert len(rows) == min(limit, len(tokens)) and (rows.diff() > 0).all()
    kept = torch.zeros(len(tokens), dtype=torch.bool).index_fill(0, rows, True)
    if 0 < limit < len(tokens):
        assert tokens.confidence[kept].min() >= tokens.confidence[~kept].max()


@pytest.mark.parametrize("limit", [10, 10**9])
def test_the_older_of_equals_stays(limit):
    one = picture(0)
    tokens = Tokens.join([one, one])
    rows, _ = retained(tokens, torch.zeros(len(tokens), dtype=torch.long), [], limit)
    assert limit > len(tokens) or (rows < len(one)).sum() >= 5
