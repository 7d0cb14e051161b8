"""Paint lies exactly where it was painted, above what is older and below what is newer; the rest reads what it read."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

from inference_backend.generation.remember import Memory
from inference_backend.memory.overlay import Paint
from inference_backend.memory.read import ReadOut
from inference_backend.memory.tokens import Tokens
from inference_backend.memory.write import write
from tests.inference_backend.memory.test_read import EYE, H, K, W, cells_of, random_camera
from tests.support.greybox import room

C = 6
GRID = (H // 4, W // 4)


def features(count, seed):
    return torch.randn(count, C, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def scene():
    return room(np.random.default_rng(0))


@pytest.fixture(scope="module")
def cells(scene):
    return cells_of(scene)


def blot(row=4, column=6, tall=5, wide=6):
    mask = torch.zeros(GRID, dtype=torch.bool)
    mask[row : row + tall, column : column + wide] = True
    return mask.view(-1)


def remembered(base, *painted, base_order=1, pictures=(), **more):
    """A memory of `base` tokens from place `base_order` of the history, and of paint (place, tokens)."""
    order = torch.full((len(base),), base_order)
    paint = Paint.build(list(painted), order, pictures)
    tokens = Tokens.join([*(tokens for _, tokens in painted), base])
    return Memory(tokens, rank=paint.with_own(torch.zeros(len(base))), paint=paint, **more)


def contents(memory, readout: ReadOut):
    """What is read, whatever rows it lies in."""
    read = {field.name: getattr(readout, field.name) for field in fields(readout) if field.name != "token"}
    return read | {"features": readout.features(memory.tokens), "there": readout.token >= 0}


def same(one, other, rows):
    return all(torch.equal(one[name][rows], other[name][rows]) for name in one)


def test_painted_cells_read_the_paint_and_all_others_what_they_read_before_to_the_bit(cells):
    base, mask = write(features(len(cells), 1), cells), blot()
    paint = write(features(len(cells), 2), cells, mask)
    plain, painted = Memory(base), remembered(base, (2, paint))
    before, after = contents(plain, plain.read(cells)), contents(painted, painted.read(cells))
    written = mask & (cells.purity >= 0.5)
    assert same(before, after, ~written) and len(paint) == int(written.sum()) > 20
    torch.testing.assert_close(after["features"][written, 0], paint.feature.float())
    assert after["covered"][written].all()


@pytest.mark.parametrize("seed", range(4))
def test_from_another_camera_the_paint_is_where_projecting_it_puts_it(scene, cells, seed):
    mask = blot(2, 4, 8, 10)
    base, paint = write(features(len(cells), 1), cells), write(features(len(cells), 2), cells, mask)
    there = cells_of(scene, random_camera(np.random.default_rng(seed)))
    memory = remembered(base, (2, paint))
    read = memory.read(there)
    is_paint = (read.token[:, 0] >= 0) & (read.token[:, 0] < len(paint))
    assert is_paint.any()
    plain = Memory(base)
    before, after = contents(plain, plain.read(there)), contents(memory, read)
    assert same(before, after, ~is_paint)
    known = memory.tokens.select(read.token[is_paint, 0])
    assert torch.equal(known.anchor, there.anchor[is_paint])
    apart = (known.position - there.position[is_paint]).norm(dim=-1)
    assert (apart <= 1.2 * known.footprint).all()


def test_no_painted_surface_shows_what_is_older(scene, cells):
    """Every cell of another view whose surface point falls well inside the blot, by the camera's own projection."""
    mask = blot(8, 4, 9, 20)
    base, paint = write(features(len(cells), 1), cells), write(features(len(cells), 2), cells, mask)
    memory, found = remembered(base, (2, paint)), 0
    w2c = np.linalg.inv(EYE)
    floor = 1  # does not move: its rest space is the world's, shifted by where it stands
    for seed in range(4):
        there = cells_of(scene, random_camera(np.random.default_rng(seed)))
        rows = torch.nonzero((there.anchor == floor) & (there.normal[:, 2] > 0.9))[:, 0]
        world = there.position[rows].double().numpy() + np.array([0, 0, -0.1])
        seen = (world @ w2c[:3, :3].T + w2c[:3, 3]) @ K.T
        column, row = (seen[:, i] / seen[:, 2] / 4 for i in (0, 1))
        inside = (row > 8.6) & (row < 16.4) & (column > 4.6) & (column < 23.4) & (seen[:, 2] > 0)
        visible = np.zeros(len(rows), bool)
        at = (np.clip(row, 0, GRID[0] - 1).astype(int), np.clip(column, 0, GRID[1] - 1).astype(int))
        grid = {
            name: getattr(cells, name).view(*GRID, *getattr(cells, name).shape[1:]) for name in ("anchor", "purity")
        }
        visible[:] = ((grid["anchor"][at] == floor) & (grid["purity"][at] >= 0.99)).numpy()
        token = memory.read(there).token[rows[inside & visible], 0]
        assert ((token >= 0) & (token < len(paint))).all()
        found += len(token)
    assert found > 30


