"""One bounce: a red wall reddens the floor before it, an enclosed point sees no sky."""

import numpy as np

from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.bounce import bounced, hit_radiance
from inference_backend.training.sets.builder import SetBuilder
from inference_backend.training.sets.cameras import Surfaces, intrinsics, look
from inference_backend.training.sets.filters import surface_key
from inference_backend.training.sets.sky import draw_sky


def _corner(color: tuple[float, float, float]) -> tuple[Surfaces, SetBuilder]:
    """A grey floor before a wall of one colour at y = 2, under ambient light alone."""
    builder = SetBuilder(np.random.default_rng(0))
    for mesh, tint in (
        (shape.block((-3, -3, -0.2), (3, 3, 0)), (0.5, 0.5, 0.5)),
        (shape.block((-3, 2, 0), (3, 2.2, 3)), color),
    ):
        number = builder.material("skin")
        recipe = builder.materials[number]
        builder.materials[number] = type(recipe)(recipe.kind, recipe.style, recipe.base_color, np.array(tint))
        builder.add(mesh, [number], np.eye(4))
    return Surfaces.of(Raycaster(builder.frame_set(np.full(3, 0.8)))), builder


def test_a_red_wall_reddens_the_floor_before_it() -> None:
    sky = draw_sky(np.random.default_rng(4))
    c2w, k = look(np.array([0.0, -0.5, 1.5]), np.pi / 2, -0.5), intrinsics(24, 72, 128)
    shares = []
    for color in ((0.8, 0.05, 0.05), (0.05, 0.05, 0.8)):
        surfaces, builder = _corner(color)
        gbuffer = pixel_gbuffer(surfaces.caster, c2w, k, 72, 128)
        key = surface_key(gbuffer.anchor, gbuffer.normal)
        light = bounced(surfaces, builder.materials, sky, gbuffer, key, np.random.default_rng(0))
        near = (gbuffer.anchor == 1) & (gbuffer.position[..., 1] > 1.6)
        assert near.sum() > 50
        shares.append(light[near].mean(0))
        assert (light[gbuffer.depth_z == 0] == 0).all()
    assert shares[0][0] > shares[1][0] + 0.05 and shares[0][2] < shares[1][2] - 0.05


def test_a_ray_brings_the_light_of_what_it_meets() -> None:
    surfaces, builder = _corner((0.6, 0.3, 0.1))
    origin = np.array([[0, 0, 1.0]], np.float32)
    toward = np.array([[0, 1.0, 0]], np.float32)
    sky = draw_sky(np.random.default_rng(4))
    light = hit_radiance(surfaces, builder.materials, sky, origin, toward, np.random.default_rng(0))
    np.testing.assert_allclose(light[0], np.array([0.6, 0.3, 0.1]) * 0.7 * 0.8, rtol=1e-4)
