"""Carries out what a button asks for: now, or after what runs."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..event_pump import pump
from ..scene.scene_keys import scene_key
from ..scene.waiting_line import WaitingOrder
from .apart_reading import read_where_it_may
from .preparation import Preparation
from .report import report


def carry_out(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    words: str,
    make: Callable[[bpy.types.Context], Preparation],
    with_look: bool = False,
) -> set[str]:
    """Reads the scene and carries out what it comes to. While something else runs, it waits for that, as `words`.

    `make` checks what can be checked at once; `with_look`: see `WaitingOrder`. Raises MirageError.
    """
    if pump.busy:
        wait(operator, context, words, lambda later: pump.read(read_where_it_may(later, make(later))), with_look)
    elif bpy.app.background:  # no timers run there, and nobody waits for a redraw
        pump.read_now(read_where_it_may(context, make(context)))
    else:
        pump.read(read_where_it_may(context, make(context)))
    return {"FINISHED"}


def wait(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    words: str,
    begin: Callable[[bpy.types.Context], None],
    with_look: bool = False,
) -> None:
    """Puts an order into the line. Raises SceneNotReady where it waits already."""
    pump.wait(WaitingOrder(words, scene_key(context.scene), begin, with_look))
    report(operator, "INFO", f"{words} comes next, after what runs now")
