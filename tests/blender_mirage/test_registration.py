"""What Blender learns of the add-on, and that it unlearns all of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import register, registration, unregister  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture(autouse=True)
def fresh_file():
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def known() -> tuple[object, ...]:
    """Everything that registration touches."""
    lists = ("load_pre", "load_post", "save_pre", "undo_post", "redo_post", "render_init")
    handlers = [len(getattr(bpy.app.handlers, name)) for name in lists]
    owners = (bpy.types.Scene, bpy.types.WindowManager, bpy.types.Object)
    properties = [sorted(name for name in dir(owner) if name.startswith("mirage")) for owner in owners]
    classes = sorted(cls.__name__ for cls in registration.CLASSES if cls.is_registered)
    return handlers, properties, classes, sorted(name for name in dir(bpy.ops.mirage))


def test_registered_and_gone_again_twice():
    before = known()
    for _ in range(2):
        register()
        assert [cls.__name__ for cls in registration.CLASSES if not cls.is_registered] == []
        assert bpy.context.scene.mirage.width == 512
        assert bpy.context.window_manager.mirage.job_state == "IDLE"
        unregister()
        assert known() == before


def test_a_state_saved_in_a_file_says_nothing_of_this_session():
    register()
    bpy.context.window_manager.mirage.job_state = "RUNNING"
    bpy.context.window_manager.mirage.worlds.add().name = "stale"
    unregister()
    register()
    state = bpy.context.window_manager.mirage
    assert (state.job_state, len(state.worlds)) == ("IDLE", 0)
    unregister()


def test_the_package_and_what_the_backend_imports_need_no_blender():
    code = "import sys, blender_mirage.wire.messages, blender_mirage.core.client, blender_mirage.__main__\n"
    code += "assert not {'bpy', 'mathutils'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_program_may_end_without_unregistering():
    code = "import blender_mirage; blender_mirage.register(); print('worked')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "worked\n"), done.stderr
