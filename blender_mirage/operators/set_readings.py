"""What is read for each kind of order. Both Blenders use it: the one that reads by itself, and the one that is told."""

from __future__ import annotations

import bpy

from ..core.set_read import ReadOrder
from .picture_preparation import PictureReading
from .preflight_reading import CheckReading
from .preparation import SetReading
from .shot_reading import ShotReading
from .take_reading import TakeReading


def reading_of(scene: bpy.types.Scene, order: ReadOrder) -> SetReading:
    """What reads `scene` as the order says. Raises SceneNotReady, LookNotReadable."""
    if order.kind == "TAKE":
        return TakeReading(scene, order.shots)
    if order.kind == "SURVEY":
        return ShotReading(scene, order.shots)
    if order.kind == "CHECK":
        return CheckReading(scene, order.shots, order.with_set)
    if order.kind == "PICTURE":
        return PictureReading(scene)
    raise ValueError(f"expected TAKE, SURVEY, CHECK or PICTURE, got {order.kind!r}")
