"""Coverage: what the world has seen of the chosen shots, before anything is generated."""

import bpy

from .ordering import carry_out
from .report import allowed, reports_errors
from .survey_preparation import SurveyPreparation
from .world_asking import why_not_survey


class MIRAGE_OT_survey_coverage(bpy.types.Operator):
    bl_idname = "mirage.survey_coverage"
    bl_label = "Coverage of This Shot"
    bl_description = (
        "Find out how much of the shots the world already knows, where they enter new areas, and which "
        "frames of their takes are out of date. Nothing is generated; the result is shown over the camera's "
        "view"
    )
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return allowed(cls, why_not_survey(context))

    @reports_errors
    def execute(self, context):
        return carry_out(self, context, "Coverage of This Shot", SurveyPreparation)
