"""Fills the World part of the panel in a windowed Blender, so that it can be seen: two takes, one of them reverted, and
the coverage of a shot that goes on into unseen space.

pytest leaves it alone, for it needs a window, the installed add-on and a backend that runs:

    blender --python tests/gui/show_world.py -- --data-dir DIR --out FOLDER

It leaves `world.json` in FOLDER when everything is shown, and Blender open to be looked at and clicked in.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

BEAT_SECONDS = 0.05
GIVE_UP_SECONDS = 600.0
FRAMES = 8


def session(asked: argparse.Namespace, addon: str) -> Iterator[None]:
    """What the user does; goes on a piece a beat."""
    bpy.context.preferences.addons[addon].preferences.data_dir = str(asked.data_dir)
    window = bpy.context.window_manager.windows[0]
    press(window, bpy.ops.mirage.build_demo_set)
    scene = window.scene
    cut_short(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(asked.out / "world.blend"))
    settings = scene.mirage
    settings.prompt, settings.look_source, settings.width = "red brick", "PROMPT", 128
    settings.output_folder = str(asked.out / "takes")
    yield from open_panel(window, addon)

    for seed in (1, 2):
        settings.seed = seed
        yield from wait_for(window, bpy.ops.mirage.generate_take)
    bpy.context.window_manager.mirage.commit_index = 0
    yield from wait_for(window, bpy.ops.mirage.revert_commit)
    scene.frame_end += FRAMES
    scene.camera.animation_data_clear()  # the rest of the shot looks elsewhere
    scene.camera.keyframe_insert("rotation_euler", frame=scene.frame_start + FRAMES - 1)
    scene.camera.rotation_euler.z += 2.0
    scene.camera.keyframe_insert("rotation_euler", frame=scene.frame_end)
    yield from wait_for(window, bpy.ops.mirage.survey_coverage)
    thing = max(scene.objects, key=lambda thing: thing.type == "MESH" and len(thing.data.polygons))
    window.view_layer.objects.active = thing
    scene.frame_set(scene.frame_end - 2)
    yield


def cut_short(scene: bpy.types.Scene) -> None:
    """The first shot only, over a few frames."""
    scene.camera = next(marker.camera for marker in scene.timeline_markers)
    scene.timeline_markers.clear()
    scene.frame_end = scene.frame_start + FRAMES - 1
    scene.frame_set(scene.frame_start)


def open_panel(window: bpy.types.Window, addon: str) -> Iterator[None]:
    """The camera's view, with the Mirage tab and its World part open."""
    panel = importlib.import_module(f"{addon}.ui.world_panel").MIRAGE_PT_world
    bpy.utils.unregister_class(panel)
    panel.bl_options = set()
    bpy.utils.register_class(panel)
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    view.spaces.active.show_region_ui = True
    view.spaces.active.region_3d.view_perspective = "CAMERA"
    yield from rest(1.0)  # the sidebar has tabs once it was drawn
    next(region for region in view.regions if region.type == "UI").active_panel_category = "Mirage"
    yield from rest(1.0)


def wait_for(window: bpy.types.Window, operator) -> Iterator[None]:
    """Presses a button and waits until all that it set going has ended."""
    pump = importlib.import_module(f"{operator_package()}.event_pump").pump
    end = time.perf_counter() + GIVE_UP_SECONDS
    press(window, operator)
    while not pump.idle:
        assert time.perf_counter() < end, f"{operator.idname_py()} did not end"
        yield
    yield from rest(0.5)
    state = bpy.context.window_manager.mirage
    assert state.job_state in ("DONE", "IDLE"), f"{operator.idname_py()}: {state.message} {state.hint}"


def press(window: bpy.types.Window, operator) -> None:
    with bpy.context.temp_override(window=window):
        assert operator("EXEC_DEFAULT") == {"FINISHED"}, operator.idname_py()


def rest(seconds: float) -> Iterator[None]:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield


def operator_package() -> str:
    return next(name for name in bpy.context.preferences.addons.keys() if name.endswith("blender_mirage"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="show_world.py")
    parser.add_argument("--data-dir", type=Path, required=True, help="of the backend that runs")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    asked.out.mkdir(parents=True, exist_ok=True)
    steps = session(asked, operator_package())

    def beat() -> float | None:
        try:
            next(steps)
        except StopIteration:
            state = bpy.context.window_manager.mirage
            shown = {
                "history": [[item.name, item.when, item.seed, item.state] for item in state.commits],
                "memory": [state.memory_text, state.memory_held],
                "coverage": [[item.name, item.text, item.stale] for item in state.coverage],
            }
            (asked.out / "world.json").write_text(json.dumps(shown, indent=2), "utf-8")
            return None
        except Exception:  # a script in a timer: told on the console, and Blender must end
            traceback.print_exc()
            sys.exit(1)
        return BEAT_SECONDS

    bpy.app.timers.register(beat, first_interval=1.0)


main()
