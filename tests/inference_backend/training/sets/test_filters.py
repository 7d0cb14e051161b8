"""Averages stay on their own surface; antialiased edges lie between the colours that meet there."""

import numpy as np

from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import FrameSet, PlacedMesh
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets.cameras import Surfaces, intrinsics, look
from inference_backend.training.sets.filters import smooth, soften_edges, surface_key
from inference_backend.training.sets.primitives import block


def test_smooth_averages_noise_but_never_across_a_key() -> None:
    rng = np.random.default_rng(0)
    key = np.zeros((24, 32), np.int32)
    key[:, 16:] = 1
    values = (np.where(key == 1, 10.0, 0.0) + rng.uniform(-1, 1, key.shape)).astype(np.float32)[..., None]
    out = smooth(values, key, (1, 2))
    assert out[key == 0].max() < 1 and out[key == 1].min() > 9
    assert out[key == 0].std() < 0.4 * values[key == 0].std()


def test_smooth_keeps_a_constant() -> None:
    key = np.arange(48, dtype=np.int32).reshape(6, 8) // 5
    np.testing.assert_allclose(smooth(np.full((6, 8, 2), 0.7, np.float32), key, (1, 2, 4)), 0.7, rtol=1e-6)


def test_an_edge_becomes_a_mixture_in_the_share_of_the_pixel_that_each_side_covers() -> None:
    """A wall that ends 3/4 into pixel column 10 covers that column to about 3/4."""
    width, height = 32, 18
    k = intrinsics(36.0, height, width)
    edge = (10.75 - 16) / k[0, 0]
    mesh = block((1.0, -edge, -5.0), (1.001, 9.0, 5.0))
    color = np.full((1, 3), 0.5, np.float32)
    frame_set = FrameSet((PlacedMesh(mesh, np.eye(4), 1, (1,), color, mesh.vertices),), (), np.zeros(3, np.float32))
    surfaces = Surfaces.of(Raycaster(frame_set))
    c2w = look(np.zeros(3), 0.0, 0.0)
    gbuffer = pixel_gbuffer(surfaces.caster, c2w, k, height, width)
    painted = np.repeat((gbuffer.anchor == 1)[..., None], 3, axis=-1).astype(np.float32)
    out = soften_edges(painted, gbuffer, surface_key(gbuffer.anchor, gbuffer.normal), surfaces, c2w, k)
    np.testing.assert_allclose(out[:, 10], 0.75)
    np.testing.assert_array_equal(out[:, :10], 1)
    np.testing.assert_array_equal(out[:, 11:], 0)
