"""Which backend the preferences mean: this machine's, or another one's by any form of its address."""

from __future__ import annotations

from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.errors import SceneNotReady  # noqa: E402
from blender_mirage.preferences import backend_is_here, backend_settings, settings_here  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402

pytestmark = pytest.mark.bpy


@pytest.fixture
def offline():
    system = bpy.context.preferences.system
    before = system.use_online_access
    system.use_online_access = False
    yield
    bpy.context.preferences.system.use_online_access = before


def test_this_machine_is_meant_whatever_address_was_typed_before():
    with enabled_addon(address="gpu.local", token="abc", place="HERE", data_dir="/data", python="/usr/bin/python3"):
        settings = backend_settings(bpy.context)
        assert (settings.address, settings.token) == ("", "")
        assert (
            settings.data_dir == Path("/data").absolute() and settings.python == "/usr/bin/python3" and settings.start
        )
        assert settings == settings_here(bpy.context) and backend_is_here(bpy.context)


@pytest.mark.parametrize("place", [{}, {"place": "THERE"}])
def test_another_machine_by_its_address(place):
    with enabled_addon(address=" localhost:9000/v1/health ", token="abc", python="/usr/bin/python3", **place):
        settings = backend_settings(bpy.context)
        assert (settings.address, settings.token, settings.python) == ("http://localhost:9000", "abc", "")
        assert not backend_is_here(bpy.context)
        assert settings_here(bpy.context).address == ""


def test_another_machine_without_an_address_says_what_is_missing():
    with enabled_addon(place="THERE"), pytest.raises(SceneNotReady, match="not on which") as caught:
        backend_settings(bpy.context)
    assert "address" in caught.value.hint


def test_beyond_this_machine_blender_has_to_allow_it(offline):
    with enabled_addon(address="192.168.1.20", place="THERE"):
        with pytest.raises(SceneNotReady, match=r"192\.168\.1\.20:8765 is on another machine") as caught:
            backend_settings(bpy.context)
        assert "Allow Online Access" in caught.value.hint
        bpy.context.preferences.system.use_online_access = True
        assert backend_settings(bpy.context).address == "http://192.168.1.20:8765"


@pytest.mark.skipif(not bpy.app.binary_path and bpy.app.version < (4, 5, 0), reason="properties without callbacks")
def test_what_is_known_of_one_backend_is_not_said_of_another():
    with enabled_addon():
        state = bpy.context.window_manager.mirage
        state.backend_state, state.backend_text, state.backend_version_text = "READY", "Ready (CPU)", "old"
        bpy.context.preferences.addons["blender_mirage"].preferences.place = "THERE"
        assert (state.backend_state, state.backend_version_text) == ("UNKNOWN", "")
