"""Reads a set for the Blender that a user works in, and leaves what it read as files. See `operators.apart_reading`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.errors import MirageError, SceneNotReady
from ..core.read_files import write_error, write_read
from ..core.reading_process import progress_line
from ..core.set_read import ReadErrand, SetRead
from ..core.take_job import Progress
from ..wire.codec import from_json
from .open_file import open_file


def read(arguments: argparse.Namespace) -> int:
    """What is read, or why it could not be, goes into the folder of the errand."""
    folder = arguments.errand.parent
    try:
        write_read(folder, _read(from_json(ReadErrand, arguments.errand.read_bytes())))
    except MirageError as error:
        write_error(folder, error)
        return 1
    return 0


def _read(errand: ReadErrand) -> SetRead:
    import bpy

    from ..operators.set_readings import reading_of
    from ..scene.show_updates import add_warning

    reading = reading_of(_scene(errand), errand.order)
    for progress in reading.steps():
        _tell(progress)
    _tell(Progress("Set", "packing"))
    if bpy.app.autoexec_fail:
        add_warning(
            f"Scripts of this file are switched off, and what they move stands still: {bpy.app.autoexec_fail_message}."
        )
    notes = tuple(warning.name for warning in bpy.context.window_manager.mirage.warnings)
    result = reading.result()
    jobs = tuple(replace(job, shot=job.shot.elsewhere()) for job in result.jobs)
    return replace(result, jobs=jobs, notes=(*result.notes, *notes))


def _scene(errand: ReadErrand) -> Any:
    """The scene of the order in the file of the errand, with the view layer that the user works in."""
    import bpy

    from ..scene.copied_file import is_copy_of
    from ..scene.engine_rates import set_rates
    from ..scene.scene_keys import find_scene
    from ..scene.visibility import obey_single_layer

    open_file(Path(errand.file), scripts=errand.scripts)
    is_copy_of(errand.original)
    set_rates(errand.order.rates)
    scene = find_scene(replace(errand.order.scene, session=0))
    if scene is None:
        raise SceneNotReady(f"The scene {errand.order.scene.name!r} is not in the copy of the file.", "Try again.")
    window = bpy.context.window_manager.windows[0]
    window.scene = scene
    window.view_layer = scene.view_layers.get(errand.view_layer) or scene.view_layers[0]
    obey_single_layer(scene, window.view_layer)
    return scene


def _tell(progress: Progress) -> None:
    print(progress_line(progress), flush=True)
