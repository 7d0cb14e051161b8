"""Set Up Backend in a windowed Blender with the installed add-on, against the real package index: minutes, gigabytes.

    blender --python tests/gui/set_up.py -- --data-dir FOLDER --out FOLDER [--cancel-after SECONDS] [--camera COMMAND]

Presses the button, follows it to its end, and leaves `report.json` with what it said and when, and a picture of the
panel and the preferences at each step. Ends Blender with 1 where the backend is not ready in the end (or where Cancel
takes longer than a second).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

BEAT_SECONDS = 0.05
GIVE_UP_SECONDS = 1800.0
CANCEL_SECONDS = 1.0
PICTURES = ("Downloading torch", "Installing packages")


class Session:
    """Goes on a piece a beat, between redraws as a user does."""

    def __init__(self, addon: str, asked: argparse.Namespace) -> None:
        self._addon, self._asked = addon, asked
        self._steps = self._session()
        self._start = time.monotonic()
        self._told: list[tuple[float, str]] = []
        self._report: dict[str, object] = {"blender": bpy.app.version_string}

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
        self._start = time.monotonic()
        self._press("set_up_backend")
        seen: set[str] = set()
        while self._state.setup_state == "RUNNING":
            seconds = self._note(self._state.setup_text)
            assert seconds < GIVE_UP_SECONDS, self._state.setup_text
            if self._asked.cancel_after and seconds > self._asked.cancel_after:
                yield from self._cancel()
                return
            wanted = next((what for what in PICTURES if self._state.setup_text.startswith(what)), "")
            if wanted and wanted not in seen:
                seen.add(wanted)
                self._picture(wanted)
            yield
        assert self._state.setup_state == "DONE", f"{self._state.setup_message} {self._state.setup_hint}"
        self._note(self._state.setup_message)
        while self._state.backend_state in ("UNKNOWN", "CONNECTING"):
            assert time.monotonic() - self._start < GIVE_UP_SECONDS
            yield
        assert self._state.backend_state == "READY", self._state.backend_text
        self._note(self._state.backend_text)
        yield from self._rest(1.0)
        self._picture("ready")

    def _cancel(self) -> Iterator[None]:
        pressed = time.monotonic()
        self._press("cancel_setup")
        while self._state.setup_state == "RUNNING":
            yield
        took = time.monotonic() - pressed
        self._report["cancel_seconds"] = round(took, 2)
        assert self._state.setup_state == "CANCELLED" and took < CANCEL_SECONDS, took

    def _prepare(self) -> Iterator[None]:
        self._preferences.data_dir = str(self._asked.data_dir)
        bpy.context.preferences.system.use_online_access = True
        bpy.context.preferences.active_section = "ADDONS"
        bpy.context.window_manager.addon_search = "Mirage"
        view = next(area for area in self._window.screen.areas if area.type == "VIEW_3D")
        view.spaces.active.show_region_ui = True
        yield from self._rest(2.0)  # the sidebar has tabs once it was drawn
        next(region for region in view.regions if region.type == "UI").active_panel_category = "Mirage"
        with bpy.context.temp_override(window=self._window):
            bpy.ops.screen.userpref_show()
            bpy.ops.preferences.addon_expand(module=self._addon)
        yield from self._rest(2.0)

    def _note(self, text: str) -> float:
        """Seconds since the button was pressed; a text that is new is kept with them, without its numbers."""
        seconds = time.monotonic() - self._start
        what = text.split(",")[0]
        if what and (not self._told or self._told[-1][1] != what):
            self._told.append((round(seconds, 1), what))
        return seconds

    def _picture(self, name: str) -> None:
        path = self._asked.out / f"{name.replace(' ', '_').lower()}.png"
        if self._asked.camera:  # Blender's own pictures are black where a program draws instead of a graphics card
            subprocess.run([*self._asked.camera.split(), str(path)], check=True)
        else:
            with bpy.context.temp_override(window=self._window):
                bpy.ops.screen.screenshot(filepath=str(path))

    def _rest(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield

    def _press(self, operator: str) -> None:
        with bpy.context.temp_override(window=self._window):
            assert getattr(bpy.ops.mirage, operator)() == {"FINISHED"}, operator

    @property
    def _preferences(self) -> bpy.types.AddonPreferences:
        return bpy.context.preferences.addons[self._addon].preferences

    @property
    def _window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    @property
    def _state(self) -> bpy.types.PropertyGroup:
        return bpy.context.window_manager.mirage

    def _leave(self, status: int) -> None:
        notes = [note.name for note in self._state.setup_notes]
        report = {"passed": status == 0, **self._report, "notes": notes, "told": self._told}
        (self._asked.out / "report.json").write_text(json.dumps(report, indent=1), "utf-8")
        sys.exit(status)


def main() -> None:
    parser = argparse.ArgumentParser(prog="set_up.py")
    parser.add_argument("--data-dir", type=Path, required=True, help="where the environment is made")
    parser.add_argument("--cancel-after", type=float, default=0.0, help="seconds after which Cancel is pressed")
    parser.add_argument("--camera", default="", help="takes a picture of the screen: import -window root")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    asked.out.mkdir(parents=True, exist_ok=True)
    addon = next(name for name in bpy.context.preferences.addons.keys() if name.endswith("blender_mirage"))
    bpy.app.timers.register(Session(addon, asked).beat, first_interval=2.0)


main()
