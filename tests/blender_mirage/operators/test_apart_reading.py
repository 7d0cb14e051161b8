"""A set read by a second Blender is the set read by this one. A child costs a second or two: each has much to read."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators.apart_reading import ApartReading  # noqa: E402
from blender_mirage.operators.picture_preparation import LookPreparation  # noqa: E402
from blender_mirage.operators.preflight_reading import PreflightReading  # noqa: E402
from blender_mirage.operators.second_blender import scripts_run  # noqa: E402
from blender_mirage.operators.take_preparation import TakePreparation  # noqa: E402
from blender_mirage.scene.engine_rates import set_rates  # noqa: E402
from tests.support.addon import enabled_addon, small_set, write_png  # noqa: E402
from tests.support.apart import read_apart, read_here  # noqa: E402
from tests.support.blender import add_camera, add_cube, bind_marker  # noqa: E402
from tests.support.greybox_reads import track_of  # noqa: E402
from tests.support.plain import differences  # noqa: E402

pytestmark = pytest.mark.bpy


def state():
    return bpy.context.window_manager.mirage


@pytest.fixture
def scene():
    with enabled_addon() as scene:
        yield scene
        set_rates({})


def library(folder) -> None:
    """A .blend in `folder` with a cube and an armature-less prop, to be linked."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_cube("Prop", (3, 0, 0))
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "Bibliothek.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def link_prop(path: str) -> None:
    with bpy.data.libraries.load(path, link=True, relative=True) as (_, wanted):
        wanted.objects = ["Prop"]
    bpy.context.scene.collection.objects.link(bpy.data.objects["Prop"])


def scatter(seed: int) -> None:
    """Boxes at random places: some move, some are bent, some are hidden from the viewport or from the render, by
    themselves or with their collection, and some are placed by an empty."""
    rng = np.random.default_rng(seed)
    scene = bpy.context.scene
    store = bpy.data.collections.new("Store")
    scene.collection.children.link(store)
    store.hide_render, store.hide_viewport = bool(rng.integers(2)), bool(rng.integers(2))
    for number in range(8):
        box = add_cube(f"Box {number}", rng.uniform(-3, 3, 3), collection=store if number % 4 == 0 else None)
        box.rotation_euler = rng.uniform(-3, 3, 3)
        box.hide_render, box.hide_viewport = bool(rng.integers(4) == 0), bool(rng.integers(3) == 0)
        if number % 2:
            box.keyframe_insert("location", frame=1)
            box.location.z += 1
            box.keyframe_insert("location", frame=4)
        bevel = box.modifiers.new("Bevel", "BEVEL")
        bevel.width, bevel.show_viewport = float(rng.uniform(0.1, 0.4)), bool(rng.integers(2))
    placed = bpy.data.objects.new("Placed", None)
    placed.instance_type, placed.instance_collection, placed.location.y = "COLLECTION", store, 6.0
    scene.collection.objects.link(placed)


def baked_cloth() -> None:
    """It falls, as it was baked beside the .blend; simulated anew it would hang in the air."""
    cloth = add_cube("Cloth", (0, 0, 3)).modifiers.new("Cloth", "CLOTH")
    cloth.point_cache.use_disk_cache, cloth.point_cache.frame_end = True, 4
    bpy.ops.ptcache.bake_all(bake=True)
    bpy.context.scene.gravity = (0, 0, 0)


