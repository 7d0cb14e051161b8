"""Who sits before the window: knows where things are in it, presses and types, and takes pictures of each step."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screen import Box, NotOnScreen, Screen

START_SECONDS = 120.0
TAKE_SECONDS = 600.0
SETTLE_SECONDS = 1.0
EDGE = 24
"""Pixels from the lower edge of the sidebar within which Blender takes a press for one on the edge."""


class User:
    """Knows where things are in Blender's window, and what it wants."""

    def __init__(self, screen: Screen, out: Path, state: Path) -> None:
        self.screen = screen
        self.out = out
        self._state = state
        self._pictures = 0
        self.told: list[dict[str, Any]] = []
        self.had_backend = True

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

    def await_any(self, phrases: tuple[str, ...], part: Box, seconds: float = 240.0) -> None:
        """Waits until one of them can be read there. Raises NotOnScreen."""
        deadline = time.monotonic() + seconds
        while not any(self.screen.shows(phrase, part) for phrase in phrases):
            if time.monotonic() > deadline:
                raise NotOnScreen(f"None of {phrases} is on the screen.")
            time.sleep(1.0)

    # What it does

    def picture(self, name: str, part: Box | None = None) -> None:
        time.sleep(SETTLE_SECONDS)
        self._pictures += 1
        file = self.out / f"{self._pictures:02d}_{name}.png"
        self.screen.save(file, part)
        seen = self.seen
        kept = ("job", "kind", "words", "backend", "saved", "shots", "strips", "frame")
        self.told.append({"picture": file.name} | {key: seen[key] for key in kept if key in seen})
        print(file.name, flush=True)

    def press(self, phrase: str, below: str = "", last: bool = False) -> None:
        """Presses what reads `phrase` in the sidebar, scrolling to it; `below`: under the line that reads so."""
        self.screen.click(self.locate(phrase, below, last).centre)
        time.sleep(SETTLE_SECONDS)

    def unfold(self, header: str, inside: str) -> None:
        """Presses `header` until what reads `inside` can be seen: a machine with much to do draws late, and a press
        upon what has moved on meanwhile goes astray."""
        for _ in range(3):
            self.press(header)
            try:
                self.locate(inside)
            except NotOnScreen as error:
                missing = error
            else:
                return
        raise missing

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
                found = self.screen.find(phrase, part, last, seconds=0.0)
                if found.y + EDGE < side.y + side.height:
                    return found
                self.screen.scroll(middle, 2)
                return self.screen.find(phrase, side, last)
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


class Blender:
    """The program, started on the screen and ended by its own key."""

    def __init__(self, command: str, companion: str, state: Path) -> None:
        state.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*shlex.split(command), "--python", companion, "--", "--state", str(state)], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not state.exists():
            assert time.monotonic() < deadline and self._process.poll() is None, "Blender did not start"
            time.sleep(0.2)
        time.sleep(3.0)

    def kill(self) -> None:
        self._process.kill()
