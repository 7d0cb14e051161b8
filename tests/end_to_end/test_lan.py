"""A backend on the network: another address, another data folder, a token from the preferences, and no path in common.

The Blenders are processes of their own: one asks for a take and quits while it is made, another opens the file.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("bpy")
pytest.importorskip("fastapi", reason="the backend is not installed here")

from blender_mirage.core.client import MirageClient  # noqa: E402
from blender_mirage.core.errors import BackendRefused  # noqa: E402
from blender_mirage.core.take_files import frames_on_disk, read_sidecar  # noqa: E402
from tests.support.live_server import PATIENCE_S, LiveServer, live_server  # noqa: E402

pytestmark = pytest.mark.bpy

BLENDER = """
    import os, sys, time
    from pathlib import Path
    import bpy
    from blender_mirage import preferences, registration
    from blender_mirage.compat import strip_span, strips
    from blender_mirage.event_pump import pump

    what, folder, address, token = sys.argv[1:]
    blend = str(Path(folder) / "set.blend")
    registration.register()
    bpy.context.preferences.addons.new().module = preferences.MiragePreferences.bl_idname
    bpy.context.preferences.system.use_online_access = True
    chosen = preferences.current(bpy.context)
    chosen.address, chosen.token, chosen.data_dir = address, token, str(Path(folder) / "nothing-here")
    state = bpy.context.window_manager.mirage

    if what == "fetch":
        bpy.ops.wm.open_mainfile(filepath=blend)
        bpy.ops.mirage.pick_up_takes()
        pump.run_until_idle()
        state = bpy.context.window_manager.mirage
        (strip,) = strips(bpy.context.scene.sequence_editor)
        print("SHOWN", state.job_state, *strip_span(strip), strip["mirage_folder"])
    else:
        from tests.support.addon import small_set
        bpy.ops.wm.read_homefile(use_empty=True)
        scene = bpy.context.scene
        small_set(scene, 6)
        scene.mirage.prompt = "slow"
        bpy.ops.wm.save_as_mainfile(filepath=blend)
        state = bpy.context.window_manager.mirage
        bpy.ops.mirage.generate_take()
        bpy.ops.wm.save_mainfile()
        while state.frames_saved < 2 and state.job_state == "RUNNING":
            pump.tick()
            time.sleep(0.02)
        print("QUITS", state.job_state, state.frames_saved, state.message, flush=True)
        os._exit(0)  # unlike Blender itself, its module does not end while a thread of Python's runs
    bpy.context.preferences.addons.remove(
        bpy.context.preferences.addons[preferences.MiragePreferences.bl_idname]
    )
    registration.unregister()
"""


def own_address() -> str:
    """An address of this machine that is not loopback. Nothing is sent to where the socket points."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        pytest.skip("this machine has no network")
    return address


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[LiveServer, str]]:
    """It listens on all addresses, as `mirage serve --host 0.0.0.0` does; and how the network calls it."""
    address = own_address()
    monkeypatch.setenv("NO_PROXY", address)
    with live_server(tmp_path / "other machine", host="0.0.0.0") as running:
        yield running, f"{address}:{running.url.rpartition(':')[2]}"


def blender(what: str, folder: Path, address: str, token: str) -> str:
    command = [sys.executable, "-c", textwrap.dedent(BLENDER), what, str(folder), address, token]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=PATIENCE_S)
    words = ("SHOWN", "QUITS")
    said = [line for line in done.stdout.splitlines() if line.startswith(words)]
    assert len(said) == 1, done.stdout + done.stderr
    return said[0]


def test_a_take_over_the_network_outlives_the_blender_that_asked_for_it(server, tmp_path):
    running, address = server
    here = tmp_path / "this machine"
    here.mkdir()
    assert blender("ask", here, address, running.token).startswith("QUITS RUNNING")
    end = time.monotonic() + PATIENCE_S
    while running.services.queue.active():
        assert time.monotonic() < end
        time.sleep(0.05)
    folder = here / "mirage" / "Camera" / "v001"
    assert 2 <= len(frames_on_disk(folder)) < 6
    assert blender("fetch", here, address, running.token) == f"SHOWN DONE 1 7 {folder}"
    assert len(frames_on_disk(folder)) == 6 and read_sidecar(folder)["state"] == "done"
    assert not (here / "nothing-here").exists(), "the preferences' data folder is of a backend on this machine"
    assert str(tmp_path / "other machine") not in (folder / "take.json").read_text(), "no path of the other machine"


def test_by_which_names_it_is_called(server):
    running, address = server
    with MirageClient(address, running.token) as client:
        assert client.health().worker
    for name, welcome in (("evil.example", False), (socket.gethostname(), True), ("10.1.2.3", True)):
        answer = running.client.get("/v1/health", headers={"Host": f"{name}:80"})
        assert (answer.status_code == 200) is welcome, name


def test_another_token_is_refused_over_the_network_too(server):
    _, address = server
    with MirageClient(address, "wrong") as client, pytest.raises(BackendRefused, match="token"):
        client.health()
