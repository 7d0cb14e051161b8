"""Render Look: the current frame, rendered with the user's own engine, becomes the look."""

import bpy

from ..core.errors import SceneNotReady
from ..core.look_render import LookOrder, LookRender, cannot_draw_apart
from ..core.take_job import LookRendered
from ..event_pump import pump
from ..scene.ids import ensure_ids, object_id
from ..scene.output import output_folder
from ..scene.read_camera import check_camera, fit_resolution
from ..scene.render_look import render_look
from ..scene.scene_keys import scene_key
from ..scene.show_updates import add_warning, use_look
from .ordering import wait
from .report import allowed, report, reports_errors
from .second_blender import RUN_IN, headless_command, new_folder, save_copy

LOOKS_FOLDER = "looks"
_APART = ("CYCLES", "EEVEE")


class MIRAGE_OT_render_look(bpy.types.Operator):
    bl_idname = "mirage.render_look"
    bl_label = "Render Look"
    bl_description = (
        "Render the current frame through the scene's camera and use it as the look. Cycles and EEVEE render "
        "in a second Blender while you keep working"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if context.scene.camera is None:
            return allowed(cls, "The scene has no camera: add one first")
        return True

    @reports_errors
    def execute(self, context):
        _, note = output_folder(context.scene)
        if note:
            add_warning(note)
            report(self, "WARNING", note)
        if pump.busy:
            wait(self, context, self.bl_label, _begin)
        elif not _begin(context):
            report(self, "INFO", f"Look rendered: {context.scene.mirage.look_path}")
        return {"FINISHED"}


def _begin(context):
    """Renders here, or starts what renders apart; whether it does that. Raises MirageError."""
    scene, settings = context.scene, context.scene.mirage
    if scene.camera is None:
        raise SceneNotReady(f"The scene {scene.name!r} has no camera.", "Add a camera and make it the scene's camera.")
    camera = check_camera(scene.camera)
    ensure_ids([camera])
    base, _ = output_folder(scene)
    look = LookRendered(_next_path(base), scene.frame_current, camera.name, object_id(camera))
    apart = settings.look_engine in _APART and settings.look_engine not in cannot_draw_apart
    if apart and not bpy.app.background:
        pump.watch(render_apart(context, look))
        return True
    height, width = fit_resolution(scene, settings.width)
    render_look(scene, look.path, settings.look_engine, settings.look_samples, width, height)
    use_look(scene, look)
    return False


def render_apart(context, look):
    """Writes a copy of the file as it is now, and returns what renders it in a Blender of its own."""
    key = scene_key(context.scene)
    copy = new_folder()
    blend = save_copy(copy)
    settings = context.scene.mirage
    command = [*headless_command(), "look", str(blend), str(look.path), "--frame", str(look.frame), "--progress"]
    command += ["--scene", key.name, "--width", str(settings.width), "--samples", str(settings.look_samples)]
    command += ["--engine", settings.look_engine]
    order = LookOrder(command, RUN_IN, copy, look, settings.look_engine)
    return LookRender(key, order, pump.updates)


def _next_path(base):
    """The first free name: an older look may be what another take was made with."""
    folder = base / LOOKS_FOLDER
    number = 1
    while (path := folder / f"look_v{number:03d}.png").exists():
        number += 1
    return path