def test_what_another_blender_reads_is_what_this_one_reads(scene, tmp_path):
    """A second scene of a saved file with an umlaut, with changes that are not saved, a library that is named relative
    to it, a look, and a shot with a look of its own."""
    folder = tmp_path / "Drehort Süd 外景"
    folder.mkdir()
    library(folder)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "Szene ü.blend"))
    other = bpy.data.scenes.new("Zweite")
    bpy.context.window.scene = other
    camera = small_set(other, frames=4)
    bind_marker("first", 1, camera)
    bind_marker("second", 3, add_camera("Other", (0.5, -8, 0)))
    other.mirage.look_path, other.mirage.shot_choice = write_png(folder / "look.png") and "//look.png", "ALL"
    other.mirage.prompt, other.mirage.seed = "brick", 7
    other.render.fps = 25
    set_rates({"previz": 30.0})
    bpy.ops.wm.save_mainfile()

    scatter(5)
    baked_cloth()
    link_prop(str(folder / "Bibliothek.blend"))
    own = other.mirage.overrides.add()
    own.name, own.use_look, own.look_path = "second", True, write_png(folder / "own.png", color=(0.9, 0.1, 0.1))
    other.frame_set(3)
    apart, told, reading = read_apart(TakePreparation(bpy.context))
    assert other.frame_current == 3 and bpy.data.filepath.endswith("Szene ü.blend")
    here = read_here(TakePreparation(bpy.context))
    assert differences(replace(apart, release=None), here) == []
    assert [job.shot.name for job in apart.jobs] == ["first", "second"]
    assert apart.jobs[1].look is not None and apart.look is not None
    assert apart.jobs[0].camera.fps == 30.0 and apart.jobs[0].scene_fps == 25.0, "what the backend told of its engine"
    anchors = {instance.anchor for job in apart.jobs for instance in job.greybox().greybox.instances}
    assert "//Bibliothek.blend:Prop" in anchors
    fallen = track_of(apart.jobs[1].greybox(), "Cloth")[:, 0, 2]
    assert fallen[1] < fallen[0] < -1.01, "what was baked beside the .blend is found"
    assert {"opening the copy", "reading the set"} <= {progress.phase for progress in told}
    reading.close()
    assert not reading.folder.exists()
    assert len(list((folder / "blendcache_Szene ü").iterdir())) == 4, "the folder is gone, and nothing of the user's"


def test_a_file_that_was_never_saved_as_it_is_when_it_was_asked(scene, tmp_path):
    """Library and look are found, and an object in edit mode is in nobody's way. Renames, a deletion and another scene
    in the window come too late to be seen. Of two view layers the viewport's is read, which is not the first."""
    library(tmp_path)
    scene = bpy.context.scene
    camera = small_set(scene)
    link_prop(str(tmp_path / "Bibliothek.blend"))
    scene.mirage.look_path, scene.mirage.use_settings = write_png(tmp_path / "look.png"), "VIEWPORT"
    away = bpy.data.collections.new("Away")
    scene.collection.children.link(away)
    add_cube("In one layer only", (0, 4, 0), collection=away)
    layer = bpy.context.window.view_layer = scene.view_layers.new("Second")
    layer.layer_collection.children["Away"].exclude = True
    assert not bpy.data.filepath
    bpy.context.view_layer.objects.active = add_cube("Edited", (0, 2, 0))
    here = read_here(LookPreparation(bpy.context))
    bpy.ops.object.mode_set(mode="EDIT")
    asked = LookPreparation(bpy.context)
    reading = ApartReading(bpy.context, asked, asked.order())
    bpy.ops.object.mode_set(mode="OBJECT")
    steps = reading.steps()
    next(steps)
    camera.name, scene.name = "Renamed", "Renamed"
    bpy.context.window.scene = bpy.data.scenes.new("Other")
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    for _ in steps:
        time.sleep(0.02)
    assert differences(replace(asked.read, release=None), here) == []
    assert asked.read.look.camera_name == "Camera" and len(asked.read.look.greybox().greybox.instances) == 3
    reading.close()


def test_findings_come_home_and_are_shown(scene, tmp_path):
    """A check by the pump, as in a window: the camera stands in a box."""
    camera = small_set(scene)
    add_cube("Around", camera.location).scale = (0.8, 0.8, 0.8)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    scene.frame_set(2)
    scene.mirage.prompt = "brick"
    asked = PreflightReading(bpy.context)
    reading = ApartReading(bpy.context, asked, asked.order())
    pump.read(reading)
    assert state().job_state == "READING" and pump.busy
    pump.run_until_idle()
    assert (state().job_state, state().message) == ("DONE", "")
    assert [finding.kind for finding in state().findings] == ["INSIDE"]
    assert scene.frame_current == 2 and not reading.folder.exists()


def test_what_cannot_be_read_says_so_in_the_same_words(scene, tmp_path):
    camera = small_set(scene)
    skewed = bpy.data.objects.new("Skewed", None)
    scene.collection.objects.link(skewed)
    skewed.scale, skewed.rotation_euler = (1, 2, 1), (0, 0, 0.4)
    camera.parent, camera.rotation_euler = skewed, (1.2, 0.3, 0.5)
    for frame, kind in ((1, "PERSP"), (3, "ORTHO")):
        camera.data.type = kind
        camera.data.keyframe_insert("type", frame=frame)
    scene.frame_set(1)
    scene.mirage.prompt = "brick"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    with pytest.raises(SceneNotReady) as here:
        read_here(TakePreparation(bpy.context))
    asked = TakePreparation(bpy.context)
    reading = ApartReading(bpy.context, asked, asked.order())
    pump.read(reading)
    pump.run_until_idle()
    assert (state().job_state, state().message, state().hint) == ("FAILED", here.value.message, here.value.hint)
    assert not reading.folder.exists()


