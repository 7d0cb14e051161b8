"""Progress on a terminal, in plain text; line by line where the output is a file."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

_BAR = 24
_SECONDS = 10.0
"""From line to line of a phase that goes on, where the output is a file."""


class TerminalProgress:
    """One line that renews itself; where nothing can, a line for each new phase, and every so often as it goes on."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds."""
        self._stream = stream
        self._clock = clock
        self._told = 0.0
        self._renews = stream.isatty()
        self._last = ("", "", -1.0)
        self._width = 0

    def show(self, title: str, phase: str, share: float) -> None:
        """`share` 0..1 is how much of the phase is done."""
        now = (title, phase, share)
        if now == self._last or not (title or phase):
            return
        fresh = now[:2] != self._last[:2]
        self._last = now
        words = ": ".join(part for part in (title, phase) if part)
        if self._renews:
            filled = round(share * _BAR)
            room = shutil.get_terminal_size().columns - 1
            line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:4.0%} {words}"[:room]
            self._stream.write(f"\r{line.ljust(self._width)}")
            self._width = len(line)
        elif fresh or self._clock() - self._told >= _SECONDS:
            self._told = self._clock()
            self._stream.write(f"{words}\n" if fresh else f"{words} {share:.0%}\n")
        self._stream.flush()

    def end(self) -> None:
        if self._renews and self._width:
            self._stream.write("\n")
            self._stream.flush()
