"""Copies of an object know what was seen on any of them, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.copies import MAX_COPIES, Copies, groups_of
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import read
from inference_backend.memory.write import write
from tests.support.greybox import box, look_at, pinhole, place

H, W = 72, 128
K = pinhole(H, W)
EYE = look_at((0.6, -3, 1.6), (0, 0, 0.5))


def crate(anchor, x=0.0, material=5):
    return box(place((1, 1, 1), (x, 0, 0.5)), anchor, material)


def cells_of(*meshes, c2w=EYE):
    caster = Raycaster(FrameSet(meshes, (), np.zeros(3, np.float32)))
    return Cells.from_gbuffer(cell_gbuffer(caster, c2w, K, pixel_gbuffer(caster, c2w, K, H, W), 4))


@pytest.fixture
def memory():
    cells = cells_of(crate(1))
    tokens = write(cells.position.repeat(1, 3)[:, :8], cells, cells.anchor > 0)
    return tokens, TokenIndex.build(tokens)


def shared(memory, cells, groups):
    tokens, index = memory
    return Copies.build(groups, tokens).share(tokens, index, cells, read(tokens, index, cells))


def test_a_copy_is_covered_by_the_very_tokens_of_its_twin(memory):
    own, copied = cells_of(crate(1)), cells_of(crate(3))
    there = copied.anchor == 3
    assert not read(*memory, copied).covered[there].any()
    found = shared(memory, copied, [[1, 3]])
    truth = read(*memory, own)
    assert torch.equal(found.covered[there], truth.covered[own.anchor == 1]) and there.sum() > 50
    assert torch.equal(found.token[there], truth.token[own.anchor == 1])
    assert torch.equal(found.shared, found.covered & there) and not found.borrowed.any()


def test_a_copy_that_stands_elsewhere_reads_the_same(memory):
    found = shared(memory, cells_of(crate(3, x=0.3)), [[1, 3]])
    assert found.shared.sum() > 50


def test_painted_otherwise_it_is_no_copy(memory):
    assert not shared(memory, cells_of(crate(3, material=6)), [[1, 3]]).covered.any()


def test_what_was_seen_on_itself_comes_first(memory):
    tokens, _ = memory
    cells = cells_of(crate(3))
    mine = write(torch.ones(len(cells), tokens.feature.shape[1]), cells, cells.anchor == 3)
    both = type(tokens).join([tokens, mine])
    index = TokenIndex.build(both)
    found = Copies.build([[1, 3]], both).share(both, index, cells, read(both, index, cells))
    seen = found.covered & (cells.anchor == 3)
    assert (both.anchor[found.token[seen, 0]] == 3).all() and not found.shared[seen].any()


def test_an_anchor_that_the_memory_never_heard_of_shares_nothing(memory):
    found = shared(memory, cells_of(crate(40)), [[1, 3]])
    assert not found.covered.any()
    assert not shared(memory, cells_of(crate(3)), []).covered.any()


def test_those_with_most_tokens_are_asked_first(memory):
    tokens, _ = memory
    table = Copies.build([[9, 3, 1, 4, 5, 6]], tokens).table
    assert table[9].tolist() == [1] + [0] * (MAX_COPIES - 1), "the others have no tokens to give"
    assert table[1].tolist() == [0] * MAX_COPIES


def test_groups_are_of_two_or_more():
    assert groups_of([(1, "a"), (2, "b"), (3, "a"), (4, "c")]) == [[1, 3]]
