"""Finding and starting a backend: real processes, real files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from blender_mirage.core.backend_process import (
    SERVER_FILE,
    BackendSettings,
    connect,
    default_data_dir,
    find_backend,
    find_python,
    read_token,
    running_url,
)
from blender_mirage.core.errors import BackendUnreachable

REPOSITORY = Path(__file__).parents[3]


def silent(words):
    """Nobody listens."""


@pytest.fixture
def backend_here(monkeypatch):
    """The backend can be imported by a process started from anywhere, whether or not it is installed."""
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("environ", [{"HOME": "/h"}, {"HOME": "/h", "XDG_DATA_HOME": "/x", "LOCALAPPDATA": "/l"}])
def test_both_sides_agree_on_the_data_folder(platform, environ):
    from inference_backend.config import default_data_dir as backends

    assert default_data_dir(environ, platform) == backends(environ, platform)


def test_the_data_folder_of_the_environment_wins(tmp_path):
    from inference_backend.config import load_config

    environ = {"HOME": "/h", "MIRAGE_DATA_DIR": str(tmp_path)}
    assert default_data_dir(environ) == load_config(environ=environ).data_dir == tmp_path


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"url": "two words"}', '{"url": ""}'])
def test_a_damaged_server_file_means_that_none_runs(tmp_path, text):
    (tmp_path / SERVER_FILE).write_text(text)
    assert running_url(tmp_path) is None
    assert find_backend(BackendSettings(tmp_path)) is None


def test_a_server_file_that_outlived_its_backend(tmp_path):
    (tmp_path / SERVER_FILE).write_text(json.dumps({"url": "http://127.0.0.1:9", "pid": 1}))
    assert running_url(tmp_path) == "http://127.0.0.1:9"
    assert find_backend(BackendSettings(tmp_path)) is None


def test_none_runs_and_none_is_to_be_started(tmp_path):
    with pytest.raises(BackendUnreachable, match="No backend runs") as caught:
        connect(BackendSettings(tmp_path, start=False), silent)
    assert "Start Backend" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_python_that_is_none(tmp_path):
    with pytest.raises(BackendUnreachable, match="cannot be run"):
        find_python(str(tmp_path / "python"), tmp_path)
    if Path("/bin/false").exists():
        with pytest.raises(BackendUnreachable, match="not a Python"):
            find_python("/bin/false", tmp_path)


def test_a_python_without_the_backend(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    bare = tmp_path / "bare" / "bin" / "python"
    bare.parent.mkdir(parents=True)
    bare.symlink_to(Path(sys.executable).resolve())
    (tmp_path / "bare" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    with pytest.raises(BackendUnreachable, match="not installed in") as caught:
        find_python(str(bare), tmp_path)
    assert "Set Up Backend" in caught.value.hint


@pytest.mark.usefixtures("backend_here")
def test_started_found_again_and_stopped(tmp_path):
    settings = BackendSettings(tmp_path)
    said = []
    first = connect(settings, said.append)
    try:
        assert said == ["Starting the backend"]
        assert first.started is not None and read_token(tmp_path)
        assert Path(first.health.data_dir) == tmp_path
        second = connect(settings, said.append)
        assert second.started is None and second.client.url == first.client.url
        second.client.close()
    finally:
        first.started.stop()
        first.client.close()
    assert not (tmp_path / SERVER_FILE).exists()
    assert find_backend(settings) is None
    first.started.stop()  # once more does no harm


@pytest.mark.usefixtures("backend_here")
def test_a_backend_that_ends_at_once_is_told_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRAGE_DEVICE", "abacus")
    with pytest.raises(BackendUnreachable, match="abacus") as caught:
        connect(BackendSettings(tmp_path), silent)
    assert str(tmp_path) in caught.value.hint
