"""Whether a render's camera sees an object at all, whatever it is made of."""

from __future__ import annotations

import bpy


def unseen_because(instance: bpy.types.DepsgraphObjectInstance, view_layer: bpy.types.ViewLayer) -> str | None:
    """None where the camera sees it, of what `visibility.is_seen` has left. Else `hole` (a holdout), `catcher` (only
    its shadows show), or `indirect` (only its light does). view_layer: that is read.

    An instance is as its instancer is, as in Cycles.
    """
    thing = instance.object
    placed_by = instance.parent.original if instance.is_instance else thing.original
    if placed_by.holdout_get(view_layer=view_layer) or thing.is_holdout:
        return "hole"
    if thing.is_shadow_catcher or placed_by.is_shadow_catcher:
        return "catcher"
    if placed_by.indirect_only_get(view_layer=view_layer):
        return "indirect"
    return None
