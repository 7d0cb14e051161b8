"""What an operator wants to be read of a scene, and what it does with it: the same whichever Blender reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from queue import Queue
from typing import Protocol

import bpy

from ..core.carriers import Watcher
from ..core.errors import SceneNotReady
from ..core.scene_key import SceneKey
from ..core.set_read import ReadOrder, SetRead
from ..core.take_job import Progress, Update
from ..scene.scene_keys import find_scene
from ..scene.show_updates import add_warning


class SetReading(Protocol):
    """Reads a scene, a frame or more with every `next`. Closing `steps` early puts the playhead back."""

    def steps(self) -> Iterator[Progress]: ...

    def result(self) -> SetRead:
        """Once `steps` has ended."""
        ...


class Preparation(ABC):
    """Made at the press of a button, on which everything is checked that can be checked at once."""

    kind: str
    """As the panel's state has it."""
    scene: SceneKey
    reading: SetReading
    """What reads it in this Blender."""
    read: SetRead
    """What it came to, whoever read it."""

    @abstractmethod
    def order(self) -> ReadOrder | None:
        """What a second Blender is to read; None where there is nothing to read."""

    @abstractmethod
    def watcher(self, updates: Queue[Update]) -> Watcher | None:
        """What carries out what was asked for, once it was read; None where there is nothing to carry out."""

    def notes(self) -> Sequence[str]:
        """What the user should know before anything is read."""
        return ()

    def steps(self) -> Iterator[Progress]:
        """Reads in this Blender, on with every `next`. Closing it early puts the playhead back. Raises MirageError."""
        for note in self.notes():
            add_warning(note)
        yield from self.reading.steps()
        self.read = self.reading.result()

    def live_scene(self) -> bpy.types.Scene:
        """The scene, however long ago reading began. Raises SceneNotReady."""
        scene = find_scene(self.scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self.scene.name!r} was deleted while it was being read.", "Try again.")
        return scene
