"""The `mirage` command: a real process, its files, its exit."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from inference_backend import __version__
from inference_backend.cli import main
from inference_backend.worlds.lock import DataDirLock

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`mirage serve` and its ready line."""
    command = [sys.executable, "-m", "inference_backend", "serve", "--data-dir", str(data_dir), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM")
def test_serve_announces_itself_and_leaves_no_trace(tmp_path) -> None:
    with serving(tmp_path) as (process, ready):
        facts = json.loads((tmp_path / "server.json").read_text())
        assert facts["url"] in ready and (facts["pid"], facts["version"]) == (process.pid, __version__)
        token = (tmp_path / "token").read_text()
        headers = {"Authorization": f"Bearer {token}"}
        health = httpx.get(f"{facts['url']}/v1/health", headers=headers, trust_env=False).json()
        assert health["worker"] in ("starting", "idle"), "it is there before the first job"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert all(line.startswith("INFO") for line in process.stderr.read().splitlines())
    assert not (tmp_path / "server.json").exists()
    DataDirLock(tmp_path, "the next one").close()


def test_second_backend_says_who_holds_the_data(tmp_path, capsys) -> None:
    lock = DataDirLock(tmp_path, "the backend at http://127.0.0.1:1")
    assert main(["serve", "--data-dir", str(tmp_path), "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert "http://127.0.0.1:1" in told and str(os.getpid()) in told and "Traceback" not in told
    assert not (tmp_path / "server.json").exists()
    lock.close()


def test_taken_port_is_named(tmp_path, capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--data-dir", str(tmp_path), "--port", port]) == 1
    told = capsys.readouterr().err
    assert port in told and "--port 0" in told


def test_doctor_names_what_is_missing_with_its_command(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("MIRAGE_WEIGHTS_DIR", str(tmp_path / "no weights here"))
    arguments = ["doctor", "--data-dir", str(tmp_path / "data"), "--device", "cpu"]
    assert main([*arguments, "--json"]) == 1
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert {"Python", "torch", "device", "embreex", "av", "bpy", "engine previz", "data"} == set(findings)
    assert findings["torch"]["ok"] and findings["device"]["detail"].startswith("cpu")
    engine = findings["engine previz"]
    assert not engine["ok"] and "previz.safetensors" in engine["detail"] and engine["command"]
    assert not (tmp_path / "data").exists()
    assert all(finding["command"] for finding in findings.values() if not finding["ok"])


def test_wrong_setting_is_one_sentence(capsys) -> None:
    assert main(["serve", "--device", "abacus"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_every_command_has_help(capsys) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(verb in told for verb in ("serve", "doctor", "worlds", "demo", "train"))
