"""The greys of a take's files on the timeline, whatever the view settings of its scene are or become.

A take is a finished picture, but the timeline sends strips through the scene's view once more. What undoes the view is
the strip's colour space, and where that is not enough a *Curves* modifier of ours behind all others, so that what the
editor graded looks as he graded it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..compat import add_strip_modifier, remove_strip_modifier
from .take_strips import MARK_COMPARED, MARK_LAID, is_take, note, placed_strips
from .view_inverse import Inverse, inverse_of_view, view_key

MODIFIER = "Mirage View"
SET_BEFORE = ("sRGB", "AgX Base sRGB", "Filmic sRGB", "Khronos PBR Neutral sRGB")
"""Colour spaces that takes had before it was noted which we gave them."""

_ALL_CHANNELS = 3
"""Of a mapping's four curves the one of red, green and blue together."""

_kept: dict[int, tuple[object, ...]] = {}
"""By a scene's session_uid: the view and the strips that its timeline was last brought up to date with."""
_moving: dict[int, tuple[object, ...]] = {}
"""And those that it was last seen with since."""


def register() -> None:
    """Without a window no timer runs: there, what renders is looked at before it does."""
    bpy.app.handlers.load_post.append(_forget)
    if bpy.app.background:
        bpy.app.handlers.render_init.append(_keep_up)
        bpy.app.handlers.frame_change_post.append(_keep_up)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_forget)
    for handlers in (bpy.app.handlers.render_init, bpy.app.handlers.frame_change_post):
        if _keep_up in handlers:
            handlers.remove(_keep_up)


def keep_up_with_views(at_rest: bool = False) -> bool:
    """Brings the takes of every timeline up to date whose view settings changed, or that strips came to; True where
    there were any. `at_rest`: not while they still change, for what a view does takes some 0.1 s to measure."""
    changed = False
    for scene in bpy.data.scenes:
        if scene.sequence_editor is None or scene.library is not None:
            continue
        shown = [part.strip for part in placed_strips(scene) if is_take(part.strip) or MARK_COMPARED in part.strip]
        now = _as_it_is(scene, shown)
        if not shown or _kept.get(scene.session_uid) == now:
            continue
        if at_rest and _moving.get(scene.session_uid) != now:
            _moving[scene.session_uid] = now
            continue
        for strip in shown:
            show_as_it_is(strip, scene)
        _kept[scene.session_uid] = _as_it_is(scene, shown)
        changed = True
    return changed


def show_as_it_is(strip: Any, scene: bpy.types.Scene) -> None:
    """On the timeline of that scene. A strip whose colour space somebody chose keeps it."""
    if strip.type != "IMAGE":
        return
    if not _is_ours_to_set(strip):
        _remove_curve(strip, scene)
        return
    inverse = inverse_of_view(scene)
    with suppress(TypeError):  # this Blender's (or studio's) colour configuration has no such space
        strip.colorspace_settings.name = inverse.space
    space = strip.colorspace_settings.name
    note(strip, space=space)
    if not inverse.curve or space != inverse.space or strip.use_linear_modifiers:
        _remove_curve(strip, scene)
    elif _noted(strip, "curve") != inverse.name or not _is_last(strip):
        _put_curve(strip, inverse, scene)


def _as_it_is(scene: bpy.types.Scene, strips: list[Any]) -> tuple[object, ...]:
    states = ((strip.name, strip.colorspace_settings.name, _is_last(strip)) for strip in strips)
    return (view_key(scene), *states)


def _is_ours_to_set(strip: Any) -> bool:
    space, noted = strip.colorspace_settings.name, _noted(strip, "space")
    return space == noted if noted is not None else space in SET_BEFORE


def _noted(strip: Any, name: str) -> Any:
    return strip[MARK_LAID].get(name) if MARK_LAID in strip else None


def _is_last(strip: Any) -> bool:
    return len(strip.modifiers) > 0 and strip.modifiers[-1].name == MODIFIER


def _put_curve(strip: Any, inverse: Inverse, scene: bpy.types.Scene) -> None:
    """Behind all other modifiers, and of floating point: the light that a view needs may be more than white."""
    before = strip.modifiers.get(MODIFIER)
    mute = before is not None and before.mute
    _remove_curve(strip, scene)
    modifier = add_strip_modifier(strip, MODIFIER, "CURVES", scene)
    modifier.mute = mute
    mapping = modifier.curve_mapping
    heights = [height for curve in inverse.curve for height in curve]
    mapping.clip_max_x = inverse.end
    mapping.clip_min_y, mapping.clip_max_y = min(0.0, *heights), max(1.0, *heights)
    mapping.extend = "EXTRAPOLATED"
    is_one = len(set(inverse.curve)) == 1
    for index, heights_of_one in enumerate(inverse.curve[:1] if is_one else inverse.curve):
        _draw(mapping.curves[_ALL_CHANNELS if is_one else index], heights_of_one, inverse.end)
    mapping.update()
    note(strip, curve=inverse.name, made_float=not strip.use_float)
    strip.use_float = True


def _draw(curve: Any, heights: Sequence[float], end: float) -> None:
    last = len(heights) - 1
    curve.points[0].location, curve.points[-1].location = (0.0, heights[0]), (end, heights[last])
    for index in range(1, last):
        curve.points.new(end * index / last, heights[index])


def _remove_curve(strip: Any, scene: bpy.types.Scene) -> None:
    modifier = strip.modifiers.get(MODIFIER)
    if modifier is not None:
        remove_strip_modifier(strip, modifier, scene)
    if _noted(strip, "curve"):
        if _noted(strip, "made_float"):
            strip.use_float = False
        note(strip, curve="", made_float=False)


@persistent
def _keep_up(*_: object) -> None:
    keep_up_with_views()


@persistent
def _forget(*_: object) -> None:
    _kept.clear()
    _moving.clear()
