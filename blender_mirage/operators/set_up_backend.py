"""Set Up Backend: makes the environment that the backend runs in, outside Blender, or renews it."""

import sys
import uuid

import bpy
from bpy.props import BoolProperty

from ..core.addon_version import BACKEND_FOLDER
from ..core.backend_setup import BackendSetup, SetUpOrder, wheel_in
from ..core.errors import SceneNotReady
from ..event_pump import pump
from ..preferences import backend_is_here, current, settings_here
from ..scene.scene_keys import scene_key
from .report import allowed, busy, reports_errors


class MIRAGE_OT_set_up_backend(bpy.types.Operator):
    bl_idname = "mirage.set_up_backend"
    bl_label = "Set Up Backend"
    bl_description = (
        "Make a Python environment for the backend, outside Blender, or bring it to the add-on's version. pip "
        "downloads about 0.3 GB, with an NVIDIA GPU 2.9 GB. Nothing else on this machine is changed"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    allow_online: BoolProperty(
        name="Allow Online Access", description="Blender may go online from now on", options={"SKIP_SAVE"}
    )

    @reports_errors
    def execute(self, context):
        _go_online(context, self.allow_online)
        chosen = current(context)
        order = SetUpOrder(
            order_id=uuid.uuid4().hex,
            scene=scene_key(context.scene),
            settings=settings_here(context),
            wheel=wheel_in(BACKEND_FOLDER),
            own_python=sys.executable,
            build=chosen.torch_build,
            started=tuple(pump.started_backends),
        )
        pump.watch(BackendSetup(order, pump.updates))
        return {"FINISHED"}


class MIRAGE_OT_cancel_setup(bpy.types.Operator):
    bl_idname = "mirage.cancel_setup"
    bl_label = "Cancel Set-up"
    bl_description = "Stop setting the backend up; what was half made is removed, and what pip downloaded whole is kept"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        state = context.window_manager.mirage
        if state.setup_cancelling:
            return allowed(cls, "It is being cancelled: what was half made is removed")
        return allowed(cls, "" if state.setup_state == "RUNNING" else "The backend is not being set up")

    def execute(self, context):
        pump.cancel_setup()
        return {"FINISHED"}


def _go_online(context: bpy.types.Context, allowed_now: bool) -> None:
    """The button says so where it does that. Raises SceneNotReady where Blender stays offline."""
    if bpy.app.online_access:
        return
    if bpy.app.online_access_override:
        raise SceneNotReady("Blender was started in offline mode.", "Start it without --offline-mode.")
    if not allowed_now:
        raise SceneNotReady(
            "pip has to download packages, and Blender may not go online.",
            "Enable Allow Online Access in Preferences > System first.",
        )
    context.preferences.system.use_online_access = True
    context.preferences.is_dirty = True  # so that it is saved with the others


def _why_not(context: bpy.types.Context) -> str:
    state = context.window_manager.mirage
    if state.setup_state == "RUNNING":
        return "The backend is being set up"
    if not backend_is_here(context):
        return "The preferences name a backend on another machine: it is set up there"
    return "Something is still running: wait for it or cancel it first" if busy(context) else ""
