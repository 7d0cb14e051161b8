"""Leaves edit mode and the like in a file that was saved in it. What was edited lies in the file; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def leave_modes() -> list[str]:
    """Names of the objects that were in another mode than object mode, and are in it now.

    Modes that change no surface (poses, and drawings or points in a collection that is switched off) may stay.
    """
    left: list[str] = []
    for thing in [thing for thing in bpy.data.objects if thing.mode != "OBJECT"]:
        for scene, layer in _places(thing):
            if thing.mode != "OBJECT":
                _leave(thing, scene, layer)
        if thing.mode == "OBJECT":
            left.append(thing.name)
    return left


def _places(thing: bpy.types.Object) -> Iterator[tuple[bpy.types.Scene, bpy.types.ViewLayer]]:
    """The view layers that it is in, those of the scene that is open first."""
    for scene in sorted(bpy.data.scenes, key=lambda scene: scene != bpy.context.scene):
        for layer in scene.view_layers:
            if layer.objects.get(thing.name) == thing:
                yield scene, layer


def _leave(thing: bpy.types.Object, scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> None:
    active = layer.objects.active
    layer.objects.active = thing
    with bpy.context.temp_override(scene=scene, view_layer=layer, active_object=thing, object=thing):
        if bpy.ops.object.mode_set.poll():  # not of what is hidden
            bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = active
