"""Compare: the chosen take against the one that is shown, with a wipe or side by side."""

import bpy
from bpy.props import EnumProperty

from ..core.take_files import frames_on_disk
from ..scene.compare_takes import SIDE_BY_SIDE, WIPE, compare, set_split, stop_comparing
from ..scene.show_take import strip_of
from .report import allowed, reports_errors
from .take_choice import chosen_take, shot_name, shot_of, shown_version


class MIRAGE_OT_compare_takes(bpy.types.Operator):
    bl_idname = "mirage.compare_takes"
    bl_label = "Compare Takes"
    bl_description = "Compare the selected take with the one on the timeline. Your own strips are not changed"
    bl_options = {"REGISTER", "UNDO"}

    mode: EnumProperty(
        name="How",
        items=(
            (WIPE, "Wipe", "The visible take on the left of a line, the selected one on the right"),
            (SIDE_BY_SIDE, "Side by Side", "Both takes at half size"),
        ),
    )

    @classmethod
    def poll(cls, context):
        return allowed(cls, _why_not(context))

    @reports_errors
    def execute(self, context):
        scene, take = context.scene, chosen_take(context)
        strip = strip_of(scene, shot_name(context))
        columns = int(take.facts.get("width", 0)) or scene.render.resolution_x
        _, pictures = shot_of(scene, shot_name(context), take).laid_out(frames_on_disk(take.folder))
        compare(scene, strip, pictures, columns, self.mode)
        set_split(scene, context.window_manager.mirage.compare_split)
        return {"FINISHED"}


class MIRAGE_OT_stop_comparing(bpy.types.Operator):
    bl_idname = "mirage.stop_comparing"
    bl_label = "Stop Comparing"
    bl_description = "Remove the comparison strips from the timeline"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        stop_comparing(context.scene)
        return {"FINISHED"}


def _why_not(context):
    take = chosen_take(context)
    if take is None:
        return "Select a take in the list first"
    shown = shown_version(context)
    if not shown:
        return "No take of this shot is on the timeline yet: show one first"
    return "This take is the visible one: select another to compare with it" if shown == take.version else ""
