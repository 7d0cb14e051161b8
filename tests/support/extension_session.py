"""Run inside a Blender (or by a Python that has bpy): installs an extension, or takes it as installed, and switches it
off and on. Prints a line a step; what else it prints is the add-on's or Blender's own, and should be nothing.

    python -P extension_session.py [ZIP]
"""

import sys

import bpy

# Below bpy, which brings it where it is a module itself.
import addon_utils  # isort: skip

MODULE = "bl_ext.user_default.blender_mirage"


def main(zips: list[str]) -> None:
    for path in zips:  # more than one: an update of the one before
        assert bpy.ops.extensions.package_install_files(filepath=path, repo="user_default") == {"FINISHED"}
        enabled("installed")
    for _ in range(2):
        assert bpy.ops.preferences.addon_disable(module=MODULE) == {"FINISHED"}
        assert addon_utils.check(MODULE) == (False, False)
        assert not hasattr(bpy.types.Scene, "mirage") and not dir(bpy.ops.mirage), dir(bpy.ops.mirage)
        print("disabled", flush=True)
        assert bpy.ops.preferences.addon_enable(module=MODULE) == {"FINISHED"}
        enabled("enabled")
    print("Blender", bpy.app.version_string, flush=True)


def enabled(step: str) -> None:
    """Raises where any part of it is not there."""
    assert addon_utils.check(MODULE) == (True, True)
    assert bpy.context.scene.mirage.width > 0 and "generate_take" in dir(bpy.ops.mirage)
    chosen = bpy.context.preferences.addons[MODULE].preferences
    assert chosen.place == "HERE" and chosen.torch_build == "AUTO" and chosen.start_backend
    assert bpy.ops.mirage.start_backend.poll() and not bpy.ops.mirage.cancel_setup.poll()
    assert bpy.ops.mirage.set_up_backend.poll(), "the first press asks for Blender's leave to go online"
    print(step, flush=True)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
