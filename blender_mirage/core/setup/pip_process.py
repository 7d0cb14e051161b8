"""A Python program that runs beside Blender, told line by line, and ends with it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ..errors import SetupFailed
from ..programs import environment_of_programs, no_window

TICK_SECONDS = 0.1
_GRACE_SECONDS = 0.4
_MISLEADING = (
    "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_PROGRESS_BAR", "PIP_QUIET",
    "PIP_REPORT", "PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_ONLY_BINARY", "PIP_NO_BINARY", "VIRTUAL_ENV",
)  # fmt: skip
"""What would send pip's packages elsewhere, or its words. Mirrors, proxies and certificates stay the user's."""

_TIED = str(Path(__file__).with_name("tied.py"))


class Stopped(Exception):
    """It was cancelled; the program is dead."""


class Runner:
    """Runs modules of some Python, one at a time, writes all they say into a log, and stops when it is told to."""

    def __init__(self, log: IO[str], temporary: Path, stop: threading.Event) -> None:
        self.log = log
        self.temporary = temporary
        self._stop = stop

    def run(
        self,
        python: str | Path,
        arguments: Sequence[str],
        on_line: Callable[[str], None] = lambda line: None,
        on_tick: Callable[[], None] = lambda: None,
    ) -> tuple[int, list[str]]:
        """`python -m arguments…` to its end: exit code and all that it said. Raises Stopped, SetupFailed.

        `on_line` is told each line, `on_tick` that some time has passed.
        """
        self.info(f"> {python} -m {' '.join(arguments)}")
        if self._stop.is_set():
            raise Stopped
        command = [str(python), "-I", "-X", "utf8", "-u", _TIED, *arguments]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=self._environment(), cwd=self.temporary, **_own_group(),
            )  # fmt: skip
        except OSError as error:
            raise SetupFailed(
                f"{python} cannot be run: {error.strerror or error}.", "Choose another Python in the preferences."
            ) from error
        lines: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            return self._follow(process, lines, on_line, on_tick)
        finally:
            _end(process)
            reader.join(_GRACE_SECONDS)

    def info(self, line: str) -> None:
        self.log.write(line + "\n")
        self.log.flush()

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        lines: queue.Queue[str | None],
        on_line: Callable[[str], None],
        on_tick: Callable[[], None],
    ) -> tuple[int, list[str]]:
        said: list[str] = []
        while True:
            if self._stop.is_set():
                raise Stopped
            try:
                line = lines.get(timeout=TICK_SECONDS)
            except queue.Empty:
                on_tick()
                continue
            if line is None:
                code = process.wait()
                self.info(f"(exit code {code})")
                return code, said
            on_line(line)
            if not line.startswith("Progress "):  # thousands of them
                said.append(line)
                self.info(line)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in environment_of_programs().items() if name not in _MISLEADING}
        temporary = str(self.temporary)
        return {**kept, "TMPDIR": temporary, "TEMP": temporary, "TMP": temporary}


def _read(stream: IO[bytes] | None, lines: queue.Queue[str | None]) -> None:
    if stream is not None:
        for raw in stream:
            for part in raw.decode("utf-8", "replace").splitlines():
                if part.strip():
                    lines.put(part.rstrip())
        stream.close()
    lines.put(None)


def _own_group() -> dict[str, Any]:
    """A group of its own where there are groups, so that what it started itself ends with it."""
    return no_window() if sys.platform == "win32" else {"start_new_session": True}


def _end(process: subprocess.Popen[bytes]) -> None:
    """The end of it and of all that it started, at once: nothing it leaves behind is of worth."""
    if process.poll() is None and sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_GRACE_SECONDS)  # on Windows it reads the end of its input
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
