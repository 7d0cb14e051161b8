"""Which Python is taken: real interpreters, real folders on a PATH, and what other systems print."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from blender_mirage.core.errors import SetupFailed
from blender_mirage.core.setup.pythons import candidates, find_base, launcher_paths, probe, usual_places, why_not

HERE = sys._base_executable
GOOD = {"version": [3, 12], "bits": 64, "machine": "arm64", "free_threaded": False, "venv": True, "ensurepip": True}

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and scripts as programs")


def folder_with(folder: Path, **programs: str) -> str:
    """A folder of programs: links, or scripts where the text begins with #!."""
    folder.mkdir(parents=True)
    for name, what in programs.items():
        path = folder / name.replace("_", ".")
        if what.startswith("#!"):
            path.write_text(what)
            path.chmod(0o755)
        else:
            path.symlink_to(what)
    return str(folder)


def test_a_python_tells_what_it_is():
    facts = probe(sys.executable)
    assert tuple(facts["version"]) == sys.version_info[:2] and os.path.samefile(facts["program"], HERE)
    assert why_not(facts) == ""
    assert probe("/no/such/python") is None


@posix
def test_what_is_on_the_path_is_tried_and_the_first_that_will_do_is_taken(tmp_path):
    broken = "#!/bin/sh\necho not a Python; exit 1\n"
    old = '#!/bin/sh\necho \'{"version": [3, 9], "bits": 64, "machine": "x", "free_threaded": false}\'\n'
    first = folder_with(tmp_path / "first", python3_13=broken, python3_12=old, python3_14="/no/such/program")
    second = folder_with(tmp_path / "mit Leerzeichen", python3_11=HERE)
    environ = {"PATH": f"{first}{os.pathsep}{second}{os.pathsep}/no/such/folder", "HOME": str(tmp_path)}
    found = find_base("", environ, "/no/such/blender/python")
    assert os.path.samefile(found.program, HERE) and not found.is_blenders and found.version == sys.version_info[:2]


@posix
def test_without_any_the_last_resort_is_blenders_own_and_is_known_as_that(tmp_path, monkeypatch):
    monkeypatch.setattr("blender_mirage.core.setup.pythons.usual_places", lambda environ, platform: ())
    found = find_base("", {"PATH": str(tmp_path)}, HERE)
    assert found.is_blenders and os.path.samefile(found.program, HERE)
    for platform, step in {"linux": "apt install", "darwin": "brew install", "win32": "winget install"}.items():
        if platform == "win32":
            continue  # asks the launcher, which is not here
        with pytest.raises(SetupFailed, match=r"No Python from 3\.11 to 3\.14 was found") as caught:
            find_base("", {"PATH": str(tmp_path)}, str(tmp_path / "none"), platform)
        assert step in caught.value.hint


@posix
def test_a_chosen_one_is_taken_or_refused_with_the_reason(tmp_path):
    environ = {"PATH": ""}
    assert os.path.samefile(find_base(f" {sys.executable} ", environ, "").program, HERE)
    old = '#!/bin/sh\necho \'{"version": [3, 9], "bits": 64, "machine": "x", "free_threaded": false}\'\n'
    chosen = Path(folder_with(tmp_path / "old", python=old)) / "python"
    with pytest.raises(SetupFailed, match=r"it is Python 3\.9, and it takes 3\.11 to 3\.14") as caught:
        find_base(str(chosen), environ, HERE)
    assert str(chosen) in caught.value.message and "Clear the field" in caught.value.hint
    with pytest.raises(SetupFailed, match="it does not run"):
        find_base(str(tmp_path / "none"), environ, HERE)


@pytest.mark.parametrize(
    ("change", "platform", "why"),
    [
        ({}, "linux", ""),
        ({"version": [3, 11]}, "win32", ""),
        ({"version": [3, 14]}, "darwin", ""),
        ({"version": [3, 15]}, "linux", "3.15"),
        ({"version": [2, 7]}, "linux", "2.7"),
        ({"bits": 32}, "win32", "32-bit"),
        ({"machine": "x86_64"}, "darwin", "Intel"),
        ({"machine": "x86_64"}, "linux", ""),
        ({"free_threaded": True}, "linux", "free-threaded"),
        ({"venv": False}, "linux", "venv"),
    ],
)
def test_why_a_python_will_not_do(change, platform, why):
    said = why_not({**GOOD, **change}, platform)
    assert (why in said) if why else said == ""


def test_what_the_launcher_of_windows_lists():
    listing = (
        " -V:3.13 *        C:\\Users\\Jörg Groß\\AppData\\Local\\Programs\\Python\\Python313\\python.exe\n"
        " -V:3.11          C:\\Program Files\\Python311\\python.exe\n"
        " -3.9-32          C:\\Python39\\python.exe\n"
        "No installed Pythons found!\n"
    )
    assert launcher_paths(listing) == [
        "C:\\Users\\Jörg Groß\\AppData\\Local\\Programs\\Python\\Python313\\python.exe",
        "C:\\Program Files\\Python311\\python.exe",
        "C:\\Python39\\python.exe",
    ]
    assert launcher_paths("") == []


def test_pyenvs_versions_are_among_the_usual_places_and_the_shop_of_windows_never(tmp_path):
    inside = tmp_path / ".pyenv" / "versions" / "3.12.7" / "bin"
    inside.mkdir(parents=True)
    (inside / "python3").write_text("")
    assert str(inside / "python3") in list(candidates({"PATH": "", "HOME": str(tmp_path)}, "linux"))
    shop = tmp_path / "WindowsApps"
    shop.mkdir()
    (shop / "python3").write_text("")
    assert not [found for found in candidates({"PATH": str(shop), "HOME": "/none"}, "linux") if "WindowsApps" in found]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_usual_places_need_no_variable(platform):
    assert all(pattern for _, pattern in usual_places({}, platform))
