"""The virtual environments that Set Up Backend makes: `<data folder>/python/1`, `2` … and which of them counts.

An environment cannot be moved once it is made, so a new one is made beside the old one, under the next number. A file
written last says that it is whole; the newest whole one is used, and others go once that works.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import SetupFailed
from ..file_lock import try_lock
from ..take_files import write_whole

FOLDER = "python"
LOG_FILE = "setup.log"
_MARKER = "mirage.json"
_LOCK = "lock"
_TEMPORARY = "tmp"


@dataclass(frozen=True)
class Environment:
    """A whole one."""

    folder: Path
    version: str
    """Of the backend in it."""
    base: str
    """The Python that it was made from."""
    build: str
    """Of PyTorch: `cpu`, `cu130` …"""

    @property
    def python(self) -> Path:
        return python_in(self.folder)

    def mark_whole(self) -> None:
        """From here on it counts. Raises TakeNotWritable."""
        facts = {name: value for name, value in asdict(self).items() if name != "folder"}
        write_whole(self.folder / _MARKER, json.dumps(facts, ensure_ascii=False).encode())

    def mark_broken(self) -> None:
        """From here on it counts no more; said before anything in it is changed."""
        with suppress(OSError):
            (self.folder / _MARKER).unlink(missing_ok=True)


def python_in(folder: Path) -> Path:
    """The interpreter of the virtual environment in `folder`."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def packages_folder(folder: Path) -> Path:
    """Where the packages of the environment in `folder` lie."""
    return next(folder.glob("Lib/site-packages" if sys.platform == "win32" else "lib/python*/site-packages"))


def packages_in(folder: Path) -> set[str]:
    """Names and versions of the packages that lie there whole: pip writes the list of a package's files last."""
    with suppress(OSError, StopIteration):
        return {file.parent.name for file in packages_folder(folder).glob("*.dist-info/RECORD")}
    return set()


def set_up_environment(data_dir: Path) -> Environment | None:
    """The newest whole environment of a data folder. A few small files are read; nothing is run."""
    for folder in sorted(_numbered(data_dir), key=lambda folder: int(folder.name), reverse=True):
        with suppress(OSError, ValueError, TypeError):
            found = Environment(folder=folder, **json.loads((folder / _MARKER).read_text(encoding="utf-8")))
            if found.python.exists():  # false also where the Python that it was made from is gone
                return found
    return None


def next_folder(data_dir: Path) -> Path:
    """Where the next environment is made: it does not exist yet."""
    numbers = [int(folder.name) for folder in _numbered(data_dir)]
    return data_dir / FOLDER / str(max(numbers, default=0) + 1)


def remove_others(data_dir: Path, kept: Environment | None) -> None:
    """Removes every environment but `kept`, as far as the system lets go of them; what stays goes the next time."""
    for folder in _numbered(data_dir):
        if kept is None or folder != kept.folder:
            remove(folder)


def remove(folder: Path) -> None:
    """An environment, its marker first, so that half of one never counts."""
    with suppress(OSError):
        (folder / _MARKER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def temporary_folder(data_dir: Path) -> Path:
    """Where pip unpacks: on the same disk, and emptied whatever happens. Raises OSError."""
    folder = data_dir / FOLDER / _TEMPORARY
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """No other Blender sets up the same data folder meanwhile. Raises SetupFailed."""
    place = data_dir / FOLDER
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / _LOCK).open("ab")
    except OSError as error:
        raise SetupFailed(
            f"The data folder {data_dir} cannot be written to ({error.strerror or error}).",
            "Choose another Data Folder in the preferences, one of your own, then press Set Up Backend again.",
        ) from error
    try:
        if not try_lock(lock):
            raise SetupFailed("Another Blender is setting the backend up just now.", "Wait until it is done.")
        yield
    finally:
        lock.close()
        shutil.rmtree(place / _TEMPORARY, ignore_errors=True)


def _numbered(data_dir: Path) -> list[Path]:
    with suppress(OSError):
        return [folder for folder in (data_dir / FOLDER).iterdir() if folder.name.isdecimal() and folder.is_dir()]
    return []
