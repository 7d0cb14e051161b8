"""The published read-out against a loop in numpy, and the properties that make it correct by half cells."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inference_backend.greybox.gbuffer import cell_gbuffer, pixel_gbuffer, rays
from inference_backend.greybox.raycast import Raycaster
from inference_backend.memory.splat import LEAK, NEAR, splat
from tests.support.greybox import look_at, pinhole, room

SIZE = (18, 32)
EYE, TARGET = (0.4, -2.6, 1.3), (0.1, 1.0, 0.8)


def rolled(c2w, angle):
    turned = c2w.copy()
    c, s = np.cos(angle), np.sin(angle)
    turned[:3, :3] = c2w[:3, :3] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return turned


def cameras(*poses):
    return torch.from_numpy(np.stack(poses)), torch.from_numpy(np.repeat(pinhole(*SIZE)[None], len(poses), 0))


def oracle(points, c2w, K, size):
    """One point after the other; a later one wins only where it is nearer."""
    h, w = size
    token, depth = np.full(h * w, -1), np.full(h * w, np.inf)
    for i, point in enumerate(points.astype(np.float64)):
        if not np.isfinite(point).all():
            continue
        x, y, z = c2w[:3, :3].T @ (point - c2w[:3, 3])
        if z <= NEAR:
            continue
        u, v = K[0, 0] * x / z + K[0, 2], K[1, 1] * y / z + K[1, 2]
        if 0 <= u < w and 0 <= v < h and z < depth[int(v) * w + int(u)]:
            token[int(v) * w + int(u)], depth[int(v) * w + int(u)] = i, z
    return token, depth


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_point_of_each_cell_is_found_as_a_loop_finds_it(seed):
    rng = np.random.default_rng(seed)
    # All round the camera, so that points lie behind it, beside it and in its plane as well.
    points = (rng.normal(0, 1.5, (4000, 3)) + EYE).astype(np.float32)
    points[0], points[1], points[2] = EYE, np.nan, np.inf
    pose = rolled(look_at(EYE, TARGET), rng.uniform(-3, 3))
    c2w, K = cameras(pose)
    seen = splat(torch.from_numpy(points), c2w, K, SIZE)
    token, depth = oracle(points, pose, pinhole(*SIZE), SIZE)
    # float32 may put a point that lies on the border of two cells into the other one.
    differ = int((seen.token[0].numpy() != token).sum())
    assert differ <= 2 and (token >= 0).sum() > 120
    same = (seen.token[0].numpy() == token) & (token >= 0)
    np.testing.assert_allclose(seen.depth_z[0].numpy()[same], depth[same], rtol=1e-4)
    assert (seen.depth_z[0][seen.token[0] < 0] == 0).all()


@pytest.mark.parametrize("roll", [0.0, 0.3, np.pi / 2, 2.5, -1.1])
def test_a_point_at_the_centre_of_a_cell_comes_back_to_that_cell_whatever_the_pose(roll):
    rng = np.random.default_rng(7)
    poses = [rolled(look_at(tuple(rng.uniform(-2, 2, 3)), (0.2, 3, 0.5)), roll) for _ in range(3)]
    for pose in poses:
        v, u = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5, indexing="ij")
        origins, directions = rays(pose, pinhole(*SIZE), u, v)
        points = origins + directions * rng.uniform(0.2, 30, (len(directions), 1)).astype(np.float32)
        seen = splat(torch.from_numpy(points), *cameras(pose), SIZE)
        assert torch.equal(seen.token[0], torch.arange(len(points)))


def test_a_frame_comes_back_whole_at_the_camera_that_wrote_it():
    pose, stride = look_at(EYE, TARGET), 4
    caster = Raycaster(room(np.random.default_rng(1)))
    K = pinhole(SIZE[0] * stride, SIZE[1] * stride)
    cells = cell_gbuffer(caster, pose, K, pixel_gbuffer(caster, pose, K, SIZE[0] * stride, SIZE[1] * stride), stride)
    rows = np.flatnonzero((cells.depth_z > 0).reshape(-1))
    seen = splat(torch.from_numpy(cells.position.reshape(-1, 3)[rows]), *cameras(pose), SIZE)
    assert len(rows) > 300
    assert torch.equal(seen.token[0][rows], torch.arange(len(rows))), "a silhouette's token stays in its cell, too"


def test_the_order_of_the_points_does_not_matter():
    points = torch.from_numpy((np.random.default_rng(3).normal(0, 1.5, (3000, 3)) + TARGET).astype(np.float32))
    order = torch.randperm(len(points), generator=torch.Generator().manual_seed(0))
    c2w, K = cameras(look_at(EYE, TARGET))
    once, again = splat(points, c2w, K, SIZE), splat(points[order], c2w, K, SIZE)
    found = again.token >= 0
    assert torch.equal(found, once.token >= 0) and torch.equal(order[again.token[found]], once.token[found])
    assert torch.equal(once.depth_z, again.depth_z)


def test_of_two_points_in_one_place_the_older_is_read_and_frames_are_independent():
    points = torch.tensor([TARGET, TARGET], dtype=torch.float32)
    c2w, K = cameras(look_at(EYE, TARGET), look_at((3.0, 4.0, 1.0), TARGET))
    seen = splat(points, c2w, K, SIZE)
    assert seen.token.max() == 0 and (seen.token == 0).sum(1).tolist() == [1, 1]
    alone = splat(points, c2w[1:], K[1:], SIZE)
    assert torch.equal(alone.token[0], seen.token[1])


def wall_before_background(spacing):
    """Points of a wall at 1 m, `spacing` cells apart, and a dense background at 4 m; one camera at the origin."""
    K = pinhole(*SIZE)

    def plane(z, step):
        u, v = np.meshgrid(np.arange(0.5, SIZE[1] + 2, step), np.arange(0.5, SIZE[0] + 2, step))
        camera = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3) @ np.linalg.inv(K).T
        return (camera * z).astype(np.float32)

    near, far = plane(1.0, spacing), plane(4.0, 0.5)
    half = np.concatenate([np.full(len(near), spacing / K[0, 0] / 2), np.full(len(far), 1.0 / K[0, 0])])
    upright = torch.from_numpy(np.eye(3)[:2] * half[:, None, None]).float()
    return torch.from_numpy(np.concatenate([near, far])), upright, len(near)


def test_close_up_the_gaps_between_points_are_closed_and_do_not_show_what_is_behind():
    points, patch, near = wall_before_background(3)
    c2w, K = cameras(np.eye(4))
    published = splat(points, c2w, K, SIZE)
    assert (published.token >= near).float().mean() > 0.8, "the published method looks through its own wall"
    wide = splat(points, c2w, K, SIZE, patch, radius=2)
    assert (wide.token < near).all() and (wide.token >= 0).all()
    own = (published.token >= 0) & (published.token < near)
    assert torch.equal(wide.token[own], published.token[own]), "a cell with a point of its own keeps it"
    assert torch.equal(splat(points, c2w, K, SIZE, patch, radius=0).token, published.token)


def test_widening_does_not_prefer_a_neighbour_of_the_same_surface():
    """A slanted wall: the neighbour is nearer, but by less than what counts as being in front."""
    v, u = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5, indexing="ij")
    camera = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3) @ np.linalg.inv(pinhole(*SIZE)).T
    depth = 2 + 0.02 * u.reshape(-1, 1)
    assert (depth[0] / depth[1] > LEAK).all()
    points = torch.from_numpy((camera * depth).astype(np.float32))
    wide = splat(points, *cameras(np.eye(4)), SIZE, 0.15 * torch.eye(3)[:2].expand(len(points), 2, 3), radius=2)
    assert torch.equal(wide.token[0], torch.arange(len(points)))


def test_a_patch_is_as_wide_as_its_foreshortening_shows_it():
    """One patch of 1 x 0.2 m before the camera, seen straight and from the side."""
    patch = torch.tensor([[[0.5, 0.0, 0.0], [0.0, 0.0, 0.1]]])
    c2w, K = cameras(look_at((0, -4.0, 0), (0, 0, 0)), look_at((-3.9, -0.9, 0), (0, 0, 0)))
    seen = splat(torch.zeros(1, 3), c2w, K, SIZE, patch, radius=6).token.view(2, *SIZE) >= 0
    columns, rows = seen.any(1).sum(-1), seen.any(2).sum(-1)
    cells = pinhole(*SIZE)[0, 0] / 4
    assert abs(int(columns[0]) - 1.0 * cells) <= 1 and abs(int(columns[1]) - 0.22 * cells) <= 1
    assert (abs(rows - 0.2 * cells) <= 1).all()


def test_an_empty_cloud_is_all_holes():
    seen = splat(torch.zeros(0, 3), *cameras(np.eye(4)), SIZE)
    assert (seen.token == -1).all() and seen.token.shape == (1, SIZE[0] * SIZE[1])


def test_far_from_the_origin_the_same_points_are_seen() -> None:
    """What the camera's place has beyond float32 is not lost: at 64 km its steps are 8 mm, a cell's width here."""
    rng, away = np.random.default_rng(5), np.array([65_536.0, -65_536.0, 0.0])
    points = (rng.uniform(-1, 1, (300, 3)) * 64).round() / 64  # of a grid that float32 holds there, too
    points[:, 2] += 3
    pose = np.eye(4)
    pose[:3, 3] = (0.0013, -0.0021, 0.0007)
    far = pose.copy()
    far[:3, 3] += away
    here = splat(torch.from_numpy(points.astype(np.float32)), *cameras(pose), SIZE)
    there = splat(torch.from_numpy((points + away).astype(np.float32)), *cameras(far), SIZE)
    assert (here.token >= 0).any() and torch.equal(here.token, there.token)


def test_planes_hide_points_and_show_what_is_behind_them() -> None:
    points = torch.tensor([[0.0, 0, 1], [0, 0, 3], [0, 0, 9]])
    pose = cameras(np.eye(4))
    middle = SIZE[0] // 2 * SIZE[1] + SIZE[1] // 2
    for clip, row in (((0.1, 100.0), 0), ((2.0, 100.0), 1), ((4.0, 100.0), 2), ((4.0, 8.0), -1)):
        assert splat(points, *pose, SIZE, clip=clip).token[0, middle] == row
        patch = 0.001 * torch.eye(3)[:2].expand(3, 2, 3)
        assert splat(points, *pose, SIZE, patch, 1, clip).token[0, middle] == row
