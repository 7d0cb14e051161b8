"""Borrowing: only for what was never seen, only from the same material, upright from upright, in phase."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.cells import Cells
from inference_backend.memory.exemplar import Exemplars, borrow, largest_rectangle
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import read
from inference_backend.memory.write import write
from tests.support.greybox import box, look_at, pinhole, place

H, W = 72, 128
K = pinhole(H, W)
WALL = box(place((4, 0.2, 3), (0, 2, 1.5)), 1, 5)
FLOOR = box(place((4, 4, 0.2), (0, 0, -0.1)), 2, 6)
OTHER_WALL = box(place((4, 0.2, 3), (0, 2, 1.5)), 3, 5)
OTHER_MATERIAL = box(place((4, 0.2, 3), (0, 2, 1.5)), 4, 7)
EYE = look_at((0, -2, 1.6), (0, 2, 0.7))


def cells_of(*meshes, c2w=EYE):
    caster = Raycaster(FrameSet(meshes, (), np.zeros(3, np.float32)))
    return Cells.from_gbuffer(cell_gbuffer(caster, c2w, K, pixel_gbuffer(caster, c2w, K, H, W), 4))


def stripes(position):
    """A latent that shows where on the wall it comes from."""
    return torch.cat([position, position[:, :1].expand(-1, 5)], 1)


@pytest.fixture
def memory():
    cells = cells_of(WALL, FLOOR)
    tokens = write(stripes(cells.position), cells)
    return tokens, TokenIndex.build(tokens), Exemplars.build(tokens)


def borrowing(memory, cells):
    tokens, index, exemplars = memory
    return borrow(tokens, index, exemplars, cells, read(tokens, index, cells))


def test_one_exemplar_a_material_and_direction(memory):
    assert len(memory[2]) == 2


def test_a_wall_of_the_same_material_borrows_and_another_does_not(memory):
    same, other = (borrowing(memory, cells_of(wall)) for wall in (OTHER_WALL, OTHER_MATERIAL))
    seen = cells_of(OTHER_WALL).anchor == 3
    assert same.borrowed[seen].float().mean() > 0.95 and not same.covered[seen].any()
    assert not other.borrowed.any()


def test_heights_stay_heights(memory):
    """The exemplar is one of equal shape at the same place: what is borrowed comes from the same height."""
    cells = cells_of(OTHER_WALL)
    readout = borrowing(memory, cells)
    heights = readout.features(memory[0])[:, 0, 2]
    rows = readout.borrowed
    middle = rows & (cells.position[:, 2].abs() < 0.5)
    assert middle.sum() > 50
    torch.testing.assert_close(heights[middle], cells.position[middle, 2], atol=0.15, rtol=0)


def test_what_is_known_is_never_replaced(memory):
    cells = cells_of(WALL, FLOOR)
    plain, lent = read(memory[0], memory[1], cells), borrowing(memory, cells)
    known = plain.covered
    assert torch.equal(plain.token[known], lent.token[known]) and not lent.borrowed[known].any()


def test_nothing_is_borrowed_from_an_empty_memory():
    cells = cells_of(WALL)
    tokens = write(stripes(cells.position), cells, torch.zeros(len(cells), dtype=torch.bool))
    assert not borrowing((tokens, TokenIndex.build(tokens), Exemplars.build(tokens)), cells).borrowed.any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=5))
def test_largest_rectangle_is_that_of_brute_force(rows):
    filled = np.array(rows)
    row, column, tall, wide = largest_rectangle(filled)
    areas = [
        (b - a) * (d - c)
        for a in range(filled.shape[0])
        for b in range(a + 1, filled.shape[0] + 1)
        for c in range(4)
        for d in range(c + 1, 5)
        if filled[a:b, c:d].all()
    ]
    if areas:
        assert filled[row : row + tall, column : column + wide].all() and tall * wide == max(areas)
