"""A MirageError as Blender's users meet it: a report and a cancelled operator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import bpy

from ..core.errors import MirageError

Execute = Callable[[bpy.types.Operator, bpy.types.Context], set[str]]


def reports_errors(execute: Execute) -> Execute:
    """Decorates `execute`: what went wrong becomes a report, with the next step on a line of its own."""

    @wraps(execute)
    def wrapped(operator: bpy.types.Operator, context: bpy.types.Context) -> set[str]:
        try:
            return execute(operator, context)
        except MirageError as error:
            # The space is for the status bar, which leaves the line break out.
            operator.report({"ERROR"}, f"{error.message} \n{error.hint}" if error.hint else error.message)
            return {"CANCELLED"}

    return wrapped


def allowed(operator: type[bpy.types.Operator], reason: str) -> bool:
    """For `poll`: whether there is no `reason` against it; the reason is shown in the button's tooltip."""
    if reason:
        operator.poll_message_set(bpy.app.translations.pgettext_tip(reason))
    return not reason


def busy(context: bpy.types.Context) -> bool:
    """Whether a take is being read or made."""
    return context.window_manager.mirage.job_state in ("READING", "RUNNING")
