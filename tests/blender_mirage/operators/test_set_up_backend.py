"""The button: when it is there, what the panel says meanwhile, and what is there afterwards. With real pip."""

from __future__ import annotations

import shutil
import sys
import venv

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.core.addon_version import addon_version  # noqa: E402
from blender_mirage.core.setup.environment import (  # noqa: E402
    Environment,
    next_folder,
    packages_folder,
    set_up_environment,
)
from blender_mirage.event_pump import pump  # noqa: E402
from blender_mirage.operators import set_up_backend  # noqa: E402
from blender_mirage.preferences import note_environment  # noqa: E402
from tests.support.addon import enabled_addon  # noqa: E402
from tests.support.wheel_index import open_shop  # noqa: E402

pytestmark = pytest.mark.bpy

BASE = sys._base_executable


@pytest.fixture
def data_dir(tmp_path):
    """Of an enabled add-on that may go online."""
    system = bpy.context.preferences.system
    before = system.use_online_access
    with enabled_addon(data_dir=str(tmp_path / "data"), python=BASE):
        bpy.context.preferences.system.use_online_access = True
        yield tmp_path / "data"
    bpy.context.preferences.system.use_online_access = before


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
def carried(shop, monkeypatch):
    """The add-on carries a wheel, as an installed one does."""
    wheel = shop.backend("0.1.0")
    monkeypatch.setattr(set_up_backend, "BACKEND_FOLDER", wheel.parent)
    return wheel


def state():
    return bpy.context.window_manager.mirage


def chosen():
    return bpy.context.preferences.addons["blender_mirage"].preferences


def test_it_asks_for_blenders_leave_and_is_off_for_another_machine(data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(set_up_backend, "BACKEND_FOLDER", tmp_path / "none")
    assert bpy.ops.mirage.set_up_backend.poll() and not bpy.ops.mirage.cancel_setup.poll()
    bpy.context.preferences.system.use_online_access = False
    with pytest.raises(RuntimeError, match="may not go online"):
        bpy.ops.mirage.set_up_backend()
    assert not bpy.app.online_access, "nobody allowed it"
    with pytest.raises(RuntimeError, match="does not carry its backend"):
        bpy.ops.mirage.set_up_backend(allow_online=True)  # what the button does whose words say so
    assert bpy.app.online_access
    chosen().place = "THERE"
    assert not bpy.ops.mirage.set_up_backend.poll()


def test_an_addon_from_its_sources_says_that_it_carries_none(data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(set_up_backend, "BACKEND_FOLDER", tmp_path / "none")
    with pytest.raises(RuntimeError, match="does not carry its backend"):
        bpy.ops.mirage.set_up_backend()
    assert state().setup_state == "IDLE"


def test_it_sets_up_then_starts_the_backend_and_uses_it_from_then_on(data_dir, carried, shop):
    old = Environment(next_folder(data_dir), "0.0.1", BASE, "cpu")
    venv.EnvBuilder(with_pip=False).create(old.folder)  # an old one, so that this need not take long
    shutil.unpack_archive(shop.pip, packages_folder(old.folder), "zip")
    old.mark_whole()
    bpy.ops.mirage.set_up_backend()
    assert state().setup_state == "RUNNING" and state().job_state == "IDLE"
    assert not bpy.ops.mirage.set_up_backend.poll() and bpy.ops.mirage.cancel_setup.poll()
    texts = set()
    pump.run_until_idle(lambda: texts.add(state().setup_text.split(",")[0]))
    assert (state().setup_state, state().setup_message, state().setup_hint) == ("DONE", "Ready on cpu.", "")
    assert len(texts - {""}) > 1 and state().setup_log.endswith("setup.log")
    assert set_up_environment(data_dir).version == "0.1.0" and chosen().python == ""
    # It was started, which this little one cannot do.
    assert state().backend_state == "PROBLEM" and "ended while it started" in state().backend_text


def test_a_backend_that_was_set_up_before_is_known_of_at_once(data_dir):
    chosen().python = ""
    assert not state().backend_installed
    made = Environment(next_folder(data_dir), "0.1.0", BASE, "cpu")
    made.python.parent.mkdir(parents=True)
    made.python.write_text("")
    made.mark_whole()
    note_environment(bpy.context)
    assert state().backend_installed
    made.mark_broken()
    note_environment(bpy.context)
    assert not state().backend_installed
    chosen().python = BASE
    note_environment(bpy.context)
    assert state().backend_installed, "as far as the preferences tell"


def test_a_backend_of_another_version_is_told_of(addon, server, tmp_path, monkeypatch):
    (tmp_path / "newer.toml").write_text('version = "9.9.9"\n')
    monkeypatch.setattr("blender_mirage.core.addon_version._MANIFEST", tmp_path / "newer.toml")
    try:
        for expected in (True, False):
            addon_version.cache_clear()
            bpy.ops.mirage.start_backend()
            pump.run_until_idle()
            assert state().backend_state == "READY"
            assert ("9.9.9" in state().backend_version_text) is expected
            monkeypatch.undo()
    finally:
        addon_version.cache_clear()


def test_a_failure_is_shown_with_its_next_step_and_the_button_is_there_again(data_dir, carried):
    chosen().python = str(data_dir / "no-python")
    bpy.ops.mirage.set_up_backend()
    pump.run_until_idle()
    assert state().setup_state == "FAILED" and "no-python" in state().setup_message and "Clear" in state().setup_hint
    assert state().backend_state == "UNKNOWN" and state().job_state == "IDLE"
    assert bpy.ops.mirage.set_up_backend.poll()


def test_cancel_is_for_the_set_up_alone_and_a_file_load_does_not_disturb_it(data_dir, carried):
    bpy.ops.mirage.set_up_backend()
    pump.cancel()  # of takes
    assert not state().setup_cancelling
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    assert state().setup_state == "RUNNING"
    bpy.ops.mirage.cancel_setup()
    assert not bpy.ops.mirage.cancel_setup.poll()
    pump.run_until_idle()
    assert state().setup_state == "CANCELLED" and not state().setup_cancelling
    assert set_up_environment(data_dir) is None
