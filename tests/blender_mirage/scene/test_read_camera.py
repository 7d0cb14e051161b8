"""The camera of a take is Blender's: to a hundredth of a pixel, for any camera."""

from __future__ import annotations

import math

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from bpy_extras.object_utils import world_to_camera_view  # noqa: E402
from mathutils import Matrix, Vector  # noqa: E402

from blender_mirage.core.cameras import project  # noqa: E402
from blender_mirage.core.errors import CameraNotReady, SceneNotReady  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.scene.read_camera import fit_resolution, read_camera_path  # noqa: E402
from blender_mirage.scene.read_shots import read_cut_list  # noqa: E402
from tests.support.blender import add_camera, add_cube, add_empty, bind_marker, random_camera  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]


def points_in_view(rng: np.random.Generator, c2w: np.ndarray, K: np.ndarray, height: int, width: int) -> np.ndarray:
    """[32,3] world points, metres, that fall into the picture and a little beside it.

    They are as far from the camera as the camera is from the origin, up to ten times that: Blender's own function
    works in float32, where a point close to a far camera is only known to a few hundredths of a pixel.
    """
    pixels = rng.uniform((-0.2 * width, -0.2 * height), (1.2 * width, 1.2 * height), (32, 2))
    rays = np.column_stack([pixels, np.ones(32)]) @ np.linalg.inv(K).T
    distance = np.linalg.norm(c2w[:3, 3]) * 10 ** rng.uniform(0, 1, (32, 1))
    return (rays * distance) @ c2w[:3, :3].T + c2w[:3, 3]


