"""A command's process ends, with its own exit status, whatever the file holds and whoever stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from tests.support.addon import enabled_addon, small_set  # noqa: E402

pytestmark = pytest.mark.bpy

REPOSITORY = Path(__file__).parents[3]
PATIENCE = 120.0
"""Seconds; only a process that never ends takes so long."""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "blender_mirage", *map(str, arguments)]


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder)}


@pytest.fixture
def blend(tmp_path):
    """A file with a driver that only Python can work out: with it, the bpy module never ends by itself."""
    path = tmp_path / "set.blend"
    with enabled_addon() as scene:
        camera = small_set(scene)
        driver = camera.driver_add("location", 2).driver
        driver.type, driver.expression = "SCRIPTED", "frame * 0.1 * len('ab')"
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("export", "set.blend", "--cameras", "cameras.npz"), 0, "1 shots, 3 cameras"),
        (("export", "set.blend", "--cameras", "cameras.npz", "--scene", "Attic"), 1, "There is no scene 'Attic'"),
        (("export", "set.blend"), 2, "--cameras"),
    ],
)
def test_a_driver_in_python(blend, tmp_path, arguments, status, words):
    here = tmp_path / "temporary"
    here.mkdir()
    done = subprocess.run(
        command(*arguments), cwd=tmp_path, env=environ(here), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == status and words in done.stdout + done.stderr
    assert list(here.iterdir()) == [], "nothing is left in the temporary folder"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_set_is_read(blend, tmp_path, number):
    """Inside of an operator, where Blender would take the interruption for an error of the operator's."""
    with enabled_addon():
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        bpy.context.scene.frame_end = 1_000_000
        bpy.ops.wm.save_mainfile()
    running = subprocess.Popen(
        command("generate", blend, "--prompt", "brick", "--backend", "http://127.0.0.1:9"),
        env=environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while "reading" not in running.stdout.readline():
            assert running.poll() is None
        running.send_signal(number)
        _, said = running.communicate(timeout=PATIENCE)
    finally:
        running.kill()
    assert running.returncode == 128 + number and said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in said
