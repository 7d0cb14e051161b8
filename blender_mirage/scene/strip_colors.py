"""The greys of a take's files, on a timeline whose scene has view settings of its own.

A take is a finished picture, but the timeline sends strips through the scene's view transform once more, which greys
them. Told that the picture went through it, Blender undoes it first.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import bpy

_DISPLAYED = {"AgX": "AgX Base sRGB", "Filmic": "Filmic sRGB", "Khronos PBR Neutral": "Khronos PBR Neutral sRGB"}
"""View transform -> the colour space of a picture that went through it already."""


def show_as_it_is(strip: Any, scene: bpy.types.Scene) -> None:
    """On the timeline of that scene."""
    space = _DISPLAYED.get(scene.view_settings.view_transform, "sRGB")
    with suppress(TypeError):  # this Blender's (or studio's) colour configuration has no such space
        strip.colorspace_settings.name = space
