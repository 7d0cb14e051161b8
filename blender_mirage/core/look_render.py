"""Renders a look in a Blender of its own, from a copy of the file, so that the user's own goes on meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from .backend_process import StartedBackend
from .render_lines import read_progress
from .scene_key import SceneKey
from .take_job import Ended, Happening, LookRendered, Progress, Update

_NOT_WORDS = ("Fra:", "Blender quit", "Saved:", "Info:", "Time:", "Read blend:", "EGL")

cannot_draw_apart: set[str] = set()
"""Engines that a second Blender could not draw with in this session: it cannot reach the GPU, or crashed with it."""


@dataclass(frozen=True)
class LookOrder:
    """What is rendered, by which command, and what is to be removed after it."""

    command: Sequence[str]
    folder: Path
    """Where the command runs."""
    copy: Path
    """A folder that holds the copy of the file and nothing else; it goes."""
    look: LookRendered
    engine: str = "CYCLES"


class LookRender(threading.Thread):
    """Its last update is always `Ended`; the picture comes before it."""

    kind = "LOOK"

    def __init__(self, scene: SceneKey, order: LookOrder, updates: Queue[Update]) -> None:
        self.order_id = uuid.uuid4().hex
        super().__init__(name=f"mirage-look-{self.order_id[:8]}", daemon=True)
        self.scene = scene
        self._order = order
        self._updates = updates
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()

    @property
    def started_backend(self) -> StartedBackend | None:
        return None

    def cancel(self) -> None:
        """Ends the other Blender; nothing is written."""
        self._cancelled.set()
        process = self._process
        if process is not None:
            process.kill()

    def run(self) -> None:
        try:
            end = self._render()
        finally:
            shutil.rmtree(self._order.copy, ignore_errors=True)
        self._tell(end)

    def _render(self) -> Ended:
        self._tell(Progress("Look", "starting a second Blender"))
        try:
            process = subprocess.Popen(
                [*self._order.command],
                cwd=self._order.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        except OSError as error:
            return Ended(
                "failed",
                f"A second Blender could not be started: {error}.",
                "Render the frame yourself (F12) and choose the image file.",
            )
        with process:
            self._process = process
            if self._cancelled.is_set():  # asked while it was being started
                process.kill()
            last_words = self._follow(process)
        if self._cancelled.is_set():
            return Ended("cancelled", "Render Look was cancelled.")
        if process.returncode != 0 or not self._order.look.path.is_file():
            return self._failed(last_words or f"exit code {process.returncode}")
        self._tell(self._order.look)
        return Ended("done")

    def _failed(self, cause: str) -> Ended:
        if self._order.engine == "CYCLES":
            return Ended(
                "failed",
                f"The look could not be rendered: {cause}.",
                "Render the frame yourself (F12) and choose the image file.",
            )
        cannot_draw_apart.add(self._order.engine)
        return Ended(
            "failed",
            f"EEVEE could not draw in a second Blender: {cause}.",
            "Press Render Look again: this window then renders it and waits until it is done.",
        )

    def _follow(self, process: subprocess.Popen[str]) -> str:
        """Tells how far it is; returns its last sentences: what happened, and what to do."""
        words: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            progress = read_progress(line)
            if progress is not None:
                self._tell(progress)
            elif line.strip() and not line.startswith(_NOT_WORDS):
                words = [*words[-1:], line.strip()]
        return " ".join(words).rstrip(".")

    def _tell(self, what: Happening) -> None:
        self._updates.put(Update(self.order_id, what))
