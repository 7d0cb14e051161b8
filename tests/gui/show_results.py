"""Pictures of the list of shots, of takes as they come, swapped and compared, in a windowed Blender.

    blender --python tests/gui/show_results.py -- --address URL --token TOKEN --out FOLDER

Needs a window, the installed add-on and a backend that runs. It builds the demo set, leaves a picture of each step and
`report.json` in FOLDER, and ends Blender with 1 where something was not as it should be.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

BEAT_SECONDS = 0.1
GIVE_UP_SECONDS = 240.0


class Session:
    """Goes on a piece a beat, between redraws as a user does."""

    def __init__(self, addon: str, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._preferences = bpy.context.preferences.addons[addon].preferences
        self._strips = importlib.import_module(f"{addon}.compat").strips
        self._steps = self._session()
        self._told: dict[str, object] = {"blender": bpy.app.version_string}

    def beat(self) -> float | None:
        try:
            next(self._steps)
        except StopIteration:
            return self._leave(0)
        except Exception:  # a script in a timer: told on the console, and Blender must end
            traceback.print_exc()
            return self._leave(1)
        return BEAT_SECONDS

    def _session(self) -> Iterator[None]:
        yield from self._prepare()
        yield from self._render_look()
        self._press("check_shots")
        yield from self._settled("checked")
        self._press("generate_take", which="ALL")
        yield from self._until(lambda: self._state.frames_saved >= 6)
        yield from self._picture("while the first take runs")
        assert any(strip.type == "IMAGE" for strip in self._shown()), "no frame appeared while the take runs"
        yield from self._settled("first takes")
        self._scene.mirage.seed = 60
        self._press("generate_take", which="LIST")
        yield from self._settled("second take")
        names = [strip.name for strip in self._shown()]
        assert len(names) == len(self._state.shots) and any(name.endswith("v002") for name in names), names
        self._press("swap_take", step=-1)
        yield from self._settled("older take")
        assert all(strip.name.endswith("v001") for strip in self._shown())
        self._state.take_index = 1
        self._press("compare_takes", mode="WIPE")
        yield from self._settled("wipe")
        self._press("compare_takes", mode="SIDE_BY_SIDE")
        yield from self._settled("side by side")
        self._press("stop_comparing")
        bpy.context.preferences.view.language = "zh_HANS"
        yield from self._settled("in Chinese")
        bpy.context.preferences.view.language = "en_US"

    def _render_look(self) -> Iterator[None]:
        """With Cycles, in a Blender of its own: this one must go on being drawn meanwhile."""
        settings, beats, start = self._scene.mirage, 0, time.monotonic()
        settings.look_engine, settings.look_samples = "CYCLES", 4
        self._press("render_look")
        while self._state.job_state == "RUNNING":
            assert time.monotonic() - start < GIVE_UP_SECONDS, self._state.phase
            beats += 1
            yield
        assert self._state.job_state == "DONE", f"{self._state.message} {self._state.hint}"
        assert Path(bpy.path.abspath(settings.look_path)).is_file() and beats > 10, (settings.look_path, beats)
        self._told["look"] = {"seconds": round(time.monotonic() - start, 1), "beats meanwhile": beats}

    def _prepare(self) -> Iterator[None]:
        self._preferences.address, self._preferences.token = self._asked.address, self._asked.token
        self._press("build_demo_set")
        with bpy.context.temp_override(window=self._window):
            bpy.ops.wm.save_as_mainfile(filepath=str(self._asked.out / "set.blend"))
        scene = self._scene
        scene.mirage.width, scene.mirage.prompt, scene.mirage.seed = 128, "brick", 180
        scene.frame_set(scene.frame_start + 3)
        areas = {area.type: area for area in self._window.screen.areas}
        areas["DOPESHEET_EDITOR"].type = "SEQUENCE_EDITOR"
        areas["SEQUENCE_EDITOR"] = areas.pop("DOPESHEET_EDITOR")
        areas["SEQUENCE_EDITOR"].spaces.active.view_type = "SEQUENCER_PREVIEW"
        view = areas["VIEW_3D"]
        view.spaces.active.show_region_ui = True
        view.spaces.active.region_3d.view_perspective = "CAMERA"
        yield from self._rest(2.0)  # the sidebar has tabs once it was drawn
        next(region for region in view.regions if region.type == "UI").active_panel_category = "Mirage"
        yield from self._rest(1.0)

    def _settled(self, name: str) -> Iterator[None]:
        yield from self._until(lambda: self._state.job_state not in ("READING", "RUNNING"))
        assert self._state.job_state in ("IDLE", "DONE"), f"{self._state.message} {self._state.hint}"
        yield from self._picture(name)

    def _picture(self, name: str) -> Iterator[None]:
        yield from self._rest(2.0)
        path = self._asked.out / f"{name.replace(' ', '_')}.png"
        if self._asked.camera:  # Blender's own pictures are black where a program draws instead of a graphics card
            subprocess.run([*self._asked.camera.split(), str(path)], check=True)
        else:
            with bpy.context.temp_override(window=self._window):
                bpy.ops.screen.screenshot(filepath=str(path))
        self._told[name] = {
            "shots": [f"{shot.name}: {shot.text}" for shot in self._state.shots],
            "strips": [strip.name for strip in self._shown()],
        }

    def _until(self, reached) -> Iterator[None]:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while not reached():
            assert time.monotonic() < deadline, f"{self._state.job_state}: {self._state.message} {self._state.hint}"
            yield

    def _rest(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield

    def _press(self, operator: str, **choices: object) -> None:
        with bpy.context.temp_override(window=self._window):
            assert getattr(bpy.ops.mirage, operator)(**choices) == {"FINISHED"}, operator

    def _shown(self) -> list[bpy.types.ID]:
        editor = self._scene.sequence_editor
        return [strip for strip in self._strips(editor) if strip.type == "IMAGE"] if editor else []

    @property
    def _window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    @property
    def _scene(self) -> bpy.types.Scene:
        return self._window.scene

    @property
    def _state(self) -> bpy.types.PropertyGroup:
        return bpy.context.window_manager.mirage

    def _leave(self, status: int) -> None:
        report = {"passed": status == 0} | self._told
        (self._asked.out / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
        sys.exit(status)


def main() -> None:
    parser = argparse.ArgumentParser(prog="show_results.py")
    parser.add_argument("--address", required=True, help="of a backend that runs")
    parser.add_argument("--token", default="")
    parser.add_argument("--camera", default="", help="takes a picture of the screen: import -window root")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    asked.out.mkdir(parents=True, exist_ok=True)
    addon = next(name for name in bpy.context.preferences.addons.keys() if name.endswith("blender_mirage"))
    bpy.app.timers.register(Session(addon, asked).beat, first_interval=2.0)


main()
