"""Before Cycles renders on the GPU, the backend is asked to give its memory back."""

from __future__ import annotations

from typing import Any

import bpy

from .core.errors import MirageError
from .core.gpu_truce import make_room
from .preferences import backend_settings, current


def register() -> None:
    bpy.app.handlers.render_init.append(_before_render)


def unregister() -> None:
    bpy.app.handlers.render_init.remove(_before_render)


@bpy.app.handlers.persistent
def _before_render(scene: bpy.types.Scene, *_: Any) -> None:
    """Runs in the render's own thread, which has to wait until there is room; it reads, and writes nothing."""
    if scene.render.engine != "CYCLES" or scene.cycles.device != "GPU":
        return
    try:
        if current(bpy.context).release_for_renders:
            make_room(backend_settings(bpy.context))
    except MirageError:
        return  # no add-on, or a backend that may not be reached: it holds nothing that is known of
