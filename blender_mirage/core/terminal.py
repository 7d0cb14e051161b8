"""Progress on a terminal, in plain text; line by line where the output is a file."""

from __future__ import annotations

import shutil
from typing import TextIO

_BAR = 24


class TerminalProgress:
    """One line that renews itself, or one line for each new phase where nothing can renew itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
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
        elif fresh:
            self._stream.write(f"{words}\n")
        self._stream.flush()

    def end(self) -> None:
        if self._renews and self._width:
            self._stream.write("\n")
            self._stream.flush()
