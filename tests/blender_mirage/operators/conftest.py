from __future__ import annotations

import pytest


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    """A real backend with the tiny engine."""
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    from tests.support.live_server import live_server

    with live_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def addon(server, tmp_path):
    """The scene of a saved .blend with a small set, the add-on enabled and pointed at `server`."""
    bpy = pytest.importorskip("bpy")
    from tests.support.addon import enabled_addon, small_set

    with enabled_addon(address=server.url, token=server.token) as scene:
        small_set(scene)
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
        yield scene
