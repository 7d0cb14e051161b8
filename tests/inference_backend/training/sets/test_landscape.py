"""The ground is level along the road, continuous, and looks up."""

import numpy as np

from inference_backend.training.sets.landscape import Relief


def test_the_road_is_level_and_the_land_beside_it_is_not() -> None:
    relief = Relief(np.random.default_rng(3))
    along = np.column_stack([np.linspace(-4.9, 4.9, 50), np.linspace(-200, 200, 50)])
    np.testing.assert_allclose(relief.height(along), 0, atol=1e-9)
    beside = np.column_stack([np.full(200, 20.0), np.linspace(-60, 60, 200)])
    assert relief.height(beside).std() > 0.05
    steps = np.abs(np.diff(relief.height(np.column_stack([np.linspace(0, 60, 6000), np.full(6000, 7.0)]))))
    assert steps.max() < 0.02


def test_the_ground_looks_up_and_follows_the_heights() -> None:
    relief = Relief(np.random.default_rng(3))
    mesh = relief.ground()
    a, b, c = (mesh.vertices[mesh.triangles[:, i]] for i in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    np.testing.assert_allclose(mesh.vertices[:, 2], relief.height(mesh.vertices[:, :2]), atol=1e-3)
