"""Reads one picture for the scene's world: a look, or a frame that was painted on. No take is made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import bpy

from ..core.author import author
from ..core.errors import SceneNotReady
from ..core.paint_over import PaintOver, painted_on
from ..core.picture_watcher import PictureWatcher
from ..core.set_read import ReadOrder, SetRead
from ..core.take_job import Order, Progress, SeedView, Update
from ..preferences import backend_settings
from ..scene.output import output_folder, world_name
from ..scene.paint_frame import read_painted
from ..scene.read_shots import read_shots
from ..scene.scene_keys import find_scene, scene_key
from .look_reading import LookReading
from .preparation import Preparation


class _PicturePreparation(Preparation):
    """One picture for the world."""

    kind = "PICTURE"

    def __init__(self, context: bpy.types.Context) -> None:
        self._settings = backend_settings(context)
        self._engine = context.scene.mirage.engine
        self._base, _ = output_folder(context.scene)
        self.scene = scene_key(context.scene)
        self._world_id = ""

    def _watcher(self, picture: SeedView | PaintOver, updates: Queue[Update]) -> PictureWatcher:
        settings = self.live_scene().mirage
        order = Order(
            order_id=uuid.uuid4().hex,
            scene=self.scene,
            settings=self._settings,
            base=self._base,
            takes=(),
            world_id=settings.world_id or ("" if settings.world_name else self._world_id),
            world_name=settings.world_name,
            new_world_name=world_name(),
            release=self.read.release,
        )
        return PictureWatcher(order, updates, picture, self._engine)


class LookPreparation(_PicturePreparation):
    """The look that the panel names."""

    def __init__(self, context: bpy.types.Context) -> None:
        """Raises SceneNotReady or LookNotReadable. Changes nothing but the scene's id and the anchors' ids."""
        super().__init__(context)
        self.reading = PictureReading(context.scene)

    def order(self) -> ReadOrder:
        return ReadOrder(self.kind, self.scene)

    def watcher(self, updates: Queue[Update]) -> PictureWatcher:
        assert self.read.look is not None, "it is what was read"
        return self._watcher(self.read.look, updates)


class PictureReading:
    """The look alone."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        """Raises SceneNotReady or LookNotReadable."""
        self._scene = scene_key(scene)
        self._look = LookReading(scene, read_shots(scene))
        self._picture: SeedView | None = None

    def steps(self) -> Iterator[Progress]:
        yield Progress("Look", "reading the set", 0, 1)
        scene = find_scene(self._scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self._scene.name!r} was deleted while it was being read.", "Try again.")
        self._picture = self._look.seed_view(scene, author())

    def result(self) -> SetRead:
        return SetRead(look=self._picture)


class PaintPreparation(_PicturePreparation):
    """A copy of a take's frame that was painted on. Nothing of the set is read: the take knows it."""

    kind = "PAINT_OVER"

    def __init__(self, context: bpy.types.Context, copy: Path) -> None:
        """A scene without a world gets that of the take. Raises LookNotReadable."""
        super().__init__(context)
        on = painted_on(copy)
        self._world_id = on.world_id
        self._picture = PaintOver(on, read_painted(copy, on), author=author())

    def order(self) -> None:
        return None

    def steps(self) -> Iterator[Progress]:
        yield Progress("Look", "paint-over", 0, 1)
        self.read = SetRead()

    def watcher(self, updates: Queue[Update]) -> PictureWatcher:
        return self._watcher(self._picture, updates)
