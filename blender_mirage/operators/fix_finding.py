"""What mends the findings of the check: a camera, a scale, a look at the frame."""

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from ..core.errors import SceneNotReady
from ..scene.show_findings import drop_findings
from .report import reports_errors


class MIRAGE_OT_add_camera(bpy.types.Operator):
    bl_idname = "mirage.add_camera"
    bl_label = "Add Camera"
    bl_description = "Make the selected camera the scene's camera, or add one at the current view"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        scene, active = context.scene, context.active_object
        camera = active if active is not None and active.type == "CAMERA" else None
        camera = camera or next((thing for thing in scene.objects if thing.type == "CAMERA"), None)
        if camera is None:
            camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
            scene.collection.objects.link(camera)
            view = context.space_data
            if view is not None and view.type == "VIEW_3D":
                camera.matrix_world = view.region_3d.view_matrix.inverted()
        scene.camera = camera
        drop_findings(context.window_manager.mirage, "NO_CAMERA")
        return {"FINISHED"}


class MIRAGE_OT_fix_scale(bpy.types.Operator):
    bl_idname = "mirage.fix_scale"
    bl_label = "Set Unit Scale"
    bl_description = "Set the scene's unit scale so that the set has a plausible size in meters. No object is changed"
    bl_options = {"REGISTER", "UNDO"}

    value: FloatProperty(name="Unit Scale", min=1e-9, default=1.0)
    scene: StringProperty(name="Scene", description="The scene to change (empty: the current one)")

    @reports_errors
    def execute(self, context):
        scene = bpy.data.scenes.get(self.scene) if self.scene else context.scene
        if scene is None:
            raise SceneNotReady(f"There is no scene {self.scene!r}.", "It was renamed or removed: check again.")
        if scene.library is not None:
            raise SceneNotReady(f"The scene {scene.name!r} is linked from a library.", "Set its unit scale there.")
        scene.unit_settings.scale_length = self.value
        drop_findings(context.window_manager.mirage, "SCALE", self.scene)
        return {"FINISHED"}


class MIRAGE_OT_go_to_frame(bpy.types.Operator):
    bl_idname = "mirage.go_to_frame"
    bl_label = "Go There"
    bl_description = "Move the playhead to the frame where the problem shows"
    bl_options = {"REGISTER", "UNDO"}

    frame: IntProperty(name="Frame")

    def execute(self, context):
        context.scene.frame_set(self.frame)
        return {"FINISHED"}
