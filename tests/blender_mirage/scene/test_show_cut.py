"""A workspace that is opened for editing shows the cut, in a Blender that leaves its sequencer empty."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.core.take_files import create_take_folder, frame_path  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from tests.support.addon import enabled_addon, write_png  # noqa: E402
from tests.support.blender import add_camera  # noqa: E402

pytestmark = [
    pytest.mark.bpy,
    pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="before 5.0, sequencers show the window's scene"),
]

SHOT = Shot("walk", "Camera", 1, 2)


def new_video_editing() -> bpy.types.WorkSpace:
    """As the `+` beside the workspaces makes it."""
    template = next(Path(path) for path in bpy.utils.app_template_paths(path="Video_Editing"))
    before = set(bpy.data.workspaces)
    with bpy.data.libraries.load(str(template / "startup.blend")) as (there, here):
        here.workspaces = [name for name in there.workspaces if name == "Video Editing"]
    (new,) = set(bpy.data.workspaces) - before
    new.sequencer_scene = None
    return new


@pytest.fixture
def scene(tmp_path):
    with enabled_addon() as scene:
        add_camera()
        pump.tick()
        version, folder = create_take_folder(tmp_path, SHOT.name)
        for frame in SHOT.frames():
            write_png(frame_path(tmp_path, SHOT.name, version, frame), 8, 8)
        show_take(scene, SHOT, folder, SHOT.frames())
        yield scene


def test_a_new_one_shows_it_and_a_chosen_scene_stays(scene):
    other = bpy.data.scenes.new("Edit")
    chosen, new = new_video_editing(), new_video_editing()
    chosen.sequencer_scene = other
    pump.tick()
    assert (chosen.sequencer_scene, new.sequencer_scene) == (other, scene)
    new.sequencer_scene = None
    pump.tick()
    assert new.sequencer_scene is None, "the user emptied it"


def test_where_nothing_is_cut_it_stays_empty(scene):
    scene.sequence_editor_clear()
    new = new_video_editing()
    pump.tick()
    assert new.sequencer_scene is None
