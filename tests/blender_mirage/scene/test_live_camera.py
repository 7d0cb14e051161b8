"""Where a viewport shows its camera's frame, and what that camera is: against Blender's own projection."""

from __future__ import annotations

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from bpy_extras.object_utils import world_to_camera_view  # noqa: E402
from mathutils import Vector  # noqa: E402

from blender_mirage.core.cameras import project  # noqa: E402
from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.live_camera import camera_of_view, frame_ratio, frame_rectangle, read_pose  # noqa: E402
from blender_mirage.scene.read_camera import read_camera_path  # noqa: E402
from tests.support.blender import add_camera, random_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def view_3d() -> bpy.types.SpaceView3D:
    areas = bpy.context.window_manager.windows[0].screen.areas
    return next(area.spaces.active for area in areas if area.type == "VIEW_3D")


def points_before(camera: bpy.types.Object, rng: np.random.Generator, count: int = 30) -> np.ndarray:
    """[N,3] world points, inside the frame and beside it."""
    frame = np.array([tuple(corner) for corner in camera.data.view_frame(scene=bpy.context.scene)])
    low, high = frame.min(0), frame.max(0)
    local = rng.uniform(low, high, (count, 3)) * rng.uniform(0.5, 40, (count, 1)) / max(abs(frame[0, 2]), 1e-6)
    local[:, 2] = -np.abs(local[:, 2]).clip(0.1)
    world = camera.matrix_world.normalized()
    return np.array([tuple(world @ Vector(point)) for point in local])


@pytest.mark.parametrize("seed", range(12))
def test_the_rectangle_is_where_blender_shows_the_frame(empty_file, seed):
    rng = np.random.default_rng(seed)
    camera = add_camera(location=rng.normal(0, 3, 3))
    camera.rotation_euler = rng.uniform(-3, 3, 3)
    scene, lens = bpy.context.scene, camera.data
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = (int(n) for n in rng.integers(300, 2200, 2))
    scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = (float(n) for n in rng.choice([1.0, 1.5, 2.0], 2))
    lens.sensor_fit = str(rng.choice(["AUTO", "HORIZONTAL", "VERTICAL"]))
    lens.sensor_width, lens.sensor_height = (float(n) for n in rng.uniform(8, 50, 2))
    lens.lens = float(rng.uniform(12, 150))
    lens.shift_x, lens.shift_y = (float(n) for n in rng.uniform(-0.5, 0.5, 2))
    bpy.context.view_layer.update()
    projection = np.array(
        camera.calc_matrix_camera(
            bpy.context.view_layer.depsgraph,
            x=scene.render.resolution_x,
            y=scene.render.resolution_y,
            scale_x=scene.render.pixel_aspect_x,
            scale_y=scene.render.pixel_aspect_y,
        )
    )
    # A view's zoom and offset only scale and shift what the lens projects.
    zoom_and_offset = np.diag([*rng.uniform(0.2, 3.0, 2), 1.0, 1.0])
    zoom_and_offset[:2, 3] = rng.uniform(-0.5, 0.5, 2)
    window_matrix = zoom_and_offset @ projection
    size = (1586, 928)
    where = frame_rectangle(lens, scene, window_matrix, size)
    span = np.array([where.right - where.left, where.top - where.bottom])
    to_clip = window_matrix @ np.array(camera.matrix_world.normalized().inverted())
    for point in points_before(camera, rng):
        clip = to_clip @ np.append(point, 1.0)
        shown = (clip[:2] / clip[3] + 1) / 2 * size
        of_frame = np.array(world_to_camera_view(scene, camera, Vector(point)))[:2]
        np.testing.assert_allclose(np.array([where.left, where.bottom]) + of_frame * span, shown, atol=0.05)


@pytest.mark.parametrize("seed", range(12))
def test_the_camera_is_the_one_that_a_take_would_have(empty_file, seed):
    camera = random_camera(np.random.default_rng(seed))
    scene = bpy.context.scene
    for frame in (1, 4):
        scene.frame_set(frame)
        path = read_camera_path(scene, Shot("s", camera.name, frame, frame), 96, 160)
        pose = read_pose(camera, bpy.context.view_layer.depsgraph)
        arrays = pose.arrays(96, 160)
        np.testing.assert_array_equal(arrays["c2w"], path.c2w)
        np.testing.assert_allclose(arrays["K"], path.K, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(arrays["clip"], path.clip)
        assert pose == read_pose(camera, bpy.context.view_layer.depsgraph)
        points = np.random.default_rng(seed).normal(0, 5, (20, 3))
        pixels, _ = project(points, arrays["c2w"][0], arrays["K"][0])
        there, _ = project(points, path.c2w[0], path.K[0])
        np.testing.assert_allclose(pixels, there, atol=1e-6)


def test_a_view_may_have_a_camera_of_its_own(empty_file):
    scene, space = bpy.context.scene, view_3d()
    assert camera_of_view(space, scene) is None
    scene.camera = add_camera("Scene's")
    assert camera_of_view(space, scene) == scene.camera
    space.use_local_camera = True
    space.camera = own = add_camera("Own")
    assert camera_of_view(space, scene) == own != scene.camera
    space.use_local_camera = False
    assert camera_of_view(space, scene).name == "Scene's"


def test_what_is_no_perspective_camera_says_so(empty_file):
    camera = add_camera()
    camera.data.type = "ORTHO"
    with pytest.raises(SceneNotReady, match="orthographic"):
        read_pose(camera, bpy.context.evaluated_depsgraph_get())


def test_the_frame_has_the_ratio_of_a_render(empty_file):
    render = bpy.context.scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = 1998, 1080, 50
    assert frame_ratio(bpy.context.scene) == 1.85
