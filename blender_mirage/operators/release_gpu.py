"""Release GPU: the backend gives its memory back, so that Cycles can have it."""

import bpy

from ..scene.live_look import live_look
from .report import allowed, busy, reports_errors
from .world_asking import ask_world


def _release(client):
    client.release()
    return ()


class MIRAGE_OT_release_gpu(bpy.types.Operator):
    bl_idname = "mirage.release_gpu"
    bl_label = "Release GPU"
    bl_description = "Free the backend's GPU memory. The next take loads the model again"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        if context.window_manager.mirage.backend_state != "READY":
            return allowed(cls, "No backend is connected, so none holds GPU memory")
        if busy(context):
            return allowed(cls, "Something is still running: cancel it first")
        return True

    @reports_errors
    def execute(self, context):
        live_look.stop()  # its next frame would take the memory again
        ask_world(context, _release)
        return {"FINISHED"}
