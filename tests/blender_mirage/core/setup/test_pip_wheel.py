"""pip for a Python that brings none: from a real index page over real HTTP, into a real environment."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.setup.environment import packages_folder, packages_in, python_in
from blender_mirage.core.setup.pip_wheel import fetch_pip, newest_wheel
from tests.support.wheel_index import index, pack_pip

MINOR = sys.version_info[1]


@pytest.fixture
def served(tmp_path):
    """An index that has pip; its page may be written anew."""
    folder = tmp_path / "index"
    (folder / "pip").mkdir(parents=True)
    wheel = pack_pip(folder)
    with index(folder) as running:
        yield folder, running.url, wheel


def write_page(folder: Path, *links: str) -> None:
    (folder / "pip" / "index.html").write_text("<!DOCTYPE html><html><body>" + "\n".join(links) + "</body></html>")


def link(name: str, digest: str, needs: str = "", more: str = "") -> str:
    needed = f'data-requires-python="{needs}"' if needs else ""
    return f'<a href="../{name}#sha256={digest}" {needed} {more}>{name}</a><br/>'


def test_an_environment_without_pip_gets_one(served, tmp_path):
    folder, url, wheel = served
    write_page(folder, link(wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest(), "&gt;=3.9"))
    got = fetch_pip(tmp_path, MINOR, url)
    assert got.read_bytes() == wheel.read_bytes()
    venv.EnvBuilder(with_pip=False).create(tmp_path / "made")
    shutil.unpack_archive(got, packages_folder(tmp_path / "made"), "zip")
    assert packages_in(tmp_path / "made") == {f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    command = [python_in(tmp_path / "made"), "-I", "-m", "pip", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.split()[1] == wheel.name.split("-")[1] and str(tmp_path / "made") in done.stdout


def test_the_newest_that_this_python_can_run_is_chosen():
    page = "".join(
        [
            link("pip-9.0.3-py2.py3-none-any.whl", "a"),
            link("pip-23.2.1-py3-none-any.whl", "b", "&gt;=3.7"),
            link("pip-26.10-py3-none-any.whl", "c", "&gt;=3.10"),
            link("pip-26.9.1-py3-none-any.whl", "d", "&gt;=3.10"),
            link("pip-27.0-py3-none-any.whl", "e", "&gt;=3.13"),
            link("pip-28.0-py3-none-any.whl", "f", "&gt;=3.9", 'data-yanked="broken"'),
            link("pip-29.0.tar.gz", "g"),
            link("pip-30.0b1-py3-none-any.whl", "h"),
        ]
    )
    assert [newest_wheel(page, minor)[2] for minor in (9, 11, 13)] == ["b", "c", "e"]
    assert newest_wheel("", 12) is newest_wheel("<html>Sign in</html>", 12) is None


def test_a_download_that_is_not_what_the_index_says_is_refused(served, tmp_path):
    folder, url, wheel = served
    write_page(folder, link(wheel.name, "0" * 64))
    with pytest.raises(SetupFailed, match="damaged"):
        fetch_pip(tmp_path, MINOR, url)
    assert not list(tmp_path.glob("*.whl"))


def test_an_index_that_is_none_is_told(served, tmp_path):
    folder, url, _ = served
    write_page(folder)
    with pytest.raises(SetupFailed, match=rf"has no pip for Python 3\.{MINOR}"):
        fetch_pip(tmp_path, MINOR, url)
    with pytest.raises(SetupFailed, match=r"could not be downloaded .*HTTPError") as caught:
        fetch_pip(tmp_path, MINOR, f"{url}nowhere")
    assert "python3-venv" in caught.value.hint
    with pytest.raises(SetupFailed, match="cannot be reached"):
        fetch_pip(tmp_path, MINOR, "http://127.0.0.1:9")