def test_the_newest_paint_is_seen_and_so_is_a_picture_that_is_newer_than_it(cells):
    base = write(features(len(cells), 1), cells)
    first, second = (write(features(len(cells), seed), cells, blot(column=6 + seed)) for seed in (2, 3))
    memory = remembered(base, (2, first), (3, second))
    read = memory.read(cells).features(memory.tokens)[:, 0]
    pure = cells.purity >= 0.5
    torch.testing.assert_close(read[blot(column=9) & pure], second.feature.float())
    only_first = blot(column=8) & ~blot(column=9) & pure
    assert only_first.any()
    torch.testing.assert_close(read[only_first], features(len(cells), 2)[only_first].half().float())
    newer = remembered(base, (2, first), base_order=5, pictures=(5,))
    torch.testing.assert_close(newer.read(cells).features(newer.tokens)[pure, 0], base.feature.float())


def test_of_what_is_newer_only_that_is_left_under_it(cells):
    old, new = write(features(len(cells), 1), cells), write(features(len(cells), 2), cells)
    mask = blot()
    paint = write(features(len(cells), 3), cells, mask)
    order = torch.cat([torch.full((len(old),), 1), torch.full((len(new),), 9)])
    spread = Paint.build([(5, paint)], order, (9,))
    rank = spread.with_own(torch.cat([torch.full((len(old),), 0.3), torch.zeros(len(new))]))
    memory = Memory(Tokens.join([paint, old, new]), rank=rank, paint=spread)
    read = memory.read(cells)
    under = mask & (cells.purity >= 0.5)
    assert ((read.token[under] < 0) | (read.token[under] >= len(paint) + len(old))).all()
    assert (read.token[~mask & (cells.purity >= 0.5)] >= len(paint)).any(), "elsewhere older ones serve too"
    there = read.token >= 0
    assert torch.equal(read.geometry[..., 8] > 0, there)


def test_the_budget_never_keeps_paint_out(cells, scene):
    base, mask = write(features(len(cells), 1), cells), blot()
    paint = write(features(len(cells), 2), cells, mask)
    memory = remembered(base, (2, paint), limit=len(base))
    for seed in range(3, 8):
        elsewhere = cells_of(scene, random_camera(np.random.default_rng(seed)))
        memory.learn(torch.randn(C, len(elsewhere), 1), elsewhere, None, 0.3)
    assert memory.residency().evicted > 0
    assert torch.equal(memory.tokens.select(slice(0, len(paint))).feature, paint.feature)


def test_paint_changes_neither_the_look_as_a_whole_nor_what_is_borrowed_from_it(cells):
    base, paint = write(features(len(cells), 1), cells), write(10 + features(len(cells), 2), cells, blot())
    plain, painted = Memory(base), remembered(base, (2, paint))
    knowledge = [memory.knowledge(memory.read(cells), "") for memory in (plain, painted)]
    assert torch.equal(knowledge[0].moments.look(), knowledge[1].moments.look())
    material = cells.material.long()
    assert torch.equal(knowledge[0].moments.palette(material), knowledge[1].moments.palette(material))


def test_what_a_take_makes_of_the_paint_from_nearer_is_read_there_and_the_paint_from_where_it_was_painted(scene):
    mask = torch.zeros(len(cells_of(scene)), dtype=torch.bool)
    far = cells_of(scene)
    mask |= far.anchor == 2
    nearer = EYE.copy()
    nearer[:3, 3] += 3 * EYE[:3, 2]
    near = cells_of(scene, nearer)
    old = Tokens.join([write(features(len(far), 1), far), write(features(len(near), 4), near)])
    paint = write(features(len(far), 2), far, mask)
    memory = remembered(old, (2, paint))
    wall = (near.anchor == 2) & (near.purity >= 0.5)
    before = memory.read(near)
    under = wall & (before.token[:, 0] >= 0) & (before.token[:, 0] < len(paint))
    assert under.sum() > 100 and not before.sharp[under].any(), "what was painted from afar is worth more near by"
    learned = write(features(len(near), 3), near, under, 0.5)
    memory.adopt(learned)
    now = memory.read(near)
    assert now.sharp[under].all()
    assert (now.token[under, 0] >= len(memory.tokens) - len(learned)).all(), "not the older ones as fine as these"
    assert (memory.read(far).token[mask & (far.purity >= 0.5), 0] < len(paint)).all()
