"""Programs that run beside Blender: told line by line, stopped at once, and dead when Blender is."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.setup.pip_process import Runner, Stopped

REPOSITORY = Path(__file__).parents[4]
LONG = 60.0


@pytest.fixture
def runner(tmp_path):
    (tmp_path / "tmp").mkdir()
    return Runner(io.StringIO(), tmp_path / "tmp", threading.Event())


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Modules that can be run with -m: an isolated Python reads them off its own packages, so a real environment."""
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=os.name == "posix").create(tmp_path / "made")
    from blender_mirage.core.setup.environment import packages_folder, python_in

    def add(name: str, code: str) -> Path:
        (packages_folder(tmp_path / "made") / f"{name}.py").write_text(textwrap.dedent(code), "utf-8")
        return python_in(tmp_path / "made")

    return add


def wait_for(condition) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    if sys.platform == "linux":  # nobody may be there to bury it
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def test_it_tells_each_line_and_how_it_ended(runner, site):
    python = site(
        "speaks", "import sys\nprint('one')\nprint('zwölf', file=sys.stderr)\nprint(sys.argv[1:])\nsys.exit(3)"
    )
    lines = []
    code, said = runner.run(python, ("speaks", "a b", "ü"), lines.append)
    assert code == 3 and lines == said == ["one", "zwölf", "['a b', 'ü']"]
    assert "zwölf" in runner.log.getvalue() and "exit code 3" in runner.log.getvalue()


def test_it_is_isolated_and_its_temporary_files_are_ours(runner, site, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PIP_TARGET", "/nowhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    monkeypatch.chdir(REPOSITORY)
    python = site(
        "shows",
        """
        import importlib.util, os, tempfile
        print(importlib.util.find_spec("inference_backend"), tempfile.gettempdir())
        print(os.environ.get("PIP_TARGET"), os.environ["PIP_INDEX_URL"])
        """,
    )
    _, said = runner.run(python, ("shows",))
    assert said == [f"None {runner.temporary}", "None https://mirror.example.org/simple"]


def test_stopped_it_is_dead_with_all_that_it_started(runner, site, tmp_path):
    python = site(
        "starts",
        """
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(child.pid, flush=True)
        time.sleep(600)
        """,
    )
    children = []

    def on_line(line: str) -> None:
        children.append(int(line))
        runner._stop.set()

    with pytest.raises(Stopped):
        runner.run(python, ("starts",), on_line)
    if sys.platform != "win32":
        wait_for(lambda: not alive(children[0]))
    with pytest.raises(Stopped):
        runner.run(python, ("starts",))


@pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
def test_it_dies_with_whoever_started_it(site, tmp_path):
    python = site("stays", "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)")
    code = f"""
import io, sys, threading
from pathlib import Path
from blender_mirage.core.setup.pip_process import Runner
runner = Runner(io.StringIO(), Path({str(tmp_path)!r}), threading.Event())
runner.run({str(python)!r}, ("stays",), lambda line: print(line, flush=True))
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as blender:
        process_id = int(blender.stdout.readline())
        assert alive(process_id)
        blender.send_signal(signal.SIGKILL)
    wait_for(lambda: not alive(process_id))


def test_a_program_that_is_none(runner, tmp_path):
    with pytest.raises(SetupFailed, match="cannot be run"):
        runner.run(tmp_path / "none", ("pip",))
