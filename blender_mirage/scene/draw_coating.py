"""Draws a coating over the set in every 3D View, and says in the camera's view where it is in unseen space.

It is drawn, not made: nothing of it is in the .blend. What stands in front hides it, as far as a view knows depth.
"""

from __future__ import annotations

from collections.abc import Callable

import blf
import bpy
import gpu
from gpu_extras.batch import batch_for_shader
from mathutils import Matrix

from ..core.coating import NEVER, PARTLY, SEEN, TINTS, Coating, triangles_of, unseen_warning, view_from
from ..core.errors import SceneNotReady
from .live_camera import Rectangle, camera_of_view, frame_rectangle
from .redraws import redraw_views

_NEARER = 2e-3
"""How far, as a share of its distance, the coating is drawn in front of its surface: less than anyone sees, more than
the depth buffer's steps."""
_FONT = 0
_TEXT_SIZE = 14  # points
_TEXT_TINT = (1.0, 0.5, 0.36, 1.0)
_TEXT_GROUND = (0.06, 0.06, 0.07, 0.85)
_TEXT_HEIGHT = 0.06
"""Of the camera's frame, from its lower edge."""


class CoatingDrawing:
    """At most one coating, of one scene. Its batches are made where they are drawn first: elsewhere there may be no GPU
    to make them with."""

    def __init__(self, look: Callable[[], tuple[float, bool]]) -> None:
        """look: gives opacity (0..1) and whether what was seen is left out."""
        self._look = look
        self.translate: Callable[[str], str] = str
        """English text into the user's language."""
        self._coating: Coating | None = None
        self._scene = 0
        self._batches: dict[int, gpu.types.GPUBatch] = {}
        self._handlers: list[object] = []

    @property
    def coating(self) -> Coating | None:
        return self._coating

    def show(self, coating: Coating, scene_uid: int) -> None:
        """In the place of the one before. scene_uid: the `session_uid` of the scene that it is of."""
        self._coating, self._scene = coating, scene_uid
        self._batches.clear()
        if not self._handlers and not bpy.app.background:
            add = bpy.types.SpaceView3D.draw_handler_add
            self._handlers = [
                add(self._draw_tiles, (), "WINDOW", "POST_VIEW"),
                add(self._draw_warning, (), "WINDOW", "POST_PIXEL"),
            ]
        redraw_views()

    def clear(self) -> None:
        """Nothing is drawn any more."""
        if self._coating is None:
            return
        for handler in self._handlers:
            bpy.types.SpaceView3D.draw_handler_remove(handler, "WINDOW")
        self._handlers, self._coating = [], None
        self._batches.clear()
        redraw_views()

    def _draw_tiles(self) -> None:
        context, coating = bpy.context, self._coating
        if coating is None or not self._is_shown_in(context):
            return
        opacity, only_unseen = self._look()
        shader = gpu.shader.from_builtin("UNIFORM_COLOR")
        gpu.state.blend_set("ALPHA")
        gpu.state.depth_test_set("LESS_EQUAL")
        gpu.state.face_culling_set("BACK")
        with gpu.matrix.push_pop():
            _draw_nearer(context.region_data, coating.origin)
            for state in (PARTLY, NEVER) if only_unseen else (SEEN, PARTLY, NEVER):
                if len(coating.vertices[state]) == 0:
                    continue
                *rgb, strength = TINTS[state]
                shader.uniform_float("color", (*rgb, strength * opacity))
                self._batch(state, shader).draw(shader)
        gpu.state.face_culling_set("NONE")
        gpu.state.depth_test_set("NONE")
        gpu.state.blend_set("NONE")

    def _batch(self, state: int, shader: gpu.types.GPUShader) -> gpu.types.GPUBatch:
        if state not in self._batches:
            assert self._coating is not None
            corners = self._coating.vertices[state]
            triangles = triangles_of(len(corners))
            self._batches[state] = batch_for_shader(shader, "TRIS", {"pos": corners}, indices=triangles)
        return self._batches[state]

    def _draw_warning(self) -> None:
        context = bpy.context
        if self._coating is None or not self._is_shown_in(context):
            return
        text = unseen_warning(self._coating.info)
        looked_through = context.region_data.view_perspective == "CAMERA"
        if not text or not looked_through or camera_of_view(context.space_data, context.scene) != context.scene.camera:
            return  # the coverage was judged for the scene's camera
        _draw_text(self.translate(text), _frame(context), context.preferences.system.ui_scale)

    def _is_shown_in(self, context: bpy.types.Context) -> bool:
        space = context.space_data
        return context.scene.session_uid == self._scene and space is not None and space.overlay.show_overlays


def _draw_text(text: str, frame: Rectangle, scale: float) -> None:
    """In the middle of the frame's lower edge, on a dark ground: whatever is behind it, it can be read."""
    blf.size(_FONT, _TEXT_SIZE * scale)
    width, height = blf.dimensions(_FONT, text)
    left = (frame.left + frame.right - width) / 2
    bottom = frame.bottom + _TEXT_HEIGHT * (frame.top - frame.bottom)
    pad = 0.6 * _TEXT_SIZE * scale
    box = ((x, y) for y in (bottom - pad, bottom + height + pad) for x in (left - pad, left + width + pad))
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    shader.uniform_float("color", _TEXT_GROUND)
    batch_for_shader(shader, "TRI_STRIP", {"pos": [(*corner, 0.0) for corner in box]}).draw(shader)
    blf.color(_FONT, *_TEXT_TINT)
    blf.position(_FONT, left, bottom, 0)
    blf.draw(_FONT, text)
    gpu.state.blend_set("NONE")


def _frame(context: bpy.types.Context) -> Rectangle:
    """Where the camera's frame lies in the region; all of it where that cannot be said."""
    region, camera = context.region, camera_of_view(context.space_data, context.scene)
    size = region.width, region.height
    try:
        lens = camera.evaluated_get(context.view_layer.depsgraph).data
        return frame_rectangle(lens, context.scene, context.region_data.window_matrix, size)
    except SceneNotReady:
        return Rectangle(0, 0, *size)


def _draw_nearer(view: bpy.types.RegionView3D, origin: tuple[float, float, float]) -> None:
    """Shrinks everything towards the eye, which moves nothing in a perspective view; in others, moves it. What is drawn
    is told from `origin`."""
    model_view = Matrix(view_from(gpu.matrix.get_model_view_matrix(), origin).tolist())
    if view.is_perspective:
        nearer = Matrix.Diagonal((1 - _NEARER, 1 - _NEARER, 1 - _NEARER, 1))
    else:
        nearer = Matrix.Translation((0, 0, _NEARER * view.view_distance))
    gpu.matrix.load_matrix(nearer @ model_view)
