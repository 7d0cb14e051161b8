"""Set Up Backend with real pip, real environments and a small index of our own: made, renewed, failed, cancelled."""

from __future__ import annotations

import os
import queue
import random
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from blender_mirage.core.backend_process import BackendSettings, find_python
from blender_mirage.core.backend_setup import BackendSetup, SetUpOrder, wheel_in, wheel_version
from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.scene_key import SceneKey
from blender_mirage.core.setup.environment import FOLDER, held, packages_folder, set_up_environment
from blender_mirage.core.setup.torch_build import TorchBuild
from blender_mirage.core.take_job import SetUpEnded, SetUpProgress
from tests.support.wheel_index import HEAVY_MB, make_wheel, open_shop

BASE = sys._base_executable
GIVE_UP_SECONDS = 120


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def start(data_dir: Path, wheel: Path, python: str = BASE, build: str = "AUTO") -> BackendSetup:
    settings = BackendSettings(data_dir, python=python)
    order = SetUpOrder("order", SceneKey("", "Scene", ""), settings, wheel, BASE, build)
    thread = BackendSetup(order, queue.Queue())
    thread.start()
    return thread


def follow(thread: BackendSetup, until=lambda what: False) -> list[SetUpProgress | SetUpEnded]:
    """What it tells, to its end or to the first that is waited for."""
    told = []
    while not told or not (isinstance(told[-1], SetUpEnded) or until(told[-1])):
        told.append(thread._updates.get(timeout=GIVE_UP_SECONDS).what)
    return told


def set_up(data_dir: Path, wheel: Path, **choices: str) -> tuple[list[SetUpProgress], SetUpEnded]:
    thread = start(data_dir, wheel, **choices)
    *told, end = follow(thread)
    thread.join(GIVE_UP_SECONDS)
    assert not thread.is_alive()
    return told, end


def version_in(data_dir: Path) -> str:
    """As the environment that counts says itself."""
    made = set_up_environment(data_dir)
    command = [made.python, "-I", "-m", "inference_backend", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert made.version == done.stdout.strip()
    return made.version


def leavings(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / FOLDER).iterdir() if path.name not in ("lock", "setup.log"))


@pytest.fixture(scope="module")
def made(shop, tmp_path_factory):
    """A data folder in which the backend was set up, and what was told meanwhile."""
    data_dir = tmp_path_factory.mktemp("made") / "Größe und Länge"
    told, end = set_up(data_dir, shop.backend("0.1.0"))
    assert (end.state, end.message, end.hint) == ("done", "Ready on cpu.", ""), (end, Path(end.log).read_text())
    return data_dir, told, end


def test_it_makes_an_environment_that_works_and_says_what_it_does(made):
    data_dir, told, end = made
    assert version_in(data_dir) == end.version == "0.1.0"
    assert leavings(data_dir) == ["1"] and "pip install" in Path(end.log).read_text("utf-8")
    assert find_python("", data_dir) == str(set_up_environment(data_dir).python)
    phases = list(dict.fromkeys(re.split(r",| heavy", what.text)[0] for what in told))
    steps = [
        "Looking for a Python",
        "Making an environment",
        "Asking for PyTorch",
        "Downloading",
        "Checking the backend",
    ]
    assert [phase for phase in phases if phase in steps] == steps
    notes = [note for what in told for note in what.notes]
    assert any(BASE in note for note in notes) and "PyTorch for the CPU." in notes
    heavy = [what for what in told if what.total and "heavy" in what.text]
    assert [what.done for what in heavy] == sorted(what.done for what in heavy) and len(heavy) > 2
    assert heavy[-1].done == heavy[-1].total > HEAVY_MB * 1_000_000
    assert heavy[-1].text == f"Downloading heavy, {HEAVY_MB} of {HEAVY_MB} MB"


