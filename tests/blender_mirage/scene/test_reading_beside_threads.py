"""Reading while other threads run Python: Blender lets go of the interpreter's lock during a render."""

import threading

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.scene.read_greybox import read_greybox  # noqa: E402
from tests.support.blender import add_camera, add_cube  # noqa: E402

READINGS = 8


def test_a_set_is_read_while_other_threads_run(empty_file):
    """With the scene as an override of the context the process ended within seconds (Python before 3.12)."""
    add_cube("Cube")
    empty_file.camera = add_camera()
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            [{"some": [number] * 10} for number in range(2000)]

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        read = [read_greybox(bpy.context, (1,)) for _ in range(READINGS)]
    finally:
        over.set()
        thread.join()
    assert [[instance.name for instance in one.greybox.instances] for one in read] == [["Cube"]] * READINGS
