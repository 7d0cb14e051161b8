"""A set read by a second Blender, and by this one. Import only where bpy is there."""

from __future__ import annotations

import time

import bpy

from blender_mirage.core.set_read import SetRead
from blender_mirage.core.take_job import Progress
from blender_mirage.operators.apart_reading import ApartReading
from blender_mirage.operators.preparation import Preparation


def read_here(asked: Preparation) -> SetRead:
    list(asked.steps())
    return asked.read


def read_apart(asked: Preparation) -> tuple[SetRead, list[Progress], ApartReading]:
    """What a second Blender reads, what it tells meanwhile, and what to `close` after: files are loaded late."""
    reading = ApartReading(bpy.context, asked, asked.order())
    told = []
    for progress in reading.steps():
        if progress is not None:
            told.append(progress)
        else:
            time.sleep(0.02)
    return asked.read, told, reading
