"""What of a set is seen: by the render, or by the viewport."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

RENDER, VIEWPORT = "RENDER", "VIEWPORT"


def evaluation_mode(scene: bpy.types.Scene) -> str:
    """What the scene's settings are read for: RENDER or VIEWPORT. (There are no settings without the add-on.)"""
    settings = getattr(scene, "mirage", None)
    return RENDER if settings is None else str(settings.use_settings)


def is_seen(instance: bpy.types.DepsgraphObjectInstance) -> bool:
    """Of what a depsgraph holds, which has left out what is hidden in its mode: whether the object itself is seen
    there, and by the camera. (Lamps are not seen by the camera as a rule.)"""
    thing = instance.object
    if not instance.show_self or _stands_for_instances(instance):
        return False
    if thing.type == "LIGHT":
        return True
    return bool(thing.visible_camera) and (not instance.is_instance or bool(instance.parent.visible_camera))


def closed_eyes(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> set[int]:
    """session_uid of the objects of which the viewport shows nothing because the eye of their collection is closed: its
    depsgraph holds them all the same."""
    shown: set[int] = set()
    hidden: set[int] = set()
    open_layers = [(one.layer_collection, False) for one in (view_layer, *background_layers(scene))]
    while open_layers:
        layer, closed = open_layers.pop()
        if not layer.exclude:
            closed = closed or layer.hide_viewport
            (hidden if closed else shown).update(thing.session_uid for thing in layer.collection.objects)
            open_layers.extend((child, closed) for child in layer.children)
    return hidden - shown


def is_closed(instance: bpy.types.DepsgraphObjectInstance, closed: set[int]) -> bool:
    """closed: of `closed_eyes`."""
    owner = instance.parent if instance.is_instance else instance.object
    return owner.original.session_uid in closed


def also_renders(instance: bpy.types.DepsgraphObjectInstance, rendering: set[int]) -> bool:
    """Of what the viewport's depsgraph holds: whether a render has it too. rendering: of `rendering_objects`.

    What scatters or places an object renders it also where the object is disabled for render itself: the usual way to
    hide a source. Only a collection that is placed leaves out what is disabled in it.
    """
    thing = instance.object
    if not instance.is_instance:
        shown = thing.show_instancer_for_render or not thing.is_instancer
        return bool(shown) and not thing.hide_render and thing.original.session_uid in rendering
    instancer = instance.parent
    if instancer.hide_render or instancer.original.session_uid not in rendering:
        return False
    if instancer.original == thing.original or instancer.original.instance_type != "COLLECTION":
        return True
    inside = thing.original.users_collection
    return not thing.hide_render and (not inside or any(not group.hide_render for group in inside))


def rendering_objects(scene: bpy.types.Scene) -> set[int]:
    """session_uid of the objects that stand in a view layer that renders, in a collection that is enabled for render;
    those of the background scenes too."""
    found: set[int] = set()
    for layer in [layer for layer in scene.view_layers if layer.use] + list(background_layers(scene)):
        found |= _enabled(layer)
    return found


def layers_to_read(scene: bpy.types.Scene) -> list[bpy.types.ViewLayer]:
    """The view layers that render, without those that show nothing beside what others show."""
    layers = sorted((layer for layer in scene.view_layers if layer.use), key=lambda layer: -len(_enabled(layer)))
    needed: list[bpy.types.ViewLayer] = []
    seen: set[int] = set()
    for layer in layers:
        if not needed or not _enabled(layer) <= seen:
            needed.append(layer)
            seen |= _enabled(layer)
    return needed


def obey_single_layer(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> None:
    """Where *Render Single Layer* is on, lets only `view_layer` render, as in the window whose active one it is: a
    Blender without a window ignores the setting."""
    if scene.render.use_single_layer:
        for layer in scene.view_layers:
            layer.use = layer == view_layer


def standing_in(view_layer: bpy.types.ViewLayer) -> set[bpy.types.Object]:
    """All objects of the view layer, shown or not. (Its own list of them is stale until it is evaluated.)"""
    found: set[bpy.types.Object] = set()
    open_layers = [view_layer.layer_collection]
    while open_layers:
        layer = open_layers.pop()
        if not layer.exclude:
            found.update(layer.collection.objects)
            open_layers.extend(layer.children)
    return found


def background_layers(scene: bpy.types.Scene) -> Iterator[bpy.types.ViewLayer]:
    """Of each background scene behind the scene the view layer that Blender takes: the first that renders."""
    known = {scene.session_uid}
    while (behind := scene.background_set) is not None and behind.session_uid not in known:
        known.add(behind.session_uid)
        yield next((layer for layer in behind.view_layers if layer.use), behind.view_layers[0])
        scene = behind


def _enabled(view_layer: bpy.types.ViewLayer) -> set[int]:
    """session_uid of the objects in collections that this view layer renders, to be seen by the camera."""
    found: set[int] = set()
    open_layers = [view_layer.layer_collection]
    while open_layers:
        layer = open_layers.pop()
        if layer.exclude or layer.collection.hide_render:
            continue
        if not (layer.holdout or layer.indirect_only):
            found.update(thing.session_uid for thing in layer.collection.objects)
        open_layers.extend(layer.children)
    return found


def _stands_for_instances(instance: bpy.types.DepsgraphObjectInstance) -> bool:
    """Whether it only says what its parent places on its vertices or faces: the original itself is left out."""
    parent = instance.object.original.parent
    if parent is None or parent.instance_type not in ("VERTS", "FACES"):
        return False
    return not instance.is_instance or instance.parent.original != parent
