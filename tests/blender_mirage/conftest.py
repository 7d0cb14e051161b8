"""Every test with Blender starts from an empty file; the add-on's stored ids are registered."""

from __future__ import annotations

import pytest


@pytest.fixture
def empty_file():
    """An empty .blend with one scene, the property `Object.mirage_id` registered."""
    bpy = pytest.importorskip("bpy")
    from blender_mirage.scene import ids

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    ids.register()
    yield bpy.context.scene
    ids.unregister()
