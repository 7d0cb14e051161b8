"""Moves a scene's playhead for reading and puts it back: frame, subframe and the camera that markers switch."""

from __future__ import annotations

import math
from types import TracebackType

import bpy

from ..core.errors import SceneNotReady
from .find import by_session


class Playhead:
    """A context manager. Holds no data-blocks, so that undo, renames or a file load between two frames are survived."""

    def __init__(self, source: bpy.types.Context | bpy.types.Scene) -> None:
        """`source`: a context (its scene and view layer), or a scene (its first view layer)."""
        scene = source.scene if isinstance(source, bpy.types.Context) else source
        layer = source.view_layer if isinstance(source, bpy.types.Context) else scene.view_layers[0]
        self._scene, self._scene_name = scene.session_uid, scene.name
        self._layer_name = layer.name
        self._frame = scene.frame_current
        self._subframe = scene.frame_subframe
        self._camera = scene.camera.session_uid if scene.camera else 0

    @property
    def scene(self) -> bpy.types.Scene:
        """Raises SceneNotReady where it went away while being read."""
        scene = by_session(bpy.data.scenes, self._scene)
        if scene is None:
            raise SceneNotReady(f"The scene {self._scene_name!r} was deleted while it was being read.", "Try again.")
        return scene

    @property
    def view_layer(self) -> bpy.types.ViewLayer:
        """The one that reading began with; the first where it was removed or renamed meanwhile."""
        layers = self.scene.view_layers
        return layers.get(self._layer_name) or layers[0]

    def go(self, frame: float) -> bpy.types.Depsgraph:
        """Evaluates `frame`, also one with a fraction, and returns the depsgraph, good until the next change to the
        file."""
        scene, whole = self.scene, math.floor(frame)
        scene.frame_set(whole, subframe=frame - whole)
        return self.view_layer.depsgraph

    def restore(self) -> None:
        """Puts the frame back, and the camera: `frame_set` switches it where cameras are bound to markers."""
        scene = by_session(bpy.data.scenes, self._scene)
        if scene is None:
            return
        scene.frame_set(self._frame, subframe=self._subframe)
        camera = by_session(bpy.data.objects, self._camera) if self._camera else None
        if scene.camera != camera and (camera is not None or not self._camera):  # not where it was deleted meanwhile
            scene.camera = camera

    def __enter__(self) -> Playhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.restore()
