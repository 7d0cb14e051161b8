"""What lies over a camera's view at each frame, as the timeline shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path, write_frame  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.camera_background import COVERAGE, TAKE, remove_backgrounds, set_background  # noqa: E402
from blender_mirage.scene.read_shots import read_shots  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.addon import enabled_addon, write_png  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402
from tests.support.scene_strips import telling_picture  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        scene.frame_start, scene.frame_end = 1, 9
        yield scene


def seen(scene, camera, frame: int) -> str:
    """The file that lies uppermost over the camera's view; empty where none does. As Blender draws it: sequences show
    nothing outside their frames."""
    scene.frame_set(frame)
    shown = ""
    for entry in camera.data.background_images:
        user = entry.image_user
        if entry.show_background_image and user.frame_start <= frame < user.frame_start + user.frame_duration:
            path = Path(bpy.path.abspath(entry.image.filepath_from_user(image_user=user)))
            shown = str(path) if path.is_file() else shown
    return shown if camera.data.show_background_images else ""


def frame_seen(scene, camera, frame: int) -> tuple[str, int] | None:
    """The shot and the frame whose picture it is, told from the picture itself (each has a size of its own)."""
    path = seen(scene, camera, frame)
    return _made[Path(path).read_bytes()] if path else None


_made: dict[bytes, tuple[str, int]] = {}


def make_take(scene, base: Path, shot: Shot, step: int = 1, whole: bool = True, frames=None) -> Path:
    """Made and shown."""
    version, folder = create_take_folder(base, shot.name)
    frames = tuple(frames or shot.frames(step))
    for frame in frames:
        content = f"{shot.name} {version} {frame}".encode()
        write_frame(frame_path(base, shot.name, version, frame), content)
        _made[content] = shot.name, frame
    show_take(scene, shot, folder, frames, whole=whole)
    return folder


def make_all(scene, base: Path) -> None:
    for shot in read_shots(scene):
        make_take(scene, base, shot)
    pump.tick()


def test_two_shots_of_one_camera_each_show_over_their_own_frames(scene, tmp_path):
    camera, other = add_camera("A"), add_camera("B")
    for name, frame, thing in (("one", 1, camera), ("two", 4, other), ("three", 7, camera)):
        bind_marker(name, frame, thing)
    scene.mirage.handles = 1
    make_all(scene, tmp_path)
    over = {frame: frame_seen(scene, camera, frame) for frame in range(0, 11)}
    assert over == {
        **dict.fromkeys((0, 4, 5, 6, 10)),
        **{frame: ("one", frame) for frame in (1, 2, 3)},
        **{frame: ("three", frame) for frame in (7, 8, 9)},
    }
    assert [frame_seen(scene, other, frame) for frame in (3, 4, 6, 7)] == [None, ("two", 4), ("two", 6), None]


def test_cameras_that_share_their_data_show_the_shot_of_the_frame(scene, tmp_path):
    camera = add_camera("A")
    twin = bpy.data.objects.new("Twin", camera.data)
    scene.collection.objects.link(twin)
    bind_marker("one", 1, camera)
    bind_marker("two", 5, twin)
    make_all(scene, tmp_path)
    assert [frame_seen(scene, twin, frame) for frame in (1, 4, 5, 9)] == [
        ("one", 1),
        ("one", 4),
        ("two", 5),
        ("two", 9),
    ]


def test_of_shared_data_the_active_camera_counts_where_both_have_the_frame(scene, tmp_path):
    camera = add_camera("A")
    twin = bpy.data.objects.new("Twin", camera.data)
    scene.collection.objects.link(twin)
    scene.mirage.shot_source = "CAMERA"
    for active in (camera, twin):
        scene.camera = active
        make_all(scene, tmp_path)
    for active in (camera, twin, camera):
        scene.camera = active
        scene.mirage.shot_source = "CAMERA"
        pump.tick()
        assert frame_seen(scene, active, 3) == (active.name, 3)


@pytest.mark.parametrize("start", [1, -4])
def test_frames_that_a_step_leaves_out_hold_as_on_the_timeline(scene, tmp_path, start):
    scene.camera = camera = add_camera("A")
    shot = Shot("A", "A", start, start + 7)
    folder = make_take(scene, tmp_path, shot, step=3)
    files = sorted(path.name for path in folder.glob("*.png"))
    over = [frame_seen(scene, camera, frame) for frame in range(start - 1, start + 9)]
    assert over == [None, *(("A", start + place) for place in (0, 0, 0, 3, 3, 3, 6, 6)), None]
    assert len(files) == 3, "the take's own files stay what they are"
    make_take(scene, tmp_path, shot, step=1)
    assert [frame_seen(scene, camera, start + place) for place in (0, 1, 7)] == [
        ("A", start), ("A", start + 1), ("A", start + 7),
    ]  # fmt: skip


def test_a_take_that_grows_shows_what_is_there(scene, tmp_path):
    scene.camera = camera = add_camera("A")
    (shot,) = read_shots(scene)
    make_take(scene, tmp_path, shot, whole=False, frames=(1, 2, 5))
    assert [frame_seen(scene, camera, frame) for frame in (1, 2, 3, 5, 6)] == [("A", 1), ("A", 2), None, ("A", 5), None]


def test_two_scenes_with_one_camera_each_see_their_own(scene, tmp_path):
    camera = add_camera("A")
    other = bpy.data.scenes.new("Other")
    other.collection.objects.link(camera)
    for each in (scene, other):
        each.camera, each.frame_start, each.frame_end = camera, 1, 4
        each.mirage.scene_id = each.name
    make_take(scene, tmp_path / "a", Shot("A", "A", 1, 4))
    make_take(other, tmp_path / "b", Shot("A", "A", 1, 4))
    for each, folder in ((scene, "a"), (other, "b"), (scene, "a")):
        bpy.context.window.scene = each
        pump.tick()
        assert (tmp_path / folder) in Path(seen(each, camera, 2)).parents
    bpy.context.window.scene = scene


def test_a_shot_that_is_gone_shows_nothing_until_it_is_back_and_what_is_hidden_stays_hidden(scene, tmp_path):
    camera = add_camera("A")
    bind_marker("one", 1, camera)
    bind_marker("two", 5, camera)
    make_all(scene, tmp_path)
    marker = scene.timeline_markers["two"]
    scene.timeline_markers.remove(marker)
    pump.tick()
    assert frame_seen(scene, camera, 7) is None and frame_seen(scene, camera, 2) == ("one", 2)
    bind_marker("two", 5, camera)
    pump.tick()
    assert frame_seen(scene, camera, 7) == ("two", 7)
    camera.data.background_images[0].show_background_image = False
    pump.tick()
    assert frame_seen(scene, camera, 2) is None


def test_opacity_order_and_the_users_own_pictures_are_kept(scene, tmp_path):
    camera = add_camera("A")
    mine = camera.data.background_images.new()
    mine.image = bpy.data.images.new("Reference", 4, 4)
    bind_marker("one", 1, camera)
    bind_marker("two", 5, camera)
    make_all(scene, tmp_path)
    _, one, two = camera.data.background_images
    one.alpha, two.alpha, two.display_depth = 0.3, 0.4, "BACK"
    make_all(scene, tmp_path)
    assert [entry.image.name for entry in camera.data.background_images] == ["Reference", "Mirage A", "Mirage A two"]
    assert [round(entry.alpha, 3) for entry in (one, two)] == [0.3, 0.4] and two.display_depth == "BACK"
    assert remove_backgrounds(TAKE) == 2 and [entry.image.name for entry in camera.data.background_images] == [
        "Reference"
    ]


def test_another_camera_takes_a_shots_pictures_along(scene, tmp_path):
    first, second = add_camera("A"), add_camera("B")
    bind_marker("one", 1, first)
    make_all(scene, tmp_path)
    scene.timeline_markers["one"].camera = second
    make_all(scene, tmp_path)
    assert frame_seen(scene, first, 2) is None and frame_seen(scene, second, 2) == ("one", 2)


def test_an_entry_of_an_older_version_becomes_its_shots(scene, tmp_path):
    """It had one for all shots of the camera, which did not say whose it is."""
    camera = add_camera("A")
    bind_marker("one", 1, camera)
    bind_marker("two", 5, camera)
    make_all(scene, tmp_path)
    one, two = camera.data.background_images
    camera.data.background_images.remove(one)
    for name in [name for name in two.image.keys() if name not in ("mirage_camera",)]:
        del two.image[name]
    two.alpha = 0.25
    make_all(scene, tmp_path)
    assert frame_seen(scene, camera, 2) == ("one", 2) and frame_seen(scene, camera, 6) == ("two", 6)
    assert [round(entry.alpha, 3) for entry in camera.data.background_images] == [0.25, 0.25]


def test_coverage_is_a_layer_of_its_own(scene, tmp_path):
    scene.camera = camera = add_camera("A")
    (shot,) = read_shots(scene)
    make_take(scene, tmp_path, shot)
    pictures = {frame: telling_picture(frame, tmp_path / f"A_coverage_{frame:04d}.png") for frame in range(1, 10)}
    set_background(scene, shot, pictures, COVERAGE)
    assert seen(scene, camera, 3).endswith("A_coverage_0003.png") and len(camera.data.background_images) == 2
    assert remove_backgrounds(COVERAGE) == 1 and frame_seen(scene, camera, 3) == ("A", 3)


def test_a_picture_of_another_shape_is_not_stretched_and_shows_its_own_greys(scene, tmp_path):
    camera = scene.camera = add_camera()
    shot = Shot("walk", "Camera", 1, 2)
    scene.render.resolution_x, scene.render.resolution_y = 64, 64
    scene.mirage.shot_source = "CAMERA"
    version, folder = create_take_folder(tmp_path, shot.name)
    for frame in shot.frames():
        write_png(frame_path(tmp_path, shot.name, version, frame), 64, 64)
    show_take(scene, shot, folder, shot.frames())
    (entry,) = camera.data.background_images
    assert entry.frame_method == "STRETCH" and not entry.image.use_view_as_render
    for width, height, method in ((128, 64, "FIT"), (640, 640, "STRETCH"), (64, 100, "FIT"), (66, 64, "STRETCH")):
        scene.render.resolution_x, scene.render.resolution_y = width, height
        pump.tick()
        assert entry.frame_method == method
    entry.frame_method = "CROP"
    scene.render.resolution_y = 32
    pump.tick()
    assert entry.frame_method == "CROP", "the user chose it"
