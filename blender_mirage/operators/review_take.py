"""Star and note of a take: kept beside its frames, for everybody who opens the folder."""

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.take_list import Review, review_take
from ..scene.show_shots import forget_shots
from .report import allowed, reports_errors
from .take_choice import chosen_take, why_no_take


class MIRAGE_OT_review_take(bpy.types.Operator):
    bl_idname = "mirage.review_take"
    bl_label = "Review Take"
    bl_description = "Star this take and add a note. Both are saved beside its frames"
    bl_options = {"REGISTER"}

    star: BoolProperty(name="Star", description="A take worth keeping")
    note: StringProperty(name="Note", description="Your note on this take")

    @classmethod
    def poll(cls, context):
        return allowed(cls, "" if chosen_take(context) else why_no_take(context) or "Select a take first")

    def invoke(self, context, event):
        take = chosen_take(context)
        self.star, self.note = take.review.star, take.review.note
        return context.window_manager.invoke_props_dialog(self)

    @reports_errors
    def execute(self, context):
        review_take(chosen_take(context).folder, Review(self.star, self.note.strip()))
        forget_shots()
        return {"FINISHED"}
