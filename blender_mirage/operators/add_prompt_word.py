"""A word of the engine's vocabulary, put at the end of the prompt."""

import bpy
from bpy.props import StringProperty


class MIRAGE_OT_add_prompt_word(bpy.types.Operator):
    bl_idname = "mirage.add_prompt_word"
    bl_label = "Add Word"
    bl_description = "Add this word to the end of the prompt"
    bl_options = {"REGISTER", "UNDO"}

    word: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context):
        settings = context.scene.mirage
        said = settings.prompt.strip().rstrip(",")
        settings.prompt = f"{said}, {self.word}" if said else self.word
        return {"FINISHED"}
