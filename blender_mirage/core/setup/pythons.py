"""Which Python an environment for the backend is made from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SetupFailed
from ..programs import environment_of_programs, no_window

OLDEST, NEWEST = (3, 11), (3, 14)
"""Every package that the backend needs has wheels for these."""
_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")
_PROBE_SECONDS = 20.0
_PROBE = str(Path(__file__).with_name("probe.py"))


@dataclass(frozen=True)
class Python:
    """An interpreter that an environment can be made from."""

    program: str
    version: tuple[int, int]
    has_pip: bool
    """Whether it brings pip for its environments; Debian and Ubuntu keep that apart."""
    is_blenders: bool = False

    def __str__(self) -> str:
        return f"Python {_dotted(self.version)} ({self.program})"


def find_base(chosen: str, environ: Mapping[str, str], own: str, platform: str = sys.platform) -> Python:
    """The Python `chosen` in the preferences; else the first suitable one of this machine; else `own`, Blender's.

    Runs each candidate, so it takes a moment. Raises SetupFailed with what to install.
    """
    if chosen.strip():
        facts = probe(chosen.strip())
        why = "it does not run" if facts is None else why_not(facts, platform)
        if facts is None or why:
            raise SetupFailed(
                f"The Python that the preferences name cannot be used ({chosen}): {why}.",
                "Clear the field Python, so that one is looked for, or choose another one.",
            )
        return _python(facts, is_blenders=False)
    seen: set[str] = set()
    for program in candidates(environ, platform):
        real = os.path.realpath(program)
        if real in seen:
            continue
        seen.add(real)
        facts = probe(program)
        if facts is not None and not why_not(facts, platform):
            return _python(facts, is_blenders=False)
    facts = probe(own)
    if facts is not None and not why_not(facts, platform):
        return _python(facts, is_blenders=True)
    raise SetupFailed(f"No Python from {_dotted(OLDEST)} to {_dotted(NEWEST)} was found.", _how_to_get(platform))


def candidates(environ: Mapping[str, str], platform: str = sys.platform) -> Iterator[str]:
    """Programs that may be a Python: on the PATH, of the `py` launcher, and in the usual places."""
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    suffix = ".exe" if platform == "win32" else ""
    for name in _NAMES:
        for folder in folders:
            # What lies there on Windows opens the shop, or runs in a sandbox that hides the files it writes.
            if "WindowsApps" not in folder and (Path(folder) / (name + suffix)).is_file():
                yield str(Path(folder) / (name + suffix))
    if platform == "win32":
        yield from _of_launcher()
    for pattern_root, pattern in usual_places(environ, platform):
        yield from sorted((str(path) for path in pattern_root.glob(pattern)), reverse=True)


def usual_places(environ: Mapping[str, str], platform: str) -> tuple[tuple[Path, str], ...]:
    """Folders and patterns in them: programs started from a desktop often lack these on their PATH."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if platform == "win32":
        local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        programs = Path(environ.get("PROGRAMFILES") or "C:/")
        pattern = "Python31[1-4]/python.exe"
        return (
            (local / "Programs" / "Python", pattern),
            (programs, pattern),
            (Path("C:/"), pattern),
            (home / ".pyenv" / "pyenv-win" / "versions", "3.1[1-4].*/python.exe"),
        )
    places = [(home / ".pyenv" / "versions", "3.1[1-4].*/bin/python3")]
    if platform == "darwin":
        frameworks = Path("/Library/Frameworks/Python.framework/Versions")
        places += [(Path("/opt/homebrew/bin"), "python3.1[1-4]"), (frameworks, "3.1[1-4]/bin/python3")]
    return (*places, (Path("/usr/local/bin"), "python3.1[1-4]"), (Path("/usr/bin"), "python3.1[1-4]"))


def probe(program: str) -> dict[str, Any] | None:
    """What an interpreter says of itself; None where it says nothing that can be understood."""
    try:
        said = subprocess.run(
            [program, "-I", _PROBE], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_PROBE_SECONDS, env=environment_of_programs(), **no_window(),
        )  # fmt: skip
        facts = json.loads(said.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return None
    return facts if isinstance(facts, dict) else None


def why_not(facts: Mapping[str, Any], platform: str = sys.platform) -> str:
    """Why the backend's packages cannot be installed in such a Python; empty where they can."""
    version = tuple(facts["version"])
    if not OLDEST <= version <= NEWEST:
        return f"it is Python {_dotted(version)}, and it takes {_dotted(OLDEST)} to {_dotted(NEWEST)}"
    if facts["bits"] != 64:
        return "it is a 32-bit Python, and PyTorch needs a 64-bit one"
    if platform == "darwin" and facts["machine"] != "arm64":
        return "it is made for Intel Macs, which PyTorch no longer supports"
    if facts["free_threaded"]:
        return "it is a free-threaded build, for which some packages have no wheels"
    return "" if facts["venv"] else "it lacks the module venv"


def launcher_paths(listing: str) -> list[str]:
    """The programs in what `py --list-paths` prints: ` -V:3.12 *        C:\\...\\python.exe`."""
    found = []
    for line in listing.splitlines():
        _, separator, path = line.strip().partition(" ")
        path = path.strip().removeprefix("*").strip()
        if line.strip().startswith("-") and separator and path.lower().endswith(".exe"):
            found.append(path)
    return found


def _of_launcher() -> list[str]:
    try:
        said = subprocess.run(
            ["py", "--list-paths"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PROBE_SECONDS,
            **no_window(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [path for path in launcher_paths(said.stdout) if "WindowsApps" not in path]


def _python(facts: Mapping[str, Any], is_blenders: bool) -> Python:
    major, minor = facts["version"]
    return Python(str(facts["program"]), (int(major), int(minor)), bool(facts["ensurepip"]), is_blenders)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _how_to_get(platform: str) -> str:
    if platform == "win32":
        return (
            "Install Python 3.12 (64 bit) from https://www.python.org/downloads/windows/, or run "
            "`winget install Python.Python.3.12` in a terminal; then press Set Up Backend again."
        )
    if platform == "darwin":
        return (
            "Install Python 3.12 from https://www.python.org/downloads/macos/, or run `brew install python@3.12` in a "
            "terminal; then press Set Up Backend again."
        )
    return (
        "Install one in a terminal (Debian, Ubuntu: `sudo apt install python3`; Fedora: `sudo dnf install python3.12`; "
        "Arch: `sudo pacman -S python`); then press Set Up Backend again."
    )
