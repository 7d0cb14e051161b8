"""The gather against a brute-force oracle, and the promises that it makes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory import index as index_module
from inference_backend.memory.cells import Cells
from inference_backend.memory.directions import from_octahedral
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import (
    CANDIDATES,
    COVERED_DISTANCE,
    COVERED_FOOTPRINTS,
    INTO_TOKEN,
    read,
    read_compiled,
    read_torch,
)
from inference_backend.memory.tokens import Tokens
from inference_backend.memory.write import MIN_PURITY, write
from tests.support.greybox import MOVING, look_at, pinhole, room

H, W = 72, 128
K = pinhole(H, W)
EYE = look_at((0.2, -2.6, 1.3), (0, 1, 0.8))


def cells_of(frame_set, c2w=EYE):
    caster = Raycaster(frame_set, MOVING)
    return Cells.from_gbuffer(cell_gbuffer(caster, c2w, K, pixel_gbuffer(caster, c2w, K, H, W), 4))


def random_camera(rng):
    return look_at((rng.uniform(-1, 1), rng.uniform(-3, -2), rng.uniform(0.8, 1.8)), (rng.uniform(-0.8, 0.8), 1, 0.8))


def tokens_of(cells, seed=0):
    return write(torch.randn(len(cells), 12, generator=torch.Generator().manual_seed(seed)), cells)


def searched(fits, levels, near, footprint, k):
    """Which tokens are of a level that is searched for a cell: two always, more until it is covered and has k."""
    fraction = np.log2(np.float32(footprint)) % 1
    order = [0, 1, -1, -2, 2, 3] if fraction >= 0.5 else [0, -1, 1, -2, 2, 3]
    looked = np.zeros(len(levels), bool)
    for stage, step in enumerate([*order, *range(-3, int(min(levels.min(initial=0), 0)) - 1, -1)]):
        found = fits & looked
        if stage >= 2 and (found & near).any() and (found.sum() >= k or stage >= len(order)):
            break
        looked |= levels == step
    return looked


def oracle(tokens: Tokens, cells: Cells, k: int, rank: np.ndarray | float = 0.0) -> np.ndarray:
    """[N,K] token rows by a loop over cells and all tokens, in float64 numpy, from the definition of `read`."""
    footprint = np.maximum(np.linalg.norm(cells.du, axis=-1), np.linalg.norm(cells.dv, axis=-1)).astype(np.float64)
    stored = tokens.footprint.double().numpy()
    normals = from_octahedral(tokens.normal).double()
    normal, view = normals.numpy(), from_octahedral(tokens.view).double().numpy()
    chosen = np.full((len(cells), k), -1)
    for i in range(len(cells)):
        du, dv = cells.du[i].double().numpy(), cells.dv[i].double().numpy()
        delta = tokens.position.double().numpy() - cells.position[i].double().numpy()
        offset = np.linalg.lstsq(np.stack([du, dv], -1), delta.T, rcond=None)[0]
        scale = np.log2(stored / footprint[i])
        distance = np.hypot(*offset) / np.maximum(np.exp2(scale), 1)
        facing = normal @ cells.normal[i].double().numpy()
        levels = np.floor(np.log2(stored)) - np.floor(np.log2(np.float32(footprint[i])))
        fits = (tokens.anchor.numpy() == int(cells.anchor[i])) & (facing >= 0.5)
        fits &= np.linalg.norm(delta, axis=-1) <= 2 * np.exp2(np.floor(np.log2(stored)))
        near = np.linalg.norm(delta, axis=-1) <= COVERED_FOOTPRINTS * np.maximum(stored, footprint[i])
        fits &= searched(fits, levels, near | (distance <= COVERED_DISTANCE), footprint[i], k)
        seen = view @ cells.view[i].double().numpy()
        cost = distance + 0.5 * np.abs(scale) + (1 - seen) + 0.5 * (1 - tokens.confidence.double().numpy()) + rank
        rows = np.flatnonzero(fits)
        best = rows[np.argsort(cost[rows], kind="stable")][:k]
        chosen[i, : len(best)] = best
    return chosen


@pytest.mark.parametrize("seed", range(10))
def test_gather_equals_brute_force(seed):
    """Ten random sets, each with a crate that moved and a flag that bent between the two views."""
    rng = np.random.default_rng(seed)
    state = rng.bit_generator.state
    source = cells_of(room(rng), random_camera(np.random.default_rng(seed + 100)))
    rng.bit_generator.state = state
    target = cells_of(room(rng, crate_at=0.4, bend=0.2), random_camera(np.random.default_rng(seed + 200)))
    tokens = tokens_of(source)
    found = read(tokens, TokenIndex.build(tokens), target).token.numpy()
    wanted = oracle(tokens, target, CANDIDATES)
    for anchor in (6, 7):
        assert (wanted[target.anchor.numpy() == anchor, 0] >= 0).any(), "the set must show its movers to both cameras"
    differ = (found != wanted).any(1)
    # float32 against float64: tokens at the same cost may change places, and so may one on the very edge of reach.
    assert differ.mean() < 0.01


def several_views(seed):
    """Tokens of three views, the last from far away, some of them outranked; and the cells of a fourth view."""
    rng = np.random.default_rng(seed)
    state = rng.bit_generator.state
    parts = []
    for i in range(3):
        rng.bit_generator.state = state
        eye = random_camera(np.random.default_rng(seed + 10 * i)) if i < 2 else look_at((0.3, -40, 3), (0, 1, 0.8))
        parts.append(tokens_of(cells_of(room(rng, crate_at=0.1 * i), eye), i))
    rng.bit_generator.state = state
    target = cells_of(room(rng, crate_at=0.4, bend=0.2), random_camera(np.random.default_rng(seed + 300)))
    tokens = Tokens.join(parts)
    return tokens, torch.from_numpy(np.random.default_rng(seed).integers(0, 3, len(tokens))), target, parts


@pytest.mark.parametrize("seed", range(5))
def test_the_compiled_search_and_the_torch_one_are_twins(seed):
    """Over two runs, ranks, several levels of detail: the same tokens for the same cells."""
    tokens, rank, target, parts = several_views(seed)
    index = TokenIndex.build(tokens.select(slice(0, len(parts[0]) + len(parts[1]))), rank[: -len(parts[2])])
    index = index.extended(parts[2])
    assert len(index.runs) == 2 and len(index.levels) > 4
    for candidates in (1, CANDIDATES):
        compiled, torched = (reader(tokens, index, target, candidates) for reader in (read_compiled, read_torch))
        assert torch.equal(compiled.covered, torched.covered)
        # log2 and the square root may differ in their last bit, and with it which of two equals comes first.
        same = (compiled.token == torched.token).all(1)
        assert same.float().mean() > 0.999
        apart = (compiled.geometry[same] - torched.geometry[same]).abs()
        # Where a cell's step runs along a token's normal its roll is any.
        assert (apart < 1e-2).float().mean() > 0.999


def test_ranks_and_finer_levels_are_those_of_the_oracle():
    tokens, rank, target, _ = several_views(1)
    far = cells_of(room(np.random.default_rng(1)), look_at((0.1, -60, 2), (0, 1, 0.8)))
    cells = Cells.join([target, far.select(torch.nonzero(far.anchor > 0)[:, 0])])
    found = read(tokens, TokenIndex.build(tokens, rank), cells).token.numpy()
    wanted = oracle(tokens, cells, CANDIDATES, rank.numpy())
    assert (wanted[-40:, 0] >= 0).any()
    assert (found != wanted).any(1).mean() < 0.02


def test_what_is_learned_in_steps_is_found_as_if_it_had_always_been_there(monkeypatch):
    tokens, _, target, parts = several_views(2)
    whole = read(tokens, TokenIndex.build(tokens), target)
    for threshold, runs in ((2**15, 2), (10, 1)):
        monkeypatch.setattr(index_module, "MIN_MERGE", threshold)
        monkeypatch.setattr(index_module, "MERGE_SHARE", 10.0 if runs == 2 else 0.0)
        grown = TokenIndex.build(parts[0]).extended(parts[1]).extended(parts[2])
        assert len(grown.runs) == runs and len(grown) == len(tokens)
        stepwise = read(tokens, grown, target)
        assert torch.equal(stepwise.token, whole.token) and torch.equal(stepwise.covered, whole.covered)


def test_who_steps_back_sees_what_he_saw_from_near():
    """More than sixteen times as far: the cells are over four levels coarser than any token."""
    eyes = [(x, 1.2, z) for x in np.arange(-1.2, 1.3, 0.3) for z in (0.7, 1.1, 1.5)]
    tokens = Tokens.join(
        tokens_of(cells_of(room(np.random.default_rng(0)), look_at(eye, (eye[0], 3, eye[2])))) for eye in eyes
    )
    tokens = tokens.select(torch.nonzero(tokens.anchor == 2)[:, 0])
    far = cells_of(room(np.random.default_rng(0)), look_at((0, -14, 1.1), (0, 3, 1.1)))
    coarser = torch.log2(far.footprint()[far.anchor == 2].min() / tokens.footprint.float().max())
    shown = torch.cdist(far.position, tokens.position).amin(1) < 0.5 * tokens.footprint.float().min()
    inside = shown & (far.anchor == 2)
    found = read(tokens, TokenIndex.build(tokens), far)
    assert coarser > 3 and inside.sum() >= 4 and found.covered[inside].all()


def test_what_is_known_only_from_afar_is_covered_but_not_sharp():
    """Coming closer does not make a hole of what was seen; the memory only says that a finer token is worth writing."""
    wall = room(np.random.default_rng(0))
    afar, near = (cells_of(wall, look_at((0, y, 1.1), (0, 3, 1.1))) for y in (-11, 0.5))
    tokens = tokens_of(afar)
    found = read(tokens, TokenIndex.build(tokens), near)
    seen = found.covered & (near.anchor == 2)
    assert seen.sum() > 50 and not found.sharp[seen].any()
    both = Tokens.join([tokens, write(torch.zeros(len(near), 12), near, ~found.sharp)])
    again = read(both, TokenIndex.build(both), near)
    assert again.sharp[near.purity >= MIN_PURITY].float().mean() > 0.99
    far = read(both, TokenIndex.build(both), afar)
    assert torch.equal(far.covered, read(tokens, TokenIndex.build(tokens), afar).covered), "nothing is lost by it"


def test_reading_where_one_wrote_gives_back_the_latents():
    cells = cells_of(room(np.random.default_rng(0)))
    latents = torch.randn(len(cells), 12, generator=torch.Generator().manual_seed(1))
    tokens = write(latents, cells)
    found = read(tokens, TokenIndex.build(tokens), cells)
    pure = cells.purity >= MIN_PURITY
    assert found.covered[pure].all()
    torch.testing.assert_close(found.features(tokens)[pure, 0], latents[pure].half().float())
    torch.testing.assert_close(found.geometry[pure, 0, :2], torch.zeros(int(pure.sum()), 2), atol=0.02, rtol=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_cell_lies_in_a_token_where_the_camera_of_the_token_saw_it(seed):
    """Against the projection into the camera that made the tokens: slanted walls, another place, another roll."""
    frame_set = room(np.random.default_rng(seed))
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]
    eye = random_camera(np.random.default_rng(seed + 7)) @ turn
    source = cells_of(frame_set, eye)
    pure = torch.nonzero(source.purity >= MIN_PURITY)[:, 0]
    caster = Raycaster(frame_set, MOVING)
    shown = cell_gbuffer(caster, EYE, K, pixel_gbuffer(caster, EYE, K, H, W), 4)
    target = Cells.from_gbuffer(shown)
    tokens = tokens_of(source)
    found = read(tokens, TokenIndex.build(tokens), target)
    cell = pure[found.token.clamp_min(0)].numpy()
    centre = np.stack([cell % (W // 4), cell // (W // 4)], -1) + 0.5
    seen = (shown.position.reshape(-1, 3) - eye[:3, 3]) @ eye[:3, :3] @ K.T
    wanted = (seen[:, :2] / seen[:, 2:] / 4)[:, None] - centre
    near = (found.token >= 0).numpy() & (np.abs(wanted).max(-1) < 1) & (target.anchor > 0).numpy()[:, None]
    assert near.sum() > 300
    apart = np.linalg.norm(found.geometry[..., INTO_TOKEN : INTO_TOKEN + 2].numpy() - wanted, axis=-1)[near]
    assert np.quantile(apart, 0.95) < 0.06, "a quarter of a pixel"


def test_no_token_of_another_anchor_or_of_the_other_side_is_ever_read():
    source = cells_of(room(np.random.default_rng(2)))
    target = cells_of(room(np.random.default_rng(2)), look_at((0.5, 5.5, 2.0), (0, 0, 0.8)))  # from behind the wall
    tokens = tokens_of(source)
    found = read(tokens, TokenIndex.build(tokens), target)
    rows = found.token.clamp_min(0)
    present = found.token >= 0
    assert (tokens.anchor[rows] == target.anchor[:, None])[present].all()
    agree = (from_octahedral(tokens.normal)[rows] * target.normal[:, None]).sum(-1)
    assert (agree[present] > 0.49).all()
    wall = target.anchor == 2
    assert wall.sum() > 50 and not found.covered[wall].any(), "the wall's back was never seen"


def test_a_hidden_crate_leaves_no_ghost_and_comes_back():
    with_crate = cells_of(room(np.random.default_rng(4)))
    tokens = tokens_of(with_crate)
    index = TokenIndex.build(tokens)
    moved_away = cells_of(room(np.random.default_rng(4), crate_at=50.0))
    found = read(tokens, index, moved_away)
    assert not (tokens.anchor[found.token.clamp_min(0)] == 6)[found.token >= 0].any()
    returned = read(tokens, index, cells_of(room(np.random.default_rng(4))))
    assert returned.covered[with_crate.anchor == 6].float().mean() > 0.95


def test_a_moved_object_is_read_from_its_own_tokens():
    tokens = tokens_of(cells_of(room(np.random.default_rng(4))))
    target = cells_of(room(np.random.default_rng(4), crate_at=0.3, bend=0.1))
    found = read(tokens, TokenIndex.build(tokens), target)
    for anchor in (6, 7):
        mine = target.anchor == anchor
        assert mine.sum() > 10 and found.covered[mine].float().mean() > 0.5


def test_the_sky_is_known_by_direction_and_not_by_place():
    """The same way up from anywhere; another way is another sky, and no surface ever shows it."""
    up = cells_of(room(np.random.default_rng(0)), look_at((0, -2.5, 1), (0, 0, 4)))
    tokens = tokens_of(up)
    tokens = tokens.select(torch.nonzero(tokens.anchor == 0)[:, 0])
    index = TokenIndex.build(tokens)
    away = cells_of(room(np.random.default_rng(0)), look_at((9, -12.5, 3), (9, -10, 6)))
    found = read(tokens, index, away)
    sky = away.anchor == 0
    assert len(tokens) > 100 and found.covered[sky].float().mean() > 0.95 and not found.covered[~sky].any()
    torch.testing.assert_close(tokens.position[found.token[sky, 0].clamp_min(0)], away.position[sky], atol=0.02, rtol=0)
    back = cells_of(room(np.random.default_rng(0)), look_at((9, 12.5, 3), (9, 9, 6)))
    assert not read(tokens, index, back).covered.any()


def test_a_cell_that_shows_two_things_alike_is_not_remembered_as_either():
    """Along a silhouette the majority counts; where there is none nothing is written, and what is written is pure."""
    cells = cells_of(room(np.random.default_rng(1)))
    mixed = cells.purity < MIN_PURITY
    tokens = tokens_of(cells)
    assert len(tokens) == int((~mixed).sum())
    confident = tokens.confidence.float()
    facing = (cells.view * cells.normal).sum(-1)[~mixed].clamp(0.05, 1).sqrt()
    torch.testing.assert_close(confident, facing * cells.purity[~mixed], atol=1e-3, rtol=1e-3)


def test_an_empty_memory_covers_nothing():
    tokens = Tokens.empty(12)
    cells = cells_of(room(np.random.default_rng(0)))
    found = read(tokens, TokenIndex.build(tokens), cells)
    assert not found.covered.any() and (found.token == -1).all()
    assert found.features(tokens).shape == (len(cells), CANDIDATES, 12)


def test_reading_twice_gives_the_same():
    a = cells_of(room(np.random.default_rng(0)))
    b = cells_of(room(np.random.default_rng(0)), random_camera(np.random.default_rng(9)))
    tokens = Tokens.join([tokens_of(a), tokens_of(b, 1)])
    index = TokenIndex.build(tokens)
    first, second = read(tokens, index, b), read(tokens, index, b)
    assert torch.equal(first.token, second.token) and torch.equal(first.geometry, second.geometry)


def on(device, cells):
    return Cells(**{name: value.to(device) for name, value in cells.__dict__.items()})


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_reads_what_the_cpu_reads():
    tokens, rank, cells, parts = several_views(3)
    there = Tokens.from_arrays(tokens.to_arrays(), "cuda")
    on_gpu = read(there, TokenIndex.build(there, rank.cuda()), on("cuda", cells))
    on_cpu = read(tokens, TokenIndex.build(tokens, rank), cells)
    assert torch.equal(on_gpu.covered.cpu(), on_cpu.covered)
    assert (on_gpu.token.cpu() == on_cpu.token).all(1).float().mean() > 0.999


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_memory_on_cuda_recalls_what_one_on_the_cpu_recalls():
    """Copies, exemplars, palette and all, and the same fingerprint."""
    from inference_backend.generation.remember import Memory

    tokens, _, cells, parts = several_views(3)
    tokens = Tokens.join(parts[:2])
    here, there = Memory(tokens), Memory(Tokens.from_arrays(tokens.to_arrays(), "cuda"))
    for memory, device in ((here, "cpu"), (there, "cuda")):
        memory.adopt(Tokens.from_arrays(parts[2].to_arrays(), device))
    one, other = here.recall(cells), there.recall(on("cuda", cells))
    assert torch.equal(one.borrowed, other.borrowed.cpu()) and torch.equal(one.covered, other.covered.cpu())
    torch.testing.assert_close(one.geometry, other.geometry.cpu(), atol=1e-3, rtol=1e-3)
    if torch.equal(one.token, other.token.cpu()):
        assert here.fingerprint(one) == there.fingerprint(other)
