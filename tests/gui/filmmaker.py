"""A filmmaker's first afternoon with the add-on, by mouse and keys in a windowed Blender, with a picture of each step:
install, enable, demo set, look, Generate, cancel, regenerate, swap versions, look through the camera, live look,
coverage.

    python tests/gui/filmmaker.py --zip ZIP --display :99 --out DIR [--blender "COMMAND"] [--width PIXELS]

Needs an X display of its own of 1600 x 900 without other windows (Xvfb will do), a Blender with factory settings, and a
backend that it finds by its data folder (MIRAGE_DATA_DIR), or that its own Python can start. Nothing is pressed by
script: `companion.py` inside Blender only tells what is there. DIR and ZIP must have the same path for Blender.
Leaves the pictures and `report.json` in DIR; ends with 1, and a picture of how it stood, where something was not as it
should be.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from screen import Box, NotOnScreen, Screen

WHOLE = Box(0, 0, 1600, 900)
START_SECONDS = 60.0
TAKE_SECONDS = 400.0
SETTLE_SECONDS = 1.0
FOLDED = 60
"""Pixels of a sidebar that shows its tabs only."""
BUSY = ("READING", "RUNNING")


class Filmmaker:
    """Knows where things are in Blender's window, and what it wants."""

    def __init__(self, screen: Screen, out: Path, state: Path) -> None:
        self.screen = screen
        self._out = out
        self._state = state
        self._pictures = 0
        self.told: list[dict[str, Any]] = []

    # What Blender tells

    @property
    def seen(self) -> dict[str, Any]:
        return json.loads(self._state.read_text("utf-8"))

    def region(self, area: str, region: str) -> Box:
        there = next(each for each in self.seen["areas"] if each["type"] == area)
        return Box.of(there["regions"][region])

    @property
    def sidebar(self) -> Box:
        return self.region("VIEW_3D", "UI")

    @property
    def viewport(self) -> Box:
        view, side = self.region("VIEW_3D", "WINDOW"), self.sidebar
        return Box(view.x, view.y + 60, side.x - view.x, view.height - 60)

    def until(self, reached: Callable[[dict[str, Any]], bool], seconds: float = TAKE_SECONDS) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while not reached(self.seen):
            if time.monotonic() > deadline:
                raise NotOnScreen(f"It did not come within {seconds:.0f} s: {json.dumps(self.seen)[-1500:]}")
            time.sleep(0.2)
        return self.seen

    # What it does

    def picture(self, name: str, part: Box | None = None) -> None:
        time.sleep(SETTLE_SECONDS)
        self._pictures += 1
        file = self._out / f"{self._pictures:02d}_{name}.png"
        self.screen.save(file, part)
        seen = self.seen
        kept = ("job", "kind", "words", "backend", "saved", "shots", "strips", "frame")
        self.told.append({"picture": file.name} | {key: seen[key] for key in kept if key in seen})
        print(file.name, flush=True)

    def press(self, phrase: str, below: str = "", last: bool = False) -> None:
        """Presses what reads `phrase` in the sidebar, scrolling to it; `below`: under the line that reads so."""
        self.screen.click(self.locate(phrase, below, last).centre)
        time.sleep(SETTLE_SECONDS)

    def locate(self, phrase: str, below: str = "", last: bool = False) -> Box:
        side = self.sidebar
        middle = (side.x + side.width // 2 - 20, side.y + side.height // 2)
        self.screen.scroll(middle, -40)
        for _ in range(8):
            time.sleep(0.5)
            part = side
            try:
                if below:
                    top = self.screen.find(below, side, seconds=0.0).y + 8
                    part = Box(side.x, top, side.width, side.y + side.height - top)
                return self.screen.find(phrase, part, last, seconds=0.0)
            except NotOnScreen as error:
                missing = error
                self.screen.scroll(middle, 6)
        raise missing

    def menu(self, *phrases: str) -> None:
        """Through a menu of the top bar."""
        part = Box(0, 0, 420, 27)
        for phrase in phrases:
            self.screen.click(self.screen.find(phrase, part).centre)
            time.sleep(SETTLE_SECONDS)
            part = Box(0, 20, 700, 700)

    def window(self, name: str, x: int = 300, y: int = 110) -> Box:
        """Brings a window of Blender's to where all of it can be seen: no window manager does it."""
        return self.screen.bring(name, x, y)

    def over_viewport(self, key: str) -> None:
        self.screen.move(self.viewport.centre)
        self.screen.key(key)
        time.sleep(SETTLE_SECONDS)


def install(user: Filmmaker, archive: Path) -> None:
    screen = user.screen
    screen.click((1250, 700))  # the splash goes
    time.sleep(SETTLE_SECONDS)
    user.menu("Edit", "Preferences")
    time.sleep(2.0)
    page = user.window("Preferences")
    screen.click(screen.find("Get Extensions", page).centre)
    time.sleep(2.0)
    screen.click((page.x + page.width - 19, page.y + 18))  # the arrow at the end of the header
    below = Box(page.x + page.width // 2, page.y + 24, page.width, 300)
    screen.click(screen.find("Install from Disk", below).centre)
    time.sleep(3.0)
    files = user.window("File View", 200, 120)
    screen.move(files.centre)
    screen.key("ctrl+l")
    screen.key("ctrl+a")
    screen.type(f"{archive.parent}/")
    screen.key("Return")
    screen.key("Return")
    time.sleep(2.0)
    files = user.window("File View", 200, 120)
    listed = Box(files.x + 240, files.y + 60, 600, files.height - 110)
    screen.click(screen.find(archive.name, listed).centre)
    user.picture("install_from_disk")
    foot = Box(files.x + files.width // 2, files.y + files.height - 50, files.width // 2, 50)
    screen.click(screen.find("Install from Disk", foot).centre)
    user.until(lambda seen: seen["enabled"], 60.0)
    page = user.window("Preferences")
    screen.click(screen.find("Add-ons", Box(page.x, page.y, 180, page.height)).centre)
    time.sleep(2.0)
    name = screen.find("Blender Mirage", page)
    screen.click((name.x - 28, name.centre[1]))  # unfolds it
    user.picture("enabled_in_preferences")
    screen.put_away("Preferences")


def open_panel(user: Filmmaker) -> None:
    view = next(area for area in user.seen["areas"] if area["type"] == "VIEW_3D")
    if "UI" not in view["regions"]:
        user.screen.move(Box.of(view).centre)
        user.screen.key("n")
        time.sleep(2.0)
    side = user.sidebar
    if side.width > FOLDED and user.screen.shows("Shots", side):
        return  # pressed once more, the tab would fold the sidebar
    tabs = Box(side.x + side.width - 26, side.y, 26, side.height)
    user.screen.click(user.screen.find("Mirage", tabs, turned=True).centre)
    time.sleep(SETTLE_SECONDS)


def demo_set(user: Filmmaker) -> None:
    user.press("Settings")
    user.press("Build Demo Set")
    user.until(lambda seen: len(seen["shots"]) == 2)
    user.press("Settings")
    user.over_viewport("KP_0")
    user.picture("demo_set")


def save_the_file(user: Filmmaker, file: Path) -> None:
    """The check says that it must be saved first, and has the button."""
    user.press("Check")
    user.press("Check", below="Check")
    user.picture("check_before_generating")
    user.press("Save As")
    time.sleep(2.0)
    files = user.window("File View", 200, 120)
    screen = user.screen
    screen.move(files.centre)
    screen.key("ctrl+l")
    screen.key("ctrl+a")
    screen.type(f"{file.parent}/")
    screen.key("Return")
    screen.key("Return")
    files = user.window("File View", 200, 120)
    screen.click((files.x + files.width // 2, files.y + files.height - 21))
    screen.key("ctrl+a")
    screen.type(file.name)
    screen.key("Return")
    screen.move(files.centre)
    screen.key("Return")
    user.until(lambda seen: seen["saved_as"] == str(file), 30.0)
    user.press("Check")


def settled(user: Filmmaker) -> dict[str, Any]:
    return user.until(lambda seen: seen["job"] not in BUSY)


def render_look(user: Filmmaker) -> None:
    user.press("Render Look")
    user.until(lambda seen: seen["job"] in BUSY, 20.0)
    seen = settled(user)
    assert seen["job"] == "DONE", seen["words"]
    user.picture("look_rendered")


def generate(user: Filmmaker) -> None:
    user.press("Generate All")
    user.until(lambda seen: seen["saved"] >= 8)
    user.picture("frames_arrive_while_it_runs")
    seen = settled(user)
    assert seen["job"] == "DONE", seen["words"]
    assert len(seen["strips"]) == 2, seen["strips"]
    user.picture("both_shots_done")


def cancel(user: Filmmaker) -> None:
    user.press("Generate Shot")
    user.until(lambda seen: seen["saved"] >= 3)
    button = user.locate("Cancel").centre
    start = time.monotonic()
    user.screen.click(button)
    user.until(lambda seen: seen["job"] not in BUSY, 30.0)
    user.told.append({"cancel, click to state, seconds": round(time.monotonic() - start, 2)})
    seen = user.seen
    assert seen["job"] == "CANCELLED" and any("v002" in strip for strip in seen["strips"]), seen
    user.picture("cancelled_with_its_frames_kept")


def regenerate(user: Filmmaker) -> None:
    user.press("Generate Shot")
    user.until(lambda seen: seen["job"] in BUSY, 20.0)
    seen = settled(user)
    assert seen["job"] == "DONE" and any("v003" in strip for strip in seen["strips"]), seen
    user.picture("regenerated")


def swap_versions(user: Filmmaker) -> None:
    """The arrows beside the list of takes: down is older."""
    side = user.sidebar
    first = user.locate("v003", below="Takes")
    arrow = (side.x + side.width - 50, first.centre[1] + 20)
    user.screen.click(arrow)
    user.until(lambda seen: any("v002" in strip for strip in seen["strips"]), 10.0)
    user.screen.click(arrow)
    user.until(lambda seen: any(strip.endswith("v001") for strip in seen["strips"]), 10.0)
    user.picture("older_version_shown")


STEPS: dict[str, Callable[[Filmmaker], None]] = {
    "panel": open_panel,
    "demo": demo_set,
    "look": render_look,
    "generate": generate,
    "cancel": cancel,
    "regenerate": regenerate,
    "swap": swap_versions,
}


def session(user: Filmmaker, archive: Path | None, steps: Iterable[str], out: Path) -> None:
    if archive is not None:
        install(user, archive)
    for step in steps:
        STEPS[step](user)
        if step == "demo":
            save_the_file(user, out / "first_afternoon.blend")


def main() -> int:
    parser = argparse.ArgumentParser(prog="filmmaker.py")
    parser.add_argument("--blender", default="blender", help="the command that starts it")
    parser.add_argument("--companion", default=str(Path(__file__).parent / "companion.py"), help="as Blender sees it")
    parser.add_argument("--display", required=True)
    parser.add_argument("--zip", type=Path, help="the add-on; where it is installed already, leave this out")
    parser.add_argument("--steps", nargs="*", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--keep", action="store_true", help="leave Blender open")
    parser.add_argument("--attach", action="store_true", help="go on in the Blender that a --keep left")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    state = asked.out / "state.json"
    process = None
    if not asked.attach:
        state.unlink(missing_ok=True)
        command = [*shlex.split(asked.blender), "--python", asked.companion, "--", "--state", str(state)]
        process = subprocess.Popen(command)
        deadline = time.monotonic() + START_SECONDS
        while not state.exists():
            assert time.monotonic() < deadline, "Blender did not start"
            time.sleep(0.2)
        time.sleep(3.0)
    user = Filmmaker(Screen(asked.display), asked.out, state)
    passed = False
    try:
        session(user, asked.zip, asked.steps, asked.out)
        passed = True
    except Exception:  # told, with how it stood
        traceback.print_exc()
        user.screen.save(asked.out / "failed.png")
    finally:
        report = {"passed": passed, "blender": user.seen["blender"], "steps": user.told}
        (asked.out / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
        if process is not None and not asked.keep:
            process.kill()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
