"""Tells, from inside a windowed Blender, what it shows and where: for a session that clicks in it from outside.

    blender --python tests/gui/companion.py -- --state FILE

Ten times a second FILE is replaced by a JSON object: the window's areas with their rectangles in pixels of the screen
(y down, as a mouse has it), and what the add-on's state says. It presses nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import bpy

BEAT_SECONDS = 0.1


def rectangle(window: bpy.types.Window, part: bpy.types.Area | bpy.types.Region) -> dict[str, int]:
    top = window.height - (part.y + part.height)
    return {"x": window.x + part.x, "y": top, "width": part.width, "height": part.height}


def areas(window: bpy.types.Window) -> list[dict[str, object]]:
    found = []
    for area in window.screen.areas:
        regions = {region.type: rectangle(window, region) for region in area.regions if region.width > 1}
        found.append({"type": area.ui_type, **rectangle(window, area), "regions": regions})
    return found


def views(window: bpy.types.Window) -> list[bpy.types.Space]:
    return [area.spaces.active for area in window.screen.areas if area.type == "VIEW_3D"]


def shots(state: bpy.types.PropertyGroup) -> list[dict[str, object]]:
    return [{"name": shot.name, "text": shot.text} for shot in state.shots]


def strips(scene: bpy.types.Scene) -> list[str]:
    editor = scene.sequence_editor
    if editor is None:
        return []
    there = editor.strips if hasattr(editor, "strips") else editor.sequences
    return [strip.name for strip in there if strip.type == "IMAGE"]


def seen() -> dict[str, object]:
    manager = bpy.context.window_manager
    window = manager.windows[0]
    told: dict[str, object] = {
        "blender": bpy.app.version_string,
        "windows": [[each.x, each.y, each.width, each.height] for each in manager.windows],
        "areas": areas(window),
        "scene": window.scene.name,
        "frame": window.scene.frame_current,
        "camera": window.scene.camera.name if window.scene.camera is not None else "",
        "through_camera": [space.region_3d.view_perspective == "CAMERA" for space in views(window)],
        "saved_as": bpy.data.filepath,
        "strips": strips(window.scene),
        "enabled": any(name.endswith("blender_mirage") for name in bpy.context.preferences.addons.keys()),
    }
    state = getattr(manager, "mirage", None)
    if state is not None:
        told |= {
            "job": state.job_state,
            "kind": state.job_kind,
            "cancelling": state.cancelling,
            "phase": f"{state.phase} {state.done}",
            "words": f"{state.message} {state.hint}".strip(),
            "backend": state.backend_state,
            "saved": state.frames_saved,
            "installed": state.backend_installed,
            "setup": {"state": state.setup_state, "text": state.setup_text, "words": state.setup_message},
            "waiting": [order.name for order in state.waiting],
            "takes": [{"name": take.name, "shown": take.shown} for take in state.takes],
            "shots": shots(state),
            "live": {"on": state.live_on, "text": state.live_text, "seen": state.live_seen},
            "overlay": {"on": state.overlay_on, "text": state.overlay_text, "never": state.overlay_never},
        }
    return told


def beat(file: Path) -> float:
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(seen()), "utf-8")
    os.replace(beside, file)
    return BEAT_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="companion.py")
    parser.add_argument("--state", type=Path, required=True)
    asked = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    bpy.app.timers.register(lambda: beat(asked.state), first_interval=0.5, persistent=True)


main()
