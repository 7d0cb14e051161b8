"""What was asked for while something else runs: it waits in a line, which the panel shows, until its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from ..core.errors import SceneNotReady
from ..core.scene_key import SceneKey
from .scene_keys import find_scene


@dataclass(frozen=True, eq=False)
class WaitingOrder:
    """One press of a button. It is made with the settings of when its turn comes, as the set is."""

    words: str
    """What it does, as its button says it."""
    scene: SceneKey
    begin: Callable[[bpy.types.Context], None]
    """Raises MirageError."""
    with_look: bool = False
    """It is made with the scene's look: where that was asked for and came to nothing, neither does it."""


class WaitingLine:
    """First come, first served. Owned by the main thread; the panel's state says what is in it."""

    def __init__(self) -> None:
        self._orders: list[WaitingOrder] = []

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order: WaitingOrder) -> None:
        """Raises SceneNotReady where the same waits already: nobody could tell what was meant."""
        if any((order.words, order.scene.scene_id) == (other.words, other.scene.scene_id) for other in self._orders):
            raise SceneNotReady(
                f"{order.words} waits already.", "It will be made with the settings of when its turn comes."
            )
        self._orders.append(order)
        self._show()

    def remove(self, index: int) -> None:
        if 0 <= index < len(self._orders):
            del self._orders[index]
            self._show()

    def clear(self) -> None:
        self._orders.clear()
        self._show()

    def remove_with_look(self, scene: SceneKey) -> list[str]:
        """The look of `scene` was not rendered: what waited for it goes. Returns its words."""
        gone = [order for order in self._orders if order.with_look and order.scene.scene_id == scene.scene_id]
        self._orders = [order for order in self._orders if order not in gone]
        self._show()
        return [order.words for order in gone]

    def begin_next(self) -> None:
        """Raises MirageError where it cannot be begun any more."""
        order = self._orders.pop(0)
        self._show()
        scene = find_scene(order.scene)
        if scene is None:
            raise SceneNotReady(f"{order.words} was not begun: the scene {order.scene.name!r} was deleted.", "")
        with _seen_from(scene) as context:
            order.begin(context)

    def _show(self) -> None:
        lines = bpy.context.window_manager.mirage.waiting
        lines.clear()
        for order in self._orders:
            lines.add().name = order.words


@contextmanager
def _seen_from(scene: bpy.types.Scene) -> Iterator[bpy.types.Context]:
    """The context of the window that shows `scene`; without any, that of its first view layer."""
    window = next((one for one in bpy.context.window_manager.windows if one.scene == scene), None)
    shown = {"window": window} if window is not None else {"scene": scene, "view_layer": scene.view_layers[0]}
    with bpy.context.temp_override(**shown):
        yield bpy.context
