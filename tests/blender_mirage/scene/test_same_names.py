"""Two cameras of one name, one of which comes from a library: each is found by reference, whatever asks for it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.compat import strips  # noqa: E402
from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.core.pending_takes import PendingTake, hold_pending, note_pending  # noqa: E402
from blender_mirage.core.scene_key import SceneKey  # noqa: E402
from blender_mirage.core.shots import Shot  # noqa: E402
from blender_mirage.operators.look_reading import LookReading  # noqa: E402
from blender_mirage.scene.find import camera_named, camera_of, find_camera  # noqa: E402
from blender_mirage.scene.go_to_shot import go_to_shot  # noqa: E402
from blender_mirage.scene.ids import ensure_ids, object_id  # noqa: E402
from blender_mirage.scene.read_camera import read_camera_path  # noqa: E402
from blender_mirage.scene.read_shots import read_shots, scene_of  # noqa: E402
from blender_mirage.scene.show_take import show_take  # noqa: E402
from blender_mirage.scene.take_settings import copy_settings, put_settings_back  # noqa: E402
from tests.support.addon import enabled_addon, write_png  # noqa: E402
from tests.support.blender import add_camera, bind_marker  # noqa: E402

pytestmark = pytest.mark.bpy

MINE, THEIRS = (1, 2, 3), (50, 0, 0)


@pytest.fixture(params=["linked first", "local first"])
def twins(request, tmp_path):
    """(scene, the file's own camera, the linked one), both called Camera."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_camera("Camera", THEIRS)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    with enabled_addon() as scene:
        mine = add_camera("Camera", MINE) if request.param == "local first" else None
        with bpy.data.libraries.load(str(tmp_path / "set.blend"), link=True) as (_, wanted):
            wanted.objects = ["Camera"]
        theirs = wanted.objects[0]
        scene.collection.objects.link(theirs)
        mine = mine or add_camera("Camera", MINE)
        assert mine.name == theirs.name == "Camera"
        scene.frame_end = 4
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
        bpy.context.view_layer.update()
        yield scene, mine, theirs


def place_of(shot, scene):
    return tuple(read_camera_path(scene, shot, 64, 64).c2w[0, :3, 3].round(3).tolist())


def test_markers(twins):
    scene, mine, theirs = twins
    bind_marker("a", 1, mine)
    bind_marker("b", 3, theirs)
    assert [place_of(shot, scene) for shot in read_shots(scene)] == [MINE, THEIRS]


@pytest.mark.parametrize("source", ["MARKERS", "CAMERA"])
def test_the_scenes_camera(twins, source):
    scene, mine, theirs = twins
    scene.mirage.shot_source = source
    for camera, place in ((mine, MINE), (theirs, THEIRS)):
        scene.camera = camera
        assert [place_of(shot, scene) for shot in read_shots(scene)] == [place]


def test_scene_strips(twins):
    scene, mine, theirs = twins
    edit = bpy.data.scenes.new("Edit")
    edit.mirage.shot_source = "STRIPS"
    for frame, camera in ((1, mine), (10, theirs)):
        strip = strips(edit.sequence_editor_create()).new_scene("S", scene, 1, frame)
        strip.scene_camera = camera
    assert [place_of(shot, scene) for shot in read_shots(edit)] == [MINE, THEIRS]


def test_the_looks_camera(twins, tmp_path):
    scene, mine, theirs = twins
    scene.mirage.look_source, scene.mirage.look_path = "IMAGE", write_png(tmp_path / "look.png")
    scene.camera = mine
    for camera, place in ((None, MINE), (mine, MINE), (theirs, THEIRS)):
        scene.mirage.look_camera = camera
        seen = LookReading(scene, read_shots(scene)).seed_view(scene, "").camera
        assert tuple(seen.c2w[0, :3, 3].round(3).tolist()) == place


def test_the_picture_behind_the_camera(twins, tmp_path):
    scene, mine, theirs = twins
    scene.camera = mine
    (shot,) = read_shots(scene)
    folder = tmp_path / "Camera" / "v001"
    folder.mkdir(parents=True)
    write_png(folder / "Camera_v001_0001.png")
    show_take(scene, shot, folder, [1])
    assert len(mine.data.background_images) == 1 and len(theirs.data.background_images) == 0


def test_the_settings_of_a_take(twins):
    scene, mine, theirs = twins
    for camera in (mine, theirs):
        scene.mirage.look_camera = camera
        kept = json.loads(json.dumps(copy_settings(scene)))
        scene.mirage.look_camera = None
        assert put_settings_back(scene, {"settings": kept}) == []
        assert scene.mirage.look_camera == camera


def test_a_shot_that_outlives_the_session(twins, tmp_path):
    """The number of a camera is another's in the next session; its id is not."""
    scene, mine, theirs = twins
    ensure_ids(bpy.data.objects)
    for number, camera in enumerate((mine, theirs)):
        shot = Shot("s", camera.name, 1, 4, object_id(camera), camera_uid=camera.session_uid)
        kept = PendingTake("job", f"take{number}", "", SceneKey("", "Scene", ""), shot, (1, 2, 3, 4), {})
        note_pending(tmp_path, kept).leave()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    places = []
    for held in hold_pending(tmp_path):
        assert held.take.shot.camera_uid == 0
        places.append(place_of(held.take.shot, bpy.context.scene))
        held.done()
    assert sorted(places) == sorted([MINE, THEIRS])


def test_by_its_name_only_the_files_own_is_meant(twins):
    _, mine, theirs = twins
    assert find_camera("Camera") == mine, "as sidecars of older takes have it"
    assert find_camera("Camera", session_uid=theirs.session_uid) == theirs
    assert find_camera("Other", object_id(theirs)) == theirs
    assert camera_of(replace(Shot("s", "Camera", 1, 1), camera_uid=theirs.session_uid)) == theirs


def test_a_command_has_to_say_which(twins):
    _, mine, theirs = twins
    with pytest.raises(SceneNotReady, match=r"2 cameras 'Camera': 'Camera.*set.blend.*library"):
        camera_named("Camera")
    assert camera_named("Camera [set.blend]") == theirs
    mine.name = "Main"
    assert camera_named("Main") == mine and camera_named("Camera") == theirs
    with pytest.raises(SceneNotReady, match="no camera 'Nobody'"):
        camera_named("Nobody")


def test_renamed_in_the_middle(twins):
    scene, mine, theirs = twins
    scene.camera = mine
    (shot,) = read_shots(scene)
    mine.name = "Renamed"
    assert place_of(shot, scene) == MINE
    np.testing.assert_equal(camera_of(shot).name, "Renamed")


def test_go_to_a_shot(twins):
    scene, mine, theirs = twins
    scene.camera, scene.mirage.shot_source = theirs, "CAMERA"
    assert go_to_shot(bpy.context, "Camera") and scene.camera == theirs


def test_two_scenes_of_one_name(tmp_path):
    """A timeline that shows a scene of its own and a linked one, both called Set."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.name = "Set"
    bpy.context.scene.camera = add_camera("Camera", THEIRS)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    with enabled_addon() as edit:
        mine = bpy.data.scenes.new("Set")
        with bpy.data.libraries.load(str(tmp_path / "set.blend"), link=True) as (_, wanted):
            wanted.scenes = ["Set"]
        mine.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        mine.camera.location = MINE
        mine.collection.objects.link(mine.camera)
        editor = edit.sequence_editor_create()
        for place, scene in enumerate((wanted.scenes[0], mine)):
            strips(editor).new_scene("S", scene, 1, 1 + 300 * place)
        edit.mirage.shot_source = "STRIPS"
        first, second = read_shots(edit)
        assert first.scene == second.scene == "Set"
        assert [scene_of(edit, shot) for shot in (first, second)] == [wanted.scenes[0], mine]
        assert place_of(replace(first, end=first.start), scene_of(edit, first)) == THEIRS
        assert place_of(replace(second, end=second.start), scene_of(edit, second)) == MINE
