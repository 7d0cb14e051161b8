"""A look rendered from the set: the right picture, and no setting moved."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.cameras import project  # noqa: E402
from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_camera import read_camera_path  # noqa: E402
from blender_mirage.scene.render_look import gpu_is_there, render_look  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def settings(scene) -> dict:
    found = {}
    for owner in (scene.render, scene.render.image_settings, scene.cycles, scene.eevee):
        for prop in owner.bl_rna.properties:
            if not prop.is_readonly and prop.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING") and not getattr(
                prop, "is_array", False
            ):  # fmt: skip
                found[owner.bl_rna.name, prop.identifier] = getattr(owner, prop.identifier)
    return found


def test_cycles_shows_a_lit_cube_where_the_camera_sees_it(empty_file, tmp_path):
    """An emitting cube off centre, an anamorphic render: its box in the picture is the box that K projects."""
    empty_file.camera = add_camera()
    empty_file.render.resolution_x, empty_file.render.resolution_y = 640, 250
    empty_file.render.pixel_aspect_y = 1.5
    empty_file.render.image_settings.file_format = "JPEG"
    cube = add_cube("Lamp", (0.7, 0, 0.2))
    glow = bpy.data.materials.new("Glow")
    if bpy.app.version < (5, 0, 0):
        glow.use_nodes = True
    glow.node_tree.nodes["Principled BSDF"].inputs["Emission Strength"].default_value = 1
    glow.node_tree.nodes["Principled BSDF"].inputs["Emission Color"].default_value = (1, 1, 1, 1)
    empty_file.view_settings.view_transform = "Standard"
    cube.data.materials.append(glow)
    before = settings(empty_file)

    out = tmp_path / "look.png"
    render_look(empty_file, out, "CYCLES", 4, 128, 56)

    assert settings(empty_file) == before
    picture = bpy.data.images.load(str(out))
    assert tuple(picture.size) == (128, 56)
    red = np.array(picture.pixels).reshape(56, 128, 4)[::-1, :, 0]
    rows, columns = np.nonzero(red > 0.735)  # sRGB of one half: pixels that the cube covers by more than half
    path = read_camera_path(bpy.context, Shot("s", "Camera", 1, 1), 56, 128)
    corners = np.array([cube.matrix_world @ vertex.co for vertex in cube.data.vertices])
    pixels, _ = project(corners, path.c2w[0], path.K[0])
    np.testing.assert_allclose([columns.min(), columns.max() + 1], [pixels[:, 0].min(), pixels[:, 0].max()], atol=0.6)
    np.testing.assert_allclose([rows.min(), rows.max() + 1], [pixels[:, 1].min(), pixels[:, 1].max()], atol=0.6)


@pytest.mark.skipif(gpu_is_there(), reason="there is a GPU to draw with")
def test_the_viewport_needs_a_window(empty_file, tmp_path):
    empty_file.camera = add_camera()
    with pytest.raises(SceneNotReady, match="VIEWPORT needs a GPU.*Cycles"):
        render_look(empty_file, tmp_path / "look.png", "VIEWPORT", 4, 64, 64)
    assert list(tmp_path.iterdir()) == []


def test_no_camera(empty_file, tmp_path):
    with pytest.raises(SceneNotReady, match="no camera"):
        render_look(empty_file, tmp_path / "look.png", "CYCLES", 4, 64, 64)
