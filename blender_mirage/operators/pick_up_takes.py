"""Fetch Takes: brings home what the backend went on with while this .blend was not open."""

import uuid
from dataclasses import replace

import bpy

from ..core.errors import MirageError
from ..core.pending_takes import PendingFile, hold_pending
from ..core.pick_up_watcher import PickUpWatcher
from ..core.scene_key import SceneKey
from ..core.take_job import Order
from ..event_pump import pump
from ..preferences import backend_settings
from ..scene.output import output_folder
from ..scene.scene_keys import find_scene
from ..scene.show_updates import add_warning
from .report import allowed, busy


class MIRAGE_OT_pick_up_takes(bpy.types.Operator):
    bl_idname = "mirage.pick_up_takes"
    bl_label = "Fetch Takes"
    bl_description = "Fetch takes that the backend finished while this file was closed"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        if busy(context):
            return allowed(cls, "Something is still running: wait for it or cancel it first")
        return True

    def execute(self, context):
        pending = _of_this_file()
        try:
            settings = replace(backend_settings(context), start=False)
        except MirageError as error:
            _leave(pending, f"Takes that were asked for are not here yet. {error}")
            return {"FINISHED"}
        others = [file for file in pending if file.take.backend != settings.key]
        asked = ", ".join(sorted({file.take.backend for file in others}))
        _leave(others, f"Takes wait on the backend {asked}: enter that address in the preferences to fetch them.")
        ours = [file for file in pending if file not in others]
        if ours:
            order = Order(uuid.uuid4().hex, ours[0].take.scene, settings, ours[0].base, ())
            pump.watch(PickUpWatcher(order, ours, pump.updates))
        return {"FINISHED"}


def _of_this_file() -> list[PendingFile]:
    """Held from now on. Those of other files in the same folders are left to them."""
    bases = dict.fromkeys(output_folder(scene)[0] for scene in bpy.data.scenes)
    ours = []
    for file in (file for base in bases for file in hold_pending(base)):
        if _belongs_here(file.take.scene):
            ours.append(file)
        else:
            file.leave()
    return ours


def _belongs_here(key: SceneKey) -> bool:
    """Also what a file asked for that was never saved: no other file will ever fetch it."""
    return find_scene(key) is not None or not (key.blend or bpy.data.filepath)


def _leave(files: list[PendingFile], why: str) -> None:
    for file in files:
        file.leave()
    if files:
        add_warning(why)
