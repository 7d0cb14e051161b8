"""A take on the timeline and behind its camera, in whatever Blender runs this."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import set_strip_span, strip_span, strips  # noqa: E402
from blender_mirage.core.errors import SceneNotReady, TakeFilesMissing  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.scene.show_take import folder_of, show_take  # noqa: E402
from tests.support.blender import add_camera, add_empty  # noqa: E402

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("empty_file")]

SHOT = Shot("Gang über Eck", "Camera", 20, 23)


def make_take(base: Path, frames, shot: Shot = SHOT, green: int = 0, blue: int = 0) -> Path:
    """A take of tiny pictures; each picture's red tells its frame."""
    version, folder = create_take_folder(base, shot.name)
    for frame in frames:
        image = bpy.data.images.new("frame", 8, 8)
        image.pixels.foreach_set(np.tile(np.array([frame, green, blue, 255], np.float32) / 255, 64))
        image.filepath_raw, image.file_format = str(frame_path(base, shot.name, version, frame)), "PNG"
        image.save()
        bpy.data.images.remove(image)
    return folder


def rendered_timeline(scene, frame: int, out: Path) -> list[int]:
    """The first pixel of what Blender renders of the timeline at a frame, 0..255."""
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.frame_set(frame)
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(out))
    picture = bpy.data.images.load(str(out))
    pixel = [round(value * 255) for value in picture.pixels[:3]]
    bpy.data.images.remove(picture)
    return pixel


def only_strip(scene):
    (strip,) = strips(scene.sequence_editor)
    return strip


def test_strip_and_background_lie_at_the_right_frames(empty_file, tmp_path):
    camera = add_camera()
    folder = make_take(tmp_path, range(20, 24))
    shown = show_take(empty_file, SHOT, folder, range(20, 24), "Camera", {"seed": 7, "prompt": "wet brick"})

    strip = only_strip(empty_file)
    assert strip.name == shown.strip == "Gang über Eck v001"
    assert strip_span(strip) == (20, 24)
    assert [element.filename for element in strip.elements] == [
        f"Gang_über_Eck_v001_{n:04d}.png" for n in range(20, 24)
    ]
    assert Path(bpy.path.abspath(strip.directory)) == folder
    assert (strip["mirage_shot"], strip["mirage_seed"], strip["mirage_prompt"]) == (SHOT.name, 7, "wet brick")

    (background,) = camera.data.background_images
    assert camera.data.show_background_images
    assert (background.image.name, background.image.source) == (shown.image, "SEQUENCE")
    user = background.image_user
    assert (user.frame_start, user.frame_duration, user.frame_offset) == (20, 4, 19)


def test_it_survives_saving_and_loading_with_paths_relative_to_the_blend(empty_file, tmp_path):
    add_camera()
    blend = tmp_path / "film.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    folder = make_take(tmp_path / "mirage", range(20, 24))
    show_take(empty_file, SHOT, folder, range(20, 24), "Camera")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(blend))

    strip = only_strip(bpy.context.scene)
    assert strip.directory.startswith("//mirage")
    assert Path(bpy.path.abspath(strip.directory)).resolve() == folder.resolve()
    assert (strip_span(strip), strip["mirage_shot"]) == ((20, 24), SHOT.name)
    background = bpy.data.cameras["Camera"].background_images[0]
    assert background.image.filepath.startswith("//mirage")
    assert Path(bpy.path.abspath(background.image.filepath)).is_file()


def test_the_timeline_shows_the_picture_of_each_frame(empty_file, tmp_path):
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24), "Camera")
    for frame in (20, 22):
        assert rendered_timeline(empty_file, frame, tmp_path / "out.png") == [frame, 0, 0]


@pytest.mark.parametrize("view_transform", ["AgX", "Filmic", "Standard"])
def test_the_view_transform_is_not_applied_twice(empty_file, tmp_path, view_transform):
    add_camera()
    empty_file.view_settings.view_transform = view_transform
    bright = Shot("Bright", "Camera", 200, 200)
    show_take(empty_file, bright, make_take(tmp_path, (200,), bright, green=180, blue=150), (200,), "Camera")
    assert rendered_timeline(empty_file, 200, tmp_path / "out.png") == pytest.approx([200, 180, 150], abs=3)


def test_the_background_shows_the_picture_of_each_frame(empty_file, tmp_path):
    camera = add_camera()
    show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24), "Camera")
    background = camera.data.background_images[0]
    for frame in (20, 22, 23):
        empty_file.frame_set(frame)
        shown = background.image.filepath_from_user(image_user=background.image_user)
        assert shown.endswith(f"_v001_{frame:04d}.png")


def test_a_frame_that_is_not_there_shows_the_one_before(empty_file, tmp_path):
    add_camera()
    show_take(empty_file, Shot("Step", "Camera", 1, 7), make_take(tmp_path, (1, 4, 7), Shot("Step", "c", 1, 7)),
              (1, 4, 7), "Camera")  # fmt: skip
    numbers = [int(element.filename[-8:-4]) for element in only_strip(empty_file).elements]
    assert numbers == [1, 1, 1, 4, 4, 4, 7]


