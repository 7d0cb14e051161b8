"""The box test may say yes too often, never no where a point of a box is in the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.camera_path import CameraPath
from blender_mirage.core.cameras import project
from blender_mirage.core.errors import SceneNotReady
from blender_mirage.core.greybox_read import GreyboxRead, InstanceTrack, MeshRead, assemble
from blender_mirage.core.in_view import any_mesh_in_view, require_mesh_in_view

K = np.array([[60.0, 0, 32], [0, 60, 32], [0, 0, 1]])
PATH = CameraPath(np.eye(4)[None], K[None], (1,), 24.0, 64, 64)


def box(transform: np.ndarray) -> GreyboxRead:
    """A cube of two units, placed."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    mesh = MeshRead(corners, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), np.zeros(0, np.int32))
    return assemble([InstanceTrack("a", "A", (), {0: mesh}, {0: transform})], [], (0, 0, 0), 1)


@given(st.integers(0, 2**32 - 1))
def test_never_no_where_a_point_is_seen(seed):
    rng = np.random.default_rng(seed)
    transform = np.eye(4)
    transform[:3, :3] = rng.normal(0, 1, (3, 3))
    transform[:3, 3] = rng.normal(0, 4, 3)
    points = rng.uniform(-1, 1, (200, 3)) @ transform[:3, :3].T + transform[:3, 3]
    pixels, depth_z = project(points, PATH.c2w[0], K)
    seen = (depth_z > 0) & (pixels > 0).all(1) & (pixels < 64).all(1)
    assert any_mesh_in_view(PATH, box(transform)) or not seen.any()


@pytest.mark.parametrize("where", [(0, 0, -5), (50, 0, 5), (-50, 0, 5), (0, 50, 5), (0, -50, 5)])
def test_no_where_it_is_plainly_beside(where):
    transform = np.eye(4)
    transform[:3, 3] = where
    assert not any_mesh_in_view(PATH, box(transform))
    with pytest.raises(SceneNotReady, match="shot 'Walk' sees no mesh in frames 1 to 1"):
        require_mesh_in_view(PATH, box(transform), "Walk")


def test_no_mesh_at_all():
    assert not any_mesh_in_view(PATH, assemble([], [], (0, 0, 0), 1))


@pytest.mark.parametrize(
    ("clip", "seen"),
    [((0.1, 100), True), ((5.5, 100), True), ((6.5, 100), False), ((0.1, 4.5), True), ((0.1, 3.5), False)],
)
def test_no_where_the_planes_cut_it_away(clip, seen):
    transform = np.eye(4)
    transform[2, 3] = 5
    assert any_mesh_in_view(replace(PATH, clip=np.array([clip])), box(transform)) == seen
