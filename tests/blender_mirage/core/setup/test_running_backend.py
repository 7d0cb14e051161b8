"""What runs while another backend is set up: ended where it is ours, and nothing else ever."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blender_mirage.core.backend_process import SERVER_FILE, BackendSettings, StartedBackend, find_backend
from blender_mirage.core.setup.running_backend import require_idle, stop_running

REPOSITORY = Path(__file__).parents[4]
LONG = 60.0


def test_where_none_runs_there_is_nothing_to_do(tmp_path):
    settings = BackendSettings(tmp_path)
    require_idle(settings)
    stop_running(settings, ())


@pytest.mark.parametrize("pid", [None, "x", 0])
def test_a_file_that_outlived_its_backend_ends_nobody(tmp_path, pid):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        facts = {"url": "http://127.0.0.1:9", "pid": stranger.pid if pid is None else pid}
        (tmp_path / SERVER_FILE).write_text(json.dumps(facts))
        stop_running(BackendSettings(tmp_path), ())
        assert stranger.poll() is None
        stranger.kill()


def test_one_that_another_blender_started_is_ended_whatever_its_token(tmp_path, monkeypatch):
    pytest.importorskip("fastapi", reason="the backend is not installed here")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    settings = BackendSettings(tmp_path)
    started = StartedBackend(BackendSettings(tmp_path, python=sys.executable))
    try:
        started.wait_ready().client.close()
        require_idle(settings)
        stop_running(BackendSettings(tmp_path, token="another one"), ())
        deadline = time.monotonic() + LONG
        while started._process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        started.stop()
    assert find_backend(settings) is None and not (tmp_path / SERVER_FILE).exists()
