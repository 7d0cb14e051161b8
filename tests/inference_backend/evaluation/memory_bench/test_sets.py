"""What the benchmark films: drawn from seeds, moving as it says, and out of sight for as long as it says."""

from __future__ import annotations

import numpy as np
import pytest

from inference_backend.evaluation.memory_bench.character import Gait, figure_triangles, figure_vertices
from inference_backend.evaluation.memory_bench.footage import anchors_of, look_at_frame
from inference_backend.evaluation.memory_bench.sets import AWAY, corridor, departure, walk
from inference_backend.greybox.raycast import world_vertices

GRID = (22, 40)


def seen_anchors(shooting, index):
    return set(look_at_frame(shooting, index, GRID, 1).pixels.anchor.reshape(-1).tolist())


def test_a_figure_bends_without_tearing():
    gait = Gait.draw(np.random.default_rng(0))
    triangles = figure_triangles()
    steps = [figure_vertices(gait, phase) for phase in np.linspace(0, 2 * np.pi, 17)]
    assert triangles.max() == len(steps[0]) - 1 and np.unique(triangles).size == len(steps[0])
    edges = [np.linalg.norm(v[triangles[:, 0]] - v[triangles[:, 1]], axis=1) for v in steps]
    assert max(edge.max() for edge in edges) < 0.35, "no triangle spans two limbs"
    assert np.abs(steps[4] - steps[0]).max() > 0.1 and np.allclose(steps[0], steps[-1], atol=1e-5)


@pytest.mark.parametrize("make", [lambda s: walk(s, 6, 2), lambda s: corridor(s, 8), lambda s: departure(s)])
def test_a_seed_is_a_set(make):
    one, same, other = make(3), make(3), make(4)
    np.testing.assert_array_equal(one.c2w, same.c2w)
    for a, b in zip(one.casters[-1].frame_set.meshes, same.casters[-1].frame_set.meshes, strict=True):
        np.testing.assert_array_equal(world_vertices(a), world_vertices(b))
    assert not np.array_equal(one.c2w, other.c2w)


def test_a_walk_comes_round_but_never_quite_to_the_same_place():
    path = walk(1, 10, 3)
    apart = np.linalg.norm(path.c2w[:10, :3, 3] - path.c2w[10:20, :3, 3], axis=-1)
    assert (apart > 0).all() and (apart < 0.4).all()
    still = walk(1, 10, 3, jitter=0)
    np.testing.assert_array_equal(still.c2w[:10], still.c2w[20:])


def test_what_moves_in_the_corridor_is_seen_and_the_ball_is_gone_at_the_end():
    shooting = corridor(0, 16)
    door, ball, figure = anchors_of(shooting, shooting.movers)
    seen = [seen_anchors(shooting, index) for index in range(16)]
    assert any(figure in frame for frame in seen) and any(ball in frame for frame in seen)
    assert not any(ball in frame for frame in seen[12:])
    first, last = (shooting.casters[i].frame_set.meshes for i in (0, 11))
    for mover in shooting.movers:
        assert not np.allclose(world_vertices(first[mover]), world_vertices(last[mover]))
    assert len(set().union(*seen)) > 12, "rooms and props show through the doors"


@pytest.mark.parametrize("seed", [0, 1])
def test_what_departs_is_away_for_a_hundred_frames_and_comes_back_turned(seed):
    shooting = departure(seed)
    moving = set(anchors_of(shooting, shooting.movers))
    first_away = shooting.comeback - AWAY
    for index in range(first_away, shooting.comeback):
        assert not moving & seen_anchors(shooting, index)
    assert moving <= seen_anchors(shooting, first_away // 2) and moving <= seen_anchors(shooting, shooting.comeback + 4)
    before, after = (shooting.casters[i].frame_set.meshes for i in (first_away - 1, shooting.comeback))
    for mover in shooting.movers:
        rotation = before[mover].transform[:3, :3].T @ after[mover].transform[:3, :3]
        assert np.degrees(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1))) > 15
