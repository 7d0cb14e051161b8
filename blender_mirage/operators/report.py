"""A MirageError as Blender's users meet it: a report and a cancelled operator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import bpy

from ..core.errors import MirageError
from ..translations import said

Execute = Callable[[bpy.types.Operator, bpy.types.Context], set[str]]


def reports_errors(execute: Execute) -> Execute:
    """Decorates `execute`: what went wrong becomes a report, with the next step on a line of its own."""

    @wraps(execute)
    def wrapped(operator: bpy.types.Operator, context: bpy.types.Context) -> set[str]:
        try:
            return execute(operator, context)
        except MirageError as error:
            # The space is for the status bar, which leaves the line break out.
            report(operator, "ERROR", f"{error.message} \n{error.hint}" if error.hint else error.message)
            return {"CANCELLED"}

    return wrapped


def allowed(operator: type[bpy.types.Operator], reason: str) -> bool:
    """For `poll`: whether there is no `reason` against it; the reason is shown in the button's tooltip."""
    if reason:
        operator.poll_message_set(said(reason, bpy.app.translations.pgettext_tip))
    return not reason


def report(operator: bpy.types.Operator, level: str, text: str) -> None:
    """`level`: INFO, WARNING or ERROR."""
    operator.report({level}, said(text, bpy.app.translations.pgettext_rpt))


def confirm(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    event: bpy.types.Event,
    title: str,
    message: str,
    confirm_text: str,
) -> set[str]:
    """For `invoke`: asks before something is deleted for good."""
    return context.window_manager.invoke_confirm(
        operator, event, title=said(title), message=said(message), confirm_text=said(confirm_text), icon="WARNING"
    )


def busy(context: bpy.types.Context) -> bool:
    """Whether a take is being read or made."""
    return context.window_manager.mirage.job_state in ("READING", "RUNNING")
