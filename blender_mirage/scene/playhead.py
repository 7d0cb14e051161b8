"""Moves a scene's playhead for reading and puts it back: frame, subframe and the camera that markers switch."""

from __future__ import annotations

from types import TracebackType

import bpy

from ..core.errors import SceneNotReady


class Playhead:
    """A context manager. Holds names, no data-blocks, so that undo or a file load between two frames is survived."""

    def __init__(self, source: bpy.types.Context | bpy.types.Scene) -> None:
        """`source`: a context (its scene and view layer), or a scene (its first view layer)."""
        scene = source.scene if isinstance(source, bpy.types.Context) else source
        layer = source.view_layer if isinstance(source, bpy.types.Context) else scene.view_layers[0]
        self._scene_name = scene.name
        self._layer_name = layer.name
        self._frame = scene.frame_current
        self._subframe = scene.frame_subframe
        self._camera_name = scene.camera.name if scene.camera else ""

    @property
    def scene(self) -> bpy.types.Scene:
        """Raises SceneNotReady where it went away while being read."""
        scene = bpy.data.scenes.get(self._scene_name)
        if scene is None or self._layer_name not in scene.view_layers:
            raise SceneNotReady(
                f"The scene {self._scene_name!r} went away or was renamed while it was read.", "Start again."
            )
        return scene

    @property
    def view_layer(self) -> bpy.types.ViewLayer:
        return self.scene.view_layers[self._layer_name]

    def go(self, frame: int) -> bpy.types.Depsgraph:
        """Evaluates `frame` and returns the depsgraph, good until the next change to the file."""
        scene = self.scene
        scene.frame_set(frame)
        return scene.view_layers[self._layer_name].depsgraph

    def restore(self) -> None:
        """Puts the frame back, and the camera: `frame_set` switches it where cameras are bound to markers."""
        scene = bpy.data.scenes.get(self._scene_name)
        if scene is None:
            return
        scene.frame_set(self._frame, subframe=self._subframe)
        camera = bpy.data.objects.get(self._camera_name)
        if scene.camera != camera:
            scene.camera = camera

    def __enter__(self) -> Playhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.restore()
