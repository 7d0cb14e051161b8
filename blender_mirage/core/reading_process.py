"""Follows a second Blender that reads a set for this one: what it says, how it ended, what it left.

The other side is `headless.read_command`. Lines with `PREFIX` are for this side; every other line is what Blender and
its add-ons say, of which the last ones are kept for the case that it ends without having written anything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, Queue

from .errors import SceneNotReady
from .read_files import open_read
from .set_read import SetRead
from .take_job import Progress

PREFIX = "MIRAGE-READING "
TEMPORARY = "mirage-copy-"
"""How the names of temporary folders begin."""
_OLD_SECONDS = 7 * 24 * 3600.0
_NOT_WORDS = ("Blender quit", "Read blend:", "Info:", "Saved:", "EGL", "Fra:", "Time:", "Note: ")


def progress_line(progress: Progress) -> str:
    """What the reading side prints."""
    return PREFIX + json.dumps(asdict(progress))


class ReadingProcess:
    """The process, a thread that listens to it, and the folder that it writes into. Nothing here waits."""

    def __init__(self, command: Sequence[str], run_in: Path, folder: Path) -> None:
        """command: what reads and writes into `folder`, which is this object's to remove. run_in: working folder."""
        self.folder = folder
        self._command = [*command]
        self._run_in = run_in
        self._news: Queue[Progress] = Queue()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = threading.Event()
        self._cause = ""
        self._lock = threading.Lock()
        self._listening = self._unwanted = False

    def start(self) -> None:
        self._listening = True
        threading.Thread(target=self._listen, name="mirage-reading", daemon=True).start()

    @property
    def is_over(self) -> bool:
        return not self._listening

    def news(self) -> list[Progress]:
        """What it said since this was last asked."""
        said = []
        while True:
            try:
                said.append(self._news.get_nowait())
            except Empty:
                return said

    def result(self) -> SetRead:
        """What it read, once it is over. Raises the error that it met, or SceneNotReady where it crashed."""
        read = open_read(self.folder)
        if read is None:
            raise SceneNotReady(
                f"The second Blender that reads the set stopped: {self._cause}.",
                "Save the file and start again. If it stops again, `blender -b FILE` in a terminal shows why.",
            )
        return read

    def remove(self) -> None:
        """Nothing of it is needed any more: ends the process where it still runs, and removes the folder."""
        self._stopped.set()
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._unwanted = True
            listening = self._listening
        if not listening:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self) -> None:
        _remove_old(self.folder.parent)
        try:
            self._cause = self._run()
        finally:
            with self._lock:
                self._listening = False
                unwanted = self._unwanted
            if unwanted:  # Windows removes no file that the process holds open, so it goes after the process
                shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self) -> str:
        """From the start of the process to its end; what it said last."""
        try:
            process = subprocess.Popen(
                self._command,
                cwd=self._run_in,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            return f"it could not be started ({error})"
        with process:
            self._process = process
            if self._stopped.is_set():  # asked while it was being started
                process.kill()
            words = self._follow(process)
        return words or f"exit code {process.returncode}"

    def _follow(self, process: subprocess.Popen[str]) -> str:
        """Tells how far it is; returns its last sentences."""
        words: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            before, ours, said = line.rstrip().partition(PREFIX)
            progress = _progress_in(said) if ours else None
            if progress is not None:
                self._news.put(progress)
            elif before.strip() and not before.startswith(_NOT_WORDS):
                words = [*words[-1:], before.strip()]
        return " ".join(words).rstrip(".")


def _remove_old(folder: Path) -> None:
    """Removes temporary folders that a Blender left when it crashed."""
    for left in folder.glob(f"{TEMPORARY}*"):
        with suppress(OSError):  # removed just now, or another user's
            if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _progress_in(said: str) -> Progress | None:
    """None where Blender's own words ran into the line."""
    try:
        return Progress(**json.loads(said))
    except (ValueError, TypeError):
        return None
