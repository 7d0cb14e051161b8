"""Blender Mirage: the add-on. It owns cameras, geometry and time; a backend process owns looks and memory.

The inference backend imports `blender_mirage.wire` on machines without Blender, so nothing here may import `bpy`
before Blender calls `register()`.
"""


def register() -> None:
    from . import registration

    registration.register()


def unregister() -> None:
    from . import registration

    registration.unregister()