def test_a_crash_is_one_sentence_and_scripts_run_only_where_they_may(scene, tmp_path):
    """A script that ends Blender when the file is opened, and the user who allowed it or did not. A scene that was
    deleted meanwhile is said."""
    small_set(scene)
    script = bpy.data.texts.new("crash.py")
    script.write("import os\nprint('The last word.', flush=True)\nos._exit(11)")
    script.use_module = True
    scene.mirage.prompt = "brick"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    files = bpy.context.preferences.filepaths
    before = files.use_scripts_auto_execute
    try:
        for files.use_scripts_auto_execute, said in (
            (True, "stopped: "),
            (False, "was deleted while it was being read"),
        ):
            asked = TakePreparation(bpy.context)
            reading = ApartReading(bpy.context, asked, asked.order())
            pump.read(reading)
            if not files.use_scripts_auto_execute:
                bpy.context.window.scene = bpy.data.scenes.new("Other")
                bpy.data.scenes.remove(scene)
            pump.run_until_idle()
            assert state().job_state == "FAILED" and said in state().message and state().hint
            assert not reading.folder.exists()
    finally:
        files.use_scripts_auto_execute = before


def test_cancel_ends_the_other_blender_and_leaves_nothing(scene, tmp_path):
    small_set(scene, frames=4000)
    scene.mirage.prompt = "brick"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    for enough in (lambda: True, lambda: state().total > 0):  # before it was started, and while it reads
        asked = TakePreparation(bpy.context)
        reading = ApartReading(bpy.context, asked, asked.order())
        pump.read(reading)
        while not enough():
            pump.tick()
            time.sleep(0.02)
        assert reading.folder.is_dir() and bpy.ops.mirage.cancel_job.poll()
        bpy.ops.mirage.cancel_job()
        assert (state().job_state, pump.idle) == ("CANCELLED", True)
        end = time.monotonic() + 60
        while reading.folder.exists():
            assert time.monotonic() < end, "the folder stays, so the other Blender still runs"
            time.sleep(0.02)


def test_the_copy_leaves_no_trace_in_the_users_blender(scene, tmp_path):
    """No other add-on hears that a file was saved, no preview is drawn, the file stays what and where it was."""
    small_set(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    preferences, heard = bpy.context.preferences, []
    before = preferences.filepaths.file_preview_type, preferences.is_dirty, bpy.data.filepath, bpy.data.is_dirty

    def hear(*what):
        heard.append(what)

    bpy.app.handlers.save_post.append(hear)
    try:
        asked = PreflightReading(bpy.context)
        assert "UNSAVED" not in {finding.kind for finding in state().findings}
        reading = ApartReading(bpy.context, asked, asked.order())
        assert bpy.app.handlers.save_post[-1] is hear
    finally:
        bpy.app.handlers.save_post.remove(hear)
    assert heard == [] and [path.name for path in tmp_path.iterdir()] == ["set.blend"]
    assert {"set.blend", "errand.json"} == {path.name for path in reading.folder.iterdir()}
    after = preferences.filepaths.file_preview_type, preferences.is_dirty, bpy.data.filepath, bpy.data.is_dirty
    assert after == before
    reading.close()
    assert not reading.folder.exists()


@pytest.mark.parametrize("expression", ["", "frame * 2", "len([frame, 2.0])", "len(str(7)) + 1.0"])
@pytest.mark.parametrize("allowed", [True, False])
def test_scripts_run_in_a_second_blender_where_they_run_here(scene, tmp_path, expression, allowed):
    """The user allowed them for this file, and the preferences do not. Only a driver that Blender would not evaluate
    without that can tell; many drivers with Python it does."""
    cube = add_cube("Cube")
    if expression:
        cube.driver_add("location", 0).driver.expression = expression
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    assert not bpy.context.preferences.filepaths.use_scripts_auto_execute
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"), use_scripts=allowed)
    bpy.context.scene.frame_set(12)
    moved = bpy.data.objects["Cube"].evaluated_get(bpy.context.evaluated_depsgraph_get()).location.x
    needs = "str" in expression
    assert (moved == 2.0) == ((allowed and needs) or "len([" in expression)
    assert scripts_run() == (allowed and needs)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)  # the bpy module does not end with such drivers