def blender_pixels(scene, camera, points: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pixels [N,2] of world points (metres) by Blender's own projection."""
    local = points / scene.unit_settings.scale_length
    view = np.array([world_to_camera_view(scene, camera, Vector(point)) for point in local])
    return np.column_stack([view[:, 0] * width, (1 - view[:, 1]) * height])


@pytest.mark.parametrize("seed", range(200))
def test_projection_agrees_with_blender(empty_file, seed):
    rng = np.random.default_rng(seed)
    camera = random_camera(rng)
    height, width = fit_resolution(empty_file, int(rng.integers(64, 768)))
    (shot,) = read_cut_list(empty_file)

    path = read_camera_path(bpy.context, shot, height, width, step=2)

    for frame, c2w, K in zip(path.frames, path.c2w, path.K, strict=True):
        empty_file.frame_set(frame)
        points = points_in_view(rng, c2w, K, height, width)
        pixels, depth_z = project(points, c2w, K)
        assert np.all(depth_z > 0)
        assert np.abs(pixels - blender_pixels(empty_file, camera, points, height, width)).max() < 0.01


def test_a_path_that_ignores_the_shift_is_seen(empty_file):
    """The agreement above can fail: a camera read before a shift of 1 percent differs by 5 pixels of 512."""
    camera = add_camera()
    empty_file.camera = camera
    (shot,) = read_cut_list(empty_file)
    path = read_camera_path(empty_file, shot, 288, 512, step=250)
    camera.data.shift_x = 0.01
    points = np.array([[0.0, 0.0, 0.0]])
    pixels, _ = project(points, path.c2w[0], path.K[0])
    difference = pixels - blender_pixels(empty_file, camera, points, 288, 512)
    assert difference[0, 0] == pytest.approx(5.12, abs=0.01)


def test_the_take_keeps_the_renders_frame_and_pixel_aspect(empty_file):
    empty_file.render.resolution_x, empty_file.render.resolution_y = 1440, 1080
    empty_file.render.pixel_aspect_x, empty_file.render.pixel_aspect_y = 4, 3
    assert fit_resolution(empty_file, 512) == (384, 512)
    assert fit_resolution(empty_file, 509) == (384, 512)
    assert fit_resolution(empty_file, 1) == (8, 8)

    empty_file.camera = add_camera()
    path = read_camera_path(empty_file, read_cut_list(empty_file)[0], 384, 512, step=250)
    assert path.K[0, 1, 1] / path.K[0, 0, 0] == pytest.approx(4 / 3)


def test_playhead_and_camera_are_put_back(empty_file):
    first, second = add_camera("First"), add_camera("Second")
    bind_marker("one", 1, first)
    bind_marker("two", 10, second)
    empty_file.frame_end = 20
    empty_file.frame_set(12, subframe=0.25)
    empty_file.camera = first  # as a user may, against the marker

    read_camera_path(bpy.context, Shot("one", "First", 1, 9), 64, 64)
    assert (empty_file.frame_current, empty_file.frame_subframe, empty_file.camera) == (12, 0.25, first)

    second.data.type = "ORTHO"
    with pytest.raises(SceneNotReady):
        read_camera_path(bpy.context, Shot("two", "Second", 10, 20), 64, 64)
    assert empty_file.frame_current == 12


def test_frame_rate_and_steps(empty_file):
    empty_file.camera = add_camera()
    empty_file.render.fps, empty_file.render.fps_base = 24, 1.001
    path = read_camera_path(empty_file, Shot("s", "Camera", 3, 12), 64, 64, step=4)
    assert path.frames == (3, 7, 11)
    assert path.fps == pytest.approx(23.976, abs=1e-3)


@pytest.mark.parametrize(("kind", "word"), [("ORTHO", "orthographic"), ("PANO", "panoramic")])
def test_only_perspective_cameras(empty_file, kind, word):
    add_camera().data.type = kind
    with pytest.raises(SceneNotReady, match=f"'Camera' at frame 1: It is {word}.*Perspective"):
        read_camera_path(empty_file, Shot("s", "Camera", 1, 2), 64, 64)


def test_a_camera_that_is_gone_or_is_none(empty_file):
    with pytest.raises(SceneNotReady, match="no camera 'Gone'"):
        read_camera_path(empty_file, Shot("s", "Gone", 1, 2), 64, 64)
    empty_file.camera = add_empty("Null")
    with pytest.raises(SceneNotReady, match="'Null' is of the type EMPTY, not a camera"):
        read_camera_path(empty_file, read_cut_list(empty_file)[0], 64, 64)


def test_nan_and_zero_scale_name_the_frame(empty_file):
    camera = add_camera()
    camera.matrix_world = Matrix.Diagonal((1, 0, 1, 1))
    with pytest.raises(SceneNotReady, match="'Camera' at frame 5: .*scale of zero"):
        read_camera_path(empty_file, Shot("s", "Camera", 5, 6), 64, 64)
    camera.matrix_world = Matrix.Identity(4)
    camera.location.x = math.nan
    with pytest.raises(SceneNotReady, match="'Camera' at frame 5: .*not a finite number"):
        read_camera_path(empty_file, Shot("s", "Camera", 5, 6), 64, 64)


def test_a_scene_that_is_not_in_the_window(empty_file):
    """Scripts read scenes that no window shows: their depsgraph is evaluated for it."""
    other = bpy.data.scenes.new("Other")
    camera = add_camera()
    empty_file.collection.objects.unlink(camera)
    other.collection.objects.link(camera)
    camera.keyframe_insert("location", frame=1)
    camera.location.x = 5
    camera.keyframe_insert("location", frame=11)
    path = read_camera_path(other, Shot("s", "Camera", 1, 11), 64, 64, step=10)
    assert path.c2w[:, 0, 3].tolist() == [0, 5]


def keyed(owner, name: str, values: dict[int, object]) -> None:
    for frame, value in values.items():
        setattr(owner, name, value)
        owner.keyframe_insert(name, frame=frame)


@pytest.mark.parametrize("mode", ["RENDER", "VIEWPORT"])
@pytest.mark.parametrize("kind", ["ORTHO", "PANO"])
def test_a_camera_whose_type_is_keyed_is_checked_on_every_frame(empty_file, kind, mode):
    lens = add_camera().data
    keyed(lens, "type", {1: "PERSP", 4: kind, 6: "PERSP"})
    empty_file.frame_set(1)
    with pytest.raises(CameraNotReady, match="'Camera' at frame 4: It is (orthographic|panoramic)") as found:
        read_camera_path(empty_file, Shot("s", "Camera", 1, 6), 64, 64, mode=mode)
    assert found.value.frame == 4
    empty_file.frame_set(5)  # as the file stands it is none, but the shot's frames are
    assert len(read_camera_path(empty_file, Shot("s", "Camera", 1, 3), 64, 64, mode=mode)) == 3
    assert read_camera_path(empty_file, Shot("s", "Camera", 6, 6), 64, 64, mode=mode).frames == (6,)


@pytest.mark.parametrize("mode", ["RENDER", "VIEWPORT"])
def test_every_value_of_the_lens_is_that_of_its_frame(empty_file, mode):
    """Sensor and fit can be keyed as well as the focal length; Blender's own projection is the judge of each frame."""
    camera = empty_file.camera = add_camera()
    lens = camera.data
    keyed(lens, "sensor_fit", {1: "HORIZONTAL", 2: "VERTICAL", 3: "AUTO"})
    for name in ("sensor_width", "sensor_height", "lens", "shift_x", "shift_y"):
        keyed(lens, name, {1: getattr(lens, name) + 0.3, 3: getattr(lens, name) + 0.1})
    empty_file.frame_end = 3
    path = read_camera_path(empty_file, read_cut_list(empty_file)[0], 270, 480, mode=mode)
    rng = np.random.default_rng(0)
    for frame, c2w, K in zip(path.frames, path.c2w, path.K, strict=True):
        empty_file.frame_set(frame)
        points = points_in_view(rng, c2w, K, 270, 480)
        pixels, _ = project(points, c2w, K)
        assert np.abs(pixels - blender_pixels(empty_file, camera, points, 270, 480)).max() < 0.01


def test_planes_are_read_on_every_frame_in_metres(empty_file):
    empty_file.unit_settings.scale_length = 0.01
    camera = add_camera()
    camera.scale = (3, 3, 3)  # a scaled camera sees as an unscaled one
    keyed(camera.data, "clip_start", {1: 1.0, 3: 5.0})
    camera.data.clip_end = 400
    path = read_camera_path(empty_file, Shot("s", "Camera", 1, 3), 64, 64)
    np.testing.assert_allclose(path.clip[[0, 2]], [[0.01, 4.0], [0.05, 4.0]], rtol=1e-6)
    assert 0.01 < path.clip[1, 0] < 0.05
    camera.data.clip_end = 4
    with pytest.raises(CameraNotReady, match="at frame 3: It sees nothing: its Clip Start is 5 and its Clip End 4"):
        read_camera_path(empty_file, Shot("s", "Camera", 1, 3), 64, 64)


def test_what_moves_the_camera_only_in_renders(empty_file):
    """A camera that rides on a modifier for renders only: the set is read so, and the camera with it."""
    floor = add_cube("Floor")
    lift = floor.modifiers.new("Lift", "DISPLACE")
    lift.direction, lift.strength, lift.mid_level, lift.show_viewport = "Z", 2.0, 0.0, False
    camera = add_camera(location=(0, 0, 0))
    camera.parent, camera.parent_type, camera.parent_vertices = floor, "VERTEX", (7, 0, 0)
    heights = [
        read_camera_path(empty_file, Shot("s", "Camera", 1, 1), 64, 64, mode=mode).c2w[0, 2, 3]
        for mode in ("RENDER", "VIEWPORT")
    ]
    assert heights == [pytest.approx(3.0), pytest.approx(1.0)]
