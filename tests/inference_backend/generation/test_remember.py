"""A world's memory over real segments: what is loaded, what the budget keeps out, what a job adds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference_backend.generation.plan import CoveragePlan
from inference_backend.generation.remember import Memory, batches, bytes_a_token
from inference_backend.memory.cells import Cells
from inference_backend.memory.copies import Copies
from inference_backend.memory.tokens import Tokens
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.ids import new_id
from inference_backend.worlds.world_files import AnchorRecord
from tests.inference_backend.memory.test_copies import cells_of as crates_seen
from tests.inference_backend.memory.test_copies import crate
from tests.inference_backend.memory.test_read import cells_of, random_camera, tokens_of
from tests.support.engines import CountingEngine, random_engine
from tests.support.greybox import room

MIB = 2**20


def view(seed):
    return cells_of(room(np.random.default_rng(0)), random_camera(np.random.default_rng(seed)))


@pytest.fixture(scope="module")
def engine():
    return random_engine()


@pytest.fixture
def world(tmp_path):
    catalog = WorldCatalog(tmp_path)
    with catalog.open(catalog.create("test").world_id) as opened:
        yield opened


def commit(world, tokens, kind="take"):
    take_id = new_id()
    world.commit_segment(take_id, kind, tokens.to_arrays(), {"engine": "previz", "tokens": str(len(tokens))})
    return take_id


def same_reading(a, b, cells):
    one, other = a.read(cells), b.read(cells)
    return torch.equal(one.covered, other.covered) and a.fingerprint(one) == b.fingerprint(other)


def latents(count, seed):
    return torch.randn(12, count, 1, generator=torch.Generator().manual_seed(seed))


def test_what_a_job_learned_is_what_the_next_one_loads(world, engine):
    commit(world, tokens_of(view(1)), "seed_view")
    memory = Memory.load(world, engine)
    for seed in (2, 3):
        cells = view(seed)
        memory.learn(latents(len(cells), seed), cells, ~memory.read(cells).covered, 0.7)
    commit(world, memory.learned())
    again = Memory.load(world, engine)
    assert len(again.tokens) == len(memory.tokens) and len(memory.learned()) > 0
    assert same_reading(memory, again, view(4))


def test_reverting_in_the_middle_leaves_the_others(world, engine):
    parts = [tokens_of(view(seed), seed) for seed in (1, 2, 3)]
    ids = [commit(world, part) for part in parts]
    world.revert(ids[1])
    assert same_reading(Memory.load(world, engine), Memory(Tokens.join([parts[0], parts[2]])), view(4))
    world.restore(ids[1])
    assert same_reading(Memory.load(world, engine), Memory(Tokens.join(parts)), view(4))


def test_another_engines_tokens_are_not_read(world, engine):
    tokens = tokens_of(view(1))
    world.commit_segment(new_id(), "take", tokens.to_arrays(), {"engine": "wan22"})
    assert len(Memory.load(world, engine).tokens) == 0


def test_a_newer_picture_is_what_its_camera_sees_and_reverting_it_brings_the_old_one_back(world, engine):
    cells = view(1)
    old, new = tokens_of(cells, 1), tokens_of(cells, 2)
    commit(world, old, "seed_view")
    newest = commit(world, new, "seed_view")
    pure = cells.purity >= 0.5

    def shown():
        memory = Memory.load(world, engine)
        return memory.read(cells).features(memory.tokens)[pure, 0]

    torch.testing.assert_close(shown(), new.feature.float())
    world.revert(newest)
    torch.testing.assert_close(shown(), old.feature.float())


def test_the_budget_is_kept_and_told_and_nothing_is_lost_by_it(world, engine):
    parts = [tokens_of(view(seed), seed) for seed in range(3)]
    for part in parts:
        commit(world, part)
    whole = sum(map(len, parts))
    fits = MIB // bytes_a_token(8)
    repeated = [tokens_of(view(seed), seed) for seed in range(3, 3 + 2 * fits // len(parts[0]))]
    for part in repeated:
        commit(world, part)
    total = whole + sum(map(len, repeated))
    world.set_budget(1)
    small = Memory.load(world, engine)
    assert len(small.tokens) <= fits < total
    assert small.residency().bytes <= MIB and small.residency().evicted == total - len(small.tokens)
    world.set_budget(64)
    assert len(Memory.load(world, engine).tokens) == total


def test_a_job_that_learns_more_than_fits_still_commits_all_of_it():
    base = tokens_of(view(1))
    memory = Memory(base, limit=len(base))
    for seed in range(2, 9):
        cells = view(seed)
        memory.learn(latents(len(cells), seed), cells, None, 0.7)
    assert len(memory.tokens) <= 1.1 * len(base)
    assert len(memory.learned()) + len(base) == len(memory.tokens) + memory.residency().evicted
    assert memory.read(view(8)).covered.any()


def test_adopted_tokens_count_as_learned():
    base, found = tokens_of(view(1)), tokens_of(view(2), 2)
    memory = Memory(base)
    memory.adopt(found)
    memory.adopt(found.select(slice(0, 0)))
    assert len(memory.learned()) == len(found)
    assert same_reading(memory, Memory(Tokens.join([base, found])), view(3))


def test_copies_are_known_by_mesh_and_scale(world, engine):
    def record(name, mesh, scale):
        return AnchorRecord(name, mesh, scale)

    one, twin, smaller = world.register_anchors(
        [record("a", "m" * 32, (1, 1, 1)), record("b", "m" * 32, (1, 1, 1)), record("c", "m" * 32, (0.5, 1, 1))]
    )
    cells = crates_seen(crate(one.id))
    tokens = tokens_of(cells)
    commit(world, tokens.select(torch.nonzero(tokens.anchor > 0)[:, 0]))
    memory = Memory.load(world, engine)
    assert memory.read(crates_seen(crate(twin.id))).shared.sum() > 50
    assert not memory.read(crates_seen(crate(smaller.id))).covered.any()


def test_a_plan_asks_for_what_is_lacking_and_for_nothing_twice():
    frames = [view(seed) for seed in (1, 2, 3)]
    plan = CoveragePlan(frames, Memory(tokens_of(frames[0])))
    assert plan.lacking(0) < 0.01 < plan.lacking(1)
    named = []
    while (index := plan.next_key_frame()) is not None:
        named.append(index)
        plan.learn(tokens_of(frames[index]))
    assert 0 not in named and len(set(named)) == len(named) and plan.mean_lacking() < 0.02


def test_what_is_generated_for_one_copy_is_taken_off_the_plan_for_the_other():
    here, there = crates_seen(crate(1)), crates_seen(crate(3, x=0.2))
    solid = [cells.select(torch.nonzero(cells.anchor > 0)[:, 0]) for cells in (here, there)]
    empty = Tokens.empty(12)
    plan = CoveragePlan(solid, Memory(empty, Copies(known_table())))
    plan.learn(tokens_of(here))
    assert plan.lacking(0) < 0.05 and plan.lacking(1) < 0.2


def known_table():
    table = torch.zeros(4, 3, dtype=torch.int32)
    table[3, 0], table[1, 0] = 1, 3
    return table


def test_batches_hold_all_in_their_order():
    cells = view(1)
    parts = [cells.select(slice(0, n)) for n in (5, 500, 3, 0, 7)]
    stretches = list(batches(parts, 100))
    assert [len(part) for stretch in stretches for part in stretch] == [5, 500, 3, 0, 7]
    assert all(len(Cells.join(stretch)) <= 100 or len(stretch) == 1 for stretch in stretches)


@pytest.mark.parametrize(("latents", "channels"), [("of another encoder", 12), ("", 8)])
def test_tokens_of_another_encoder_are_not_read_and_not_lost(world, engine, latents, channels):
    """Older weights may have left them: noise to these, and good again when those are installed."""
    own = tokens_of(view(1))
    commit(world, own)
    foreign = tokens_of(view(2))
    foreign = replace(foreign, feature=foreign.feature[:, :channels])
    meta = {"engine": "previz", "tokens": str(len(foreign))} | ({"latents": latents} if latents else {})
    world.commit_segment(new_id(), "take", foreign.to_arrays(), meta)
    memory = Memory.load(world, engine)
    assert len(memory.tokens) == len(own) and memory.foreign == len(foreign)
    assert sum(segment.tokens for segment in world.committed_segments()) == len(own) + len(foreign)


def test_two_engines_with_one_encoder_share_a_latent_space(engine):
    other = CountingEngine()
    assert engine.latent_space == random_engine().latent_space != other.latent_space
