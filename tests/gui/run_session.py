"""A whole session in a windowed Blender: generate, cancel, generate again, and how long the main thread was ever held.

The set is read by a second Blender: the playhead stays, nothing is rendered here, and Cancel works meanwhile.

pytest leaves it alone, for it needs a window, the installed add-on and a backend that runs:

    blender SET.blend --python tests/gui/run_session.py -- --data-dir DIR --look LOOK.png --width 128 --out FOLDER

It leaves `report.json` and the takes in FOLDER, and ends Blender with 1 where something was not as it should be.
A timer that is due every 10 ms tells how long the main thread was held: the longest wait between two of its calls.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import bpy

BEAT_SECONDS = 0.01
GIVE_UP_SECONDS = 600.0
QUIET_SECONDS = 4.0
LONGEST = 5


class Stopwatch:
    """The longest durations of each kind, in ms."""

    def __init__(self) -> None:
        self._durations: dict[str, list[float]] = defaultdict(list)

    def add(self, kind: str, seconds: float) -> None:
        self._durations[kind].append(1000 * seconds)

    def summary(self) -> dict[str, dict[str, object]]:
        return {
            kind: {"count": len(found), "longest_ms": [round(ms, 1) for ms in sorted(found)[: -LONGEST - 1 : -1]]}
            for kind, found in sorted(self._durations.items())
        }


class Session:
    """Goes on a piece a beat, between redraws as a user does, and keeps time."""

    def __init__(self, addon: str, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._event_pump = importlib.import_module(f"{addon}.event_pump")
        self._addon = addon
        self._between_beats, self._inside = Stopwatch(), Stopwatch()
        self._stage = "opening"
        self._last: float | None = None
        self._steps = self._session()
        self._told: dict[str, object] = {"renders": 0, "frames seen": []}
        self._time_ticks()

    def beat(self) -> float | None:
        now = time.perf_counter()
        if self._last is not None:
            self._between_beats.add(self._stage, now - self._last)
        if self._stage != "opening" and bpy.context.scene.frame_current not in self._told["frames seen"]:
            self._told["frames seen"].append(bpy.context.scene.frame_current)
        try:
            next(self._steps)
        except StopIteration:
            return self._leave(0)
        except Exception:  # a script in a timer: told on the console, and Blender must end
            traceback.print_exc()
            return self._leave(1)
        self._last = time.perf_counter()
        return BEAT_SECONDS

    def _session(self) -> Iterator[None]:
        yield from self._prepare()
        self._stage = "idle, redrawn ten times a second"
        yield from self._rest(QUIET_SECONDS, redraw=True)

        yield from self._take("first take")
        assert self._state.job_state == "DONE", self._words()
        first = Path(self._state.result)

        for name in ("check_shots", "survey_coverage"):
            yield from self._take(name, operator=getattr(bpy.ops.mirage, name))
            assert self._state.job_state == "DONE" and not self._state.message, self._words()
        assert self._state.was_checked and len(self._state.coverage), "nothing was found out"

        yield from self._take("cancelled reading", lambda: self._state.job_state == "READING" and self._state.total > 0)
        assert self._state.job_state == "CANCELLED", self._words()
        assert not self._state.result, self._state.result

        yield from self._take("cancelled take", lambda: self._state.frames_saved >= 2)
        assert self._state.job_state == "CANCELLED", self._words()
        assert self._state.frames_saved >= 2, "the finished frames were not kept"

        yield from self._take("second and third take", presses=2)
        assert self._state.job_state == "DONE", self._words()
        last = Path(self._state.result)
        assert last.name == "v004" and last.parent == first.parent, "one that waits is made in its turn"
        self._check_the_take_is_shown(Path(self._state.result))
        assert self._told["frames seen"] == [self._frame], self._told["frames seen"]
        assert self._told["renders"] == 0, "reading rendered in the user's window"

    def _prepare(self) -> Iterator[None]:
        bpy.context.preferences.addons[self._addon].preferences.data_dir = str(self._asked.data_dir)
        settings = bpy.context.scene.mirage
        settings.look_path, settings.width = str(self._asked.look), self._asked.width
        settings.output_folder = str(self._asked.out / "takes")
        self._frame = bpy.context.scene.frame_start + 3
        bpy.context.scene.frame_set(self._frame)
        bpy.app.handlers.render_init.append(self._count_render)
        view = next(area for area in self._window.screen.areas if area.type == "VIEW_3D")
        view.spaces.active.show_region_ui = True
        view.spaces.active.region_3d.view_perspective = "CAMERA"
        yield from self._rest(1.0)  # the sidebar has tabs once it was drawn
        next(region for region in view.regions if region.type == "UI").active_panel_category = "Mirage"
        yield from self._rest(1.0)

    def _take(self, name: str, enough=lambda: False, presses: int = 1, operator=None) -> Iterator[None]:
        """Presses Generate (or another), waits for the end, and presses Cancel when there is `enough`."""
        deadline = time.perf_counter() + GIVE_UP_SECONDS
        for _ in range(presses):
            self._press(operator or bpy.ops.mirage.generate_take)
        pressed = False
        while self._state.job_state in ("READING", "RUNNING") or len(self._state.waiting):
            self._stage = f"{name}: {self._state.job_state.lower()}, {self._state.phase}"
            if enough() and not pressed:
                self._press(bpy.ops.mirage.cancel_job)
                pressed = True
            assert time.perf_counter() < deadline, f"no end after {GIVE_UP_SECONDS} s: {self._words()}"
            yield
        self._stage = f"{name}: shown"
        yield from self._rest(1.0)
        self._told[name] = {"state": self._state.job_state, "frames": self._state.frames_saved}

    def _check_the_take_is_shown(self, folder: Path) -> None:
        scene = bpy.context.scene
        editor = scene.sequence_editor
        shown = getattr(editor, "strips", None) or editor.sequences
        assert str(folder) in [strip.get("mirage_folder") for strip in shown]
        image = scene.camera.data.background_images[0].image
        assert folder.resolve() in Path(bpy.path.abspath(image.filepath)).resolve().parents, image.filepath

    def _count_render(self, *_: object) -> None:
        self._told["renders"] += 1

    def _press(self, operator) -> None:
        start = time.perf_counter()
        with bpy.context.temp_override(window=self._window):
            assert operator() == {"FINISHED"}
        self._inside.add(f"operator {operator.idname_py()}", time.perf_counter() - start)

    def _rest(self, seconds: float, redraw: bool = False) -> Iterator[None]:
        end, drawn = time.perf_counter() + seconds, 0.0
        while (now := time.perf_counter()) < end:
            if redraw and now - drawn > self._event_pump.BUSY_SECONDS:
                drawn = now
                for area in self._window.screen.areas:
                    area.tag_redraw()
            yield

    def _time_ticks(self) -> None:
        pump, tick = self._event_pump.pump, self._event_pump.pump.tick

        def timed() -> float:
            before, start = self._state.job_state, time.perf_counter()
            pause = tick()
            after = self._state.job_state
            kind = before.lower() if before == after else f"{before.lower()} to {after.lower()}"
            self._inside.add(f"pump tick, {kind}", time.perf_counter() - start)
            return pause

        pump.tick = timed

    @property
    def _window(self) -> bpy.types.Window:
        return bpy.context.window_manager.windows[0]

    @property
    def _state(self) -> bpy.types.PropertyGroup:
        return bpy.context.window_manager.mirage

    def _words(self) -> str:
        return f"{self._state.job_state}: {self._state.message} {self._state.hint}"

    def _leave(self, status: int) -> None:
        report = {
            "blender": bpy.app.version_string,
            "passed": status == 0,
            "takes": self._told,
            "between_beats": self._between_beats.summary(),
            "inside": self._inside.summary(),
        }
        (self._asked.out / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
        sys.exit(status)


def main() -> None:
    parser = argparse.ArgumentParser(prog="run_session.py")
    parser.add_argument("--data-dir", type=Path, required=True, help="of the backend that runs")
    parser.add_argument("--look", type=Path, required=True)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(sys.argv[sys.argv.index("--") + 1 :])
    asked.out.mkdir(parents=True, exist_ok=True)
    addon = next(name for name in bpy.context.preferences.addons.keys() if name.endswith("blender_mirage"))
    bpy.app.timers.register(Session(addon, asked).beat, first_interval=1.0)


main()