def test_a_cut_short_take_ends_where_it_ends(empty_file, tmp_path):
    add_camera()
    folder = make_take(tmp_path, (20, 21))
    show_take(empty_file, SHOT, folder, (20, 21), "Camera")
    assert strip_span(only_strip(empty_file)) == (20, 22)
    for frame in (22, 23):
        (folder / f"Gang_über_Eck_v001_{frame:04d}.png").write_bytes(
            (folder / "Gang_über_Eck_v001_0020.png").read_bytes()
        )
    show_take(empty_file, SHOT, folder, range(20, 24), "Camera")
    assert strip_span(only_strip(empty_file)) == (20, 24), "the same take again replaces its strip"


def test_a_shot_has_one_strip_above_the_others_and_the_camera_one_image(empty_file, tmp_path):
    camera = add_camera()
    other = strips(empty_file.sequence_editor_create()).new_effect(
        "Title", "COLOR", 3, 22, **({"length": 10} if bpy.app.version >= (5, 0, 0) else {"frame_end": 32})
    )
    first = show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24), "Camera")
    second = show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24), "Camera")
    channels = {strip.name: strip.channel for strip in strips(empty_file.sequence_editor)}
    assert channels == {other.name: 3, second.strip: 4} and second.strip == "Gang über Eck v002"
    assert first.image == second.image
    (background,) = camera.data.background_images
    assert "v002" in background.image.filepath

    far = Shot("Later", "Camera", 100, 101)
    shown = show_take(empty_file, far, make_take(tmp_path, (100, 101), far), (100, 101), "Camera")
    assert strips(empty_file.sequence_editor)[shown.strip].channel == 4, "a scene's takes share a channel"


def test_a_swap_keeps_what_was_done_to_the_strip(empty_file, tmp_path):
    add_camera()
    folders = [make_take(tmp_path, range(20, 24)) for _ in range(2)]
    show_take(empty_file, SHOT, folders[0], range(20, 24), "Camera", {"seed": 1, "prompt": "wet"})
    strip = only_strip(empty_file)
    strip.channel, strip.blend_alpha = 7, 0.5
    set_strip_span(strip, 21, 23)
    show_take(empty_file, SHOT, folders[1], range(20, 24), "Camera", {"seed": 2})
    strip = only_strip(empty_file)
    assert (strip.channel, strip.blend_alpha, strip_span(strip)) == (7, 0.5, (21, 23))
    assert (strip["mirage_seed"], "mirage_prompt" in strip.keys()) == (2, False)
    assert folder_of(strip) == folders[1]
    shorter = make_take(tmp_path, range(21, 24))
    show_take(empty_file, SHOT, shorter, range(21, 24), "Camera")
    strip = only_strip(empty_file)
    assert (strip.channel, strip.blend_alpha, strip_span(strip)) == (7, 0.5, (21, 23)), "trimmed is trimmed"


def test_handles_lie_beyond_the_cut(empty_file, tmp_path):
    add_camera()
    empty_file.view_settings.view_transform = "Standard"
    shot = Shot("Walk", "Camera", 20, 23, handles=2)
    assert (shot.first, shot.last) == (18, 25) and Shot("a", "c", 1, 2, handles=5).first == 0
    show_take(empty_file, shot, make_take(tmp_path, range(18, 26), shot), range(18, 26))
    strip = only_strip(empty_file)
    assert strip_span(strip) == (20, 24) and len(strip.elements) == 8
    assert rendered_timeline(empty_file, 20, tmp_path / "out.png")[0] == 20


def test_the_users_own_background_stays(empty_file, tmp_path):
    camera = add_camera()
    mine = camera.data.background_images.new()
    mine.image = bpy.data.images.new("Reference", 8, 8)
    show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24), "Camera")
    assert [entry.image.name for entry in camera.data.background_images] == ["Reference", "Mirage Camera"]


def test_missing_frames_are_named_and_nothing_is_added(empty_file, tmp_path):
    add_camera()
    folder = make_take(tmp_path, (20, 22))
    with pytest.raises(TakeFilesMissing, match="lacks the frames 21, 23"):
        show_take(empty_file, SHOT, folder, range(20, 24), "Camera")
    with pytest.raises(TakeFilesMissing, match="is empty"):
        show_take(empty_file, SHOT, folder, (), "Camera")
    assert len(strips(empty_file.sequence_editor_create())) == 0


def test_a_camera_that_went_away(empty_file, tmp_path):
    add_empty("Null")
    folder = make_take(tmp_path, range(20, 24))
    for name in ("Gone", "Null"):
        with pytest.raises(SceneNotReady, match=f"no camera '{name}'"):
            show_take(empty_file, SHOT, folder, range(20, 24), name)


def test_a_linked_camera_keeps_no_background_and_the_strip_is_there(empty_file, tmp_path):
    add_camera()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, here):
        here.objects = ["Camera"]
    scene = bpy.context.scene
    scene.collection.objects.link(bpy.data.objects["Camera"])
    shown = show_take(scene, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24))
    assert shown.image == "" and only_strip(scene).name == shown.strip
    assert len(bpy.data.cameras["Camera"].background_images) == 0


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="before 5.0, sequencers show the window's scene")
def test_an_empty_sequencer_shows_the_scene_and_a_chosen_one_stays(empty_file, tmp_path):
    add_camera()
    other = bpy.data.scenes.new("Edit")
    assert bpy.data.workspaces, "nothing to show it in"
    chosen, *empty = bpy.data.workspaces
    chosen.sequencer_scene = other
    for workspace in empty:
        workspace.sequencer_scene = None
    show_take(empty_file, SHOT, make_take(tmp_path, range(20, 24)), range(20, 24))
    assert chosen.sequencer_scene == other and all(each.sequencer_scene == empty_file for each in empty)
