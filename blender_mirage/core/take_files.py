"""The files of a take: `<base>/<shot>/v###/<shot>_v###_####.png` with a sidecar `take.json`. Nothing is overwritten.

A file appears whole under its name or not at all: it is written beside it, then renamed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import TakeFilesMissing, TakeNotWritable

SIDECAR = "take.json"

_VERSION = re.compile(r"v(\d{3,})$")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*{}%#\s]+')  # `#`, `%` and `{}` mean something in Blender's own paths
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\.|$)")
_MAX_NAME_BYTES = 80  # leaves room for version and frame within 255 bytes


def safe_name(name: str) -> str:
    """A shot's name as a folder name on every system. Letters of any script stay; odd characters become `_`."""
    cleaned = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip("._ ")
    encoded = cleaned.encode("utf-8", "ignore")[:_MAX_NAME_BYTES]
    cleaned = encoded.decode("utf-8", "ignore").rstrip("._ ")
    if not cleaned:
        return "shot"
    return f"_{cleaned}" if _RESERVED.match(cleaned) else cleaned


def take_folder(base: Path, shot: str, version: int) -> Path:
    return base / safe_name(shot) / f"v{version:03d}"


def frame_path(base: Path, shot: str, version: int, frame: int) -> Path:
    """Where Blender's frame number `frame` of a take lies, numbered as Blender numbers what it renders: `_-003`."""
    return take_folder(base, shot, version) / f"{safe_name(shot)}_v{version:03d}_{frame:04d}.png"


def versions(base: Path, shot: str) -> tuple[int, ...]:
    """The versions of a shot that lie on disk, rising."""
    folder = base / safe_name(shot)
    if not folder.is_dir():
        return ()
    found = (_VERSION.match(entry.name) for entry in folder.iterdir() if entry.is_dir())
    return tuple(sorted(int(match[1]) for match in found if match))


def latest(base: Path, shot: str) -> int | None:
    return max(versions(base, shot), default=None)


def next_version(base: Path, shot: str) -> int:
    return (latest(base, shot) or 0) + 1


def create_take_folder(base: Path, shot: str, former: Iterable[str] = ()) -> tuple[int, Path]:
    """Makes the folder of the next version and returns both; `former`: names that the shot had, whose versions it
    counts on from. Raises TakeNotWritable.

    The folder itself is the claim: where another Blender makes the same one first, the next number is taken.
    """
    while True:
        version = max(next_version(base, name) for name in (shot, *former))
        folder = take_folder(base, shot, version)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if folder.is_dir():
                continue
            raise TakeNotWritable(
                f"{folder} is a file where a folder is needed.", "Move it away or choose another output folder."
            ) from None
        except OSError as error:
            raise _not_writable(folder, error) from error
        return version, folder


def write_frame(path: Path, png: bytes) -> None:
    """Writes one frame, whole or not at all. Raises TakeNotWritable, also where `path` exists."""
    if path.exists():
        raise TakeNotWritable(f"{path} already exists and is kept.", "Generate again: a new version will be made.")
    write_whole(path, png)


def write_sidecar(folder: Path, facts: Mapping[str, Any]) -> None:
    """Writes (or renews, as a take goes on) everything that made the take."""
    write_whole(folder / SIDECAR, json.dumps(facts, indent=2, ensure_ascii=False, sort_keys=True).encode())


def read_sidecar(folder: Path) -> dict[str, Any]:
    """Raises TakeFilesMissing where there is none or it is not JSON."""
    path = folder / SIDECAR
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TakeFilesMissing(f"{path} cannot be read: {error}.", "Generate the take again.") from error
    if not isinstance(facts, dict):
        raise TakeFilesMissing(f"{path} holds no take.", "Generate the take again.")
    return facts


def frames_on_disk(folder: Path) -> dict[int, Path]:
    """Frame number -> file, rising, of the frames that lie in a take's folder."""
    if not folder.is_dir():
        return {}
    stem = re.compile(re.escape(f"{folder.parent.name}_{folder.name}_") + r"(-\d{3,}|\d{4,})\.png$")
    found = {int(match[1]): path for path in folder.iterdir() if (match := stem.match(path.name))}
    return dict(sorted(found.items()))


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file beside its place and renames it: whole or not at all. Raises TakeNotWritable with the path."""
    with replacing(path) as beside:
        beside.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when the block ends well, else it is removed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise _not_writable(path, error) from error
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _umask() -> int:
    """The process's mask for new files; `mkstemp` ignores it and would leave frames that only the owner can read."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _not_writable(path: Path, error: OSError) -> TakeNotWritable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TakeNotWritable(f"The disk is full: {path} was not written.", "Free some space and generate again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return TakeNotWritable(
            f"{path.parent} is read-only for you: {path.name} was not written.", "Choose another output folder."
        )
    return TakeNotWritable(f"{path} could not be written: {error.strerror or error}.", "Choose another output folder.")
