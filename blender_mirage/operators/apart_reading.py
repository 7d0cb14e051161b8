"""Has a scene read by a second Blender, so that the one with the window goes on: nothing in it moves or waits.

What is rendered can be read exactly in a render only, which in a window would replace the user's own Render Result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import bpy

from ..core.carriers import Reading, Watcher
from ..core.errors import MirageError
from ..core.reading_process import ReadingProcess
from ..core.set_read import ReadErrand, ReadOrder
from ..core.take_files import write_whole
from ..core.take_job import Progress, Update
from ..scene.copied_file import own_path
from ..scene.find import in_this_session
from ..scene.ids import ensure_ids
from ..scene.show_updates import add_warning
from ..wire.codec import to_json
from .preparation import Preparation
from .second_blender import RUN_IN, headless_command, new_folder, save_copy, scripts_run

ERRAND = "errand.json"


def read_where_it_may(context: bpy.types.Context, asked: Preparation) -> Reading:
    """What reads the scene for `asked`: a second Blender where this one has a window, else this one. Raises
    MirageError."""
    order = None if bpy.app.background else asked.order()
    return asked if order is None else ApartReading(context, asked, order)


class ApartReading(Iterator[Progress | None]):
    """A preparation whose scene a second Blender reads. It is its own `steps`: `next` gives what the other tells, None
    while that says nothing; `close` ends it and removes everything."""

    def __init__(self, context: bpy.types.Context, asked: Preparation, order: ReadOrder) -> None:
        """Saves a copy of the file. Raises SceneNotReady where it cannot be saved."""
        self.kind, self.scene = asked.kind, asked.scene
        self._asked = asked
        self._notes = asked.notes()
        self._begun = False
        ensure_ids(bpy.data.objects)
        folder = new_folder()
        self._process = ReadingProcess([*headless_command(), "read", str(folder / ERRAND)], RUN_IN, folder)
        try:
            blend = save_copy(folder)
            errand = ReadErrand(order, str(blend), own_path(), context.view_layer.name, scripts_run())
            write_whole(folder / ERRAND, to_json(errand).encode())
        except MirageError:
            self._process.remove()
            raise

    @property
    def folder(self) -> Path:
        """Where the copy lies and what is read goes; it is gone when all is over."""
        return self._process.folder

    def steps(self) -> Iterator[Progress | None]:
        return self

    def __next__(self) -> Progress | None:
        """Raises the error that the other Blender met, StopIteration once everything was read."""
        if not self._begun:
            self._begun = True
            for note in self._notes:
                add_warning(note)
            self._process.start()
            return Progress("Set", "opening the copy")
        over = self._process.is_over
        news = self._process.news()
        if news or not over:
            return news[-1] if news else None
        self._take()
        raise StopIteration

    def close(self) -> None:
        self._process.remove()

    def watcher(self, updates: Queue[Update]) -> Watcher | None:
        try:
            watcher = self._asked.watcher(updates)
        except MirageError:
            self._process.remove()
            raise
        if watcher is None:
            self._process.remove()
        return watcher

    def _take(self) -> None:
        try:
            read = self._process.result()
        except MirageError:
            self._process.remove()
            raise
        for note in read.notes:
            add_warning(note)
        jobs = tuple(replace(job, shot=in_this_session(job.shot)) for job in read.jobs)
        self._asked.read = replace(read, jobs=jobs, release=self._process.remove)