@pytest.mark.slow
def test_where_pip_cannot_be_fetched_pythons_own_does_it(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    told, end = set_up(tmp_path, shop.backend("0.1.0"))
    assert end.state == "done" and version_in(tmp_path) == "0.1.0"
    assert "Renewing pip" in [what.text for what in told] or "pip 2" in Path(end.log).read_text("utf-8")


def test_a_newer_addon_renews_the_backend_in_the_same_environment(made, shop):
    data_dir = made[0]
    told, end = set_up(data_dir, shop.backend("0.2.0", "slow"))
    assert end.state == "done" and version_in(data_dir) == "0.2.0"
    assert leavings(data_dir) == ["1"] and not any("environment" in what.text for what in told)


@pytest.mark.parametrize(
    ("wheel", "why"),
    [
        ({"requires": ("nowhere",)}, "The package index has no nowhere for this Python and this system."),
        ({"requires": ()}, "The backend was installed, but does not work: embreex: too short."),
    ],
)
def test_a_renewal_that_fails_says_why_and_never_leaves_half(made, shop, wheel, why):
    data_dir = made[0]
    before = version_in(data_dir)
    _, end = set_up(data_dir, shop.backend("0.3.0", *wheel["requires"], whole=False))
    assert (end.state, end.message) == ("failed", why) and end.hint
    assert version_in(data_dir) in (before, "0.3.0"), "whichever is in it, it is whole and known"


def test_an_environment_that_lost_something_is_made_anew(made, shop):
    data_dir = made[0]
    set_up(data_dir, shop.backend("0.1.0"))
    old = set_up_environment(data_dir)
    shutil.rmtree(packages_folder(old.folder) / "heavy")
    assert set_up(data_dir, shop.backend("0.1.0"))[1].state == "done"
    assert set_up_environment(data_dir).folder != old.folder and not old.folder.exists()
    assert version_in(data_dir) == "0.1.0"


def test_cancel_ends_pip_in_the_middle_of_a_download_and_the_next_press_goes_on(made, shop):
    data_dir = made[0]
    make_wheel(shop.folder, "slow", "2.0", {"slow/weights.bin": random.Random(1).randbytes(2_000_000)})
    shop.served.flow.clear()
    thread = start(data_dir, shop.backend("0.4.0", "slow>=2"))
    follow(thread, lambda what: what.total and "slow" in what.text)
    thread.cancel()
    end = follow(thread)[-1]
    thread.join(GIVE_UP_SECONDS)
    shop.served.flow.set()
    assert end.state == "cancelled" and len(leavings(data_dir)) == 1
    version_in(data_dir)
    assert set_up(data_dir, shop.backend("0.4.0", "slow>=2"))[1].state == "done"
    assert version_in(data_dir) == "0.4.0"


def test_cancelled_while_an_environment_is_made_nothing_of_it_stays_and_the_old_one_counts(made, shop):
    data_dir = made[0]
    old = set_up_environment(data_dir)
    replace(old, build="cu130").mark_whole()  # for a card that is not there any more: another environment is needed
    old = set_up_environment(data_dir)
    thread = start(data_dir, shop.backend("0.1.0"))
    follow(thread, lambda what: what.text == "Making an environment")
    thread.cancel()
    assert follow(thread)[-1].state == "cancelled"
    thread.join(GIVE_UP_SECONDS)
    assert len(leavings(data_dir)) == 1 and set_up_environment(data_dir) == old


def test_a_first_try_that_is_cancelled_leaves_nothing(shop, tmp_path):
    thread = start(tmp_path, shop.backend("0.1.0"))
    follow(thread, lambda what: what.text == "Making an environment")
    thread.cancel()
    assert follow(thread)[-1].state == "cancelled"
    thread.join(GIVE_UP_SECONDS)
    assert leavings(tmp_path) == [] and set_up_environment(tmp_path) is None


def test_one_blender_at_a_time(shop, tmp_path):
    with held(tmp_path):
        _, end = set_up(tmp_path, shop.backend("0.1.0"))
    assert end.state == "failed" and "Another Blender" in end.message


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="whoever runs this may write anywhere")
def test_a_data_folder_that_may_not_be_written_to(shop, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    _, end = set_up(tmp_path / "closed" / "data", shop.backend("0.1.0"))
    assert end.state == "failed" and "cannot be written to" in end.message and "Data Folder" in end.hint


def test_a_data_folder_that_is_a_file(shop, tmp_path):
    (tmp_path / "data").write_text("")
    _, end = set_up(tmp_path / "data", shop.backend("0.1.0"))
    assert end.state == "failed" and "cannot be written to" in end.message and "Data Folder" in end.hint


def test_too_little_space_is_said_before_anything_is_fetched(shop, tmp_path):
    thread = BackendSetup(
        SetUpOrder("order", SceneKey("", "Scene", ""), BackendSettings(tmp_path), shop.backend("0.1.0"), BASE),
        queue.Queue(),
    )
    with pytest.raises(SetupFailed, match=r"1100000\.0 GB are needed in .* GB are free\.") as caught:
        thread._require_space(TorchBuild("cpu", "", False, 10**8, 10**9))
    assert "another disk" in caught.value.hint
    free_mb = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize >> 20 if os.name == "posix" else 0
    if free_mb > 2000:
        assert thread._require_space(TorchBuild("cpu", "", False, 10, 100)) == ()
        # Enough for the environment, not for pip's own copies.
        assert thread._require_space(TorchBuild("cpu", "", False, free_mb // 2, free_mb // 2 - 500)) == (
            "--no-cache-dir",
        )


def test_an_addon_without_a_wheel_says_where_it_comes_from(tmp_path):
    with pytest.raises(SetupFailed, match="does not carry its backend") as caught:
        wheel_in(tmp_path / "nowhere")
    assert "zip" in caught.value.hint
    (tmp_path / "blender_mirage-1.2.3-py3-none-any.whl").write_bytes(b"")
    assert wheel_version(wheel_in(tmp_path)) == "1.2.3"


def test_its_words_for_doctor_are_doctors_own():
    """The real report has the fields that the verdict is read from."""
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    from inference_backend.doctor import Finding

    assert {"name", "ok", "detail", "needed"} <= {field.name for field in fields(Finding)}
