"""Cycles renders stand exactly where the G-buffer says, and their textures are the materials."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.greybox.geometry import PlacedLamp
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.baked import Bakery
from inference_backend.training.sets.builder import SetBuilder, rotation_z, translation
from inference_backend.training.sets.cameras import Surfaces, intrinsics, look
from inference_backend.training.sets.cycles import CyclesStage
from inference_backend.training.sets.views import ProceduralSet, make_set

HEIGHT, WIDTH = 54, 96
pytestmark = pytest.mark.skipif(find_spec("bpy") is None, reason="needs the bpy extra")


def _three_lights(emission: float) -> ProceduralSet:
    """A floor, a turned box and a ball, each of one flat colour of its own that shines by itself, and no lamp."""
    builder = SetBuilder(np.random.default_rng(0))
    places = (np.eye(4), translation((-0.7, 0.2, 0.0)) @ rotation_z(0.5), translation((0.8, -0.3, 0.1)))
    shapes = (shape.block((-4, -4, -0.2), (4, 4, 0)), shape.box(0.8, 0.6, 1.1), shape.sphere(0.5))
    for mesh, pose in zip(shapes, places, strict=True):
        builder.add(mesh, [builder.material("skin")], pose)
    for number, color in enumerate(([0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]), 1):
        recipe = builder.materials[number]
        style = replace(recipe.style, colors=np.tile(np.array(color, np.float32), (4, 1)), gloss=0.0)
        builder.materials[number] = replace(recipe, style=style, emission=emission)
    frame_set = builder.frame_set(np.zeros(3))
    black = np.zeros(3, np.float32)
    base = make_set(3, "corridor")
    sky = replace(base.sky, zenith=black, horizon=black, cloud=black, sun_color=black)
    surfaces = Surfaces.of(Raycaster(frame_set))
    return replace(base, frame_set=frame_set, materials=builder.materials, sky=sky, surfaces=surfaces)


def test_silhouettes_of_cycles_and_of_the_gbuffer_agree_to_the_pixel() -> None:
    pset = _three_lights(emission=20.0)
    c2w, k = look(np.array([0.3, -3.2, 1.5]), np.pi / 2 + 0.1, -0.25), intrinsics(30, HEIGHT, WIDTH)
    anchor = pixel_gbuffer(pset.surfaces.caster, c2w, k, HEIGHT, WIDTH).anchor
    color = CyclesStage(pset, samples=16, denoise=False).linear(c2w, k, HEIGHT, WIDTH)
    seen = np.where(color.max(-1) > 1.0, 1 + color.argmax(-1), 0)
    assert set(np.unique(anchor)) == {0, 1, 2, 3}
    wrong = seen != anchor
    # A pixel through which an edge passes may fall either way; nowhere else may they differ.
    edge = np.zeros_like(wrong)
    for axis in (0, 1):
        step = np.diff(anchor, axis=axis) != 0
        edge |= np.pad(step, [(0, 1) if i == axis else (0, 0) for i in (0, 1)])
        edge |= np.pad(step, [(1, 0) if i == axis else (0, 0) for i in (0, 1)])
    assert not (wrong & ~edge).any()
    assert wrong.mean() < 0.01


def test_a_lamp_of_so_many_watts_lights_as_the_guide_says() -> None:
    """Directly under a point lamp a white matte floor reflects P / (4 pi^2 d^2)."""
    pset = _three_lights(emission=0.0)
    pose = translation((2.0, 2.0, 2.0))
    lamp = PlacedLamp("POINT", np.ones(3, np.float32), 100.0, 0.02, 0.0, 0.0, pose)
    pset = replace(pset, frame_set=replace(pset.frame_set, lamps=(lamp,)))
    above = look(np.array([2.0, 2.0, 1.2]), np.pi / 2, -np.pi / 2 + 1e-3)
    color = CyclesStage(pset, samples=64, denoise=False).linear(above, intrinsics(85, 9, 16), 9, 16)
    assert color[4, 8, 0] / 0.8 == pytest.approx(100 / (4 * np.pi**2 * 4), rel=0.08)


def test_textures_are_the_materials_at_their_places() -> None:
    pset = make_set(4, "corridor")
    bakery = Bakery(pset.materials)
    laid = [bakery.corners(placed) for placed in pset.frame_set.meshes]
    placed, corners = pset.frame_set.meshes[0], laid[0]
    uv = bakery.uv(corners)
    assert uv.shape == (3 * len(placed.mesh.triangles), 2) and len(corners.texture) == len(placed.mesh.triangles)
    number = int(corners.texture[0])
    albedo, gloss = bakery.picture(number)
    assert albedo.shape[0] == albedo.shape[1] and 0 <= gloss <= 1
    material, _ = bakery.keys[number]
    np.testing.assert_allclose(albedo.mean((0, 1)), pset.materials[material].mean, atol=0.08)
