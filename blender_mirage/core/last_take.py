"""The newest finished take of a shot on disk, which a new one may take frames over from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import TakeFilesMissing
from .take_files import read_sidecar, safe_name, take_folder, versions


@dataclass(frozen=True)
class LastTake:
    take_id: str
    version: int


def last_take(base: Path, names: Sequence[str], world_id: str, scene_id: str = "") -> LastTake | None:
    """Of the takes of a shot, by the names that it has and had, that were made in that world and scene and finished;
    None where there is none."""
    found = sorted({(version, safe_name(name)) for name in names for version in versions(base, name)}, reverse=True)
    for version, name in found:
        try:
            facts = read_sidecar(take_folder(base, name, version))
        except TakeFilesMissing:
            continue  # cancelled before its first frame was told of, or written by hand
        if facts.get("scene", scene_id) != scene_id:
            continue  # of another scene's shot of that name
        if facts.get("world_id") == world_id and facts.get("state") == "done" and facts.get("take_id"):
            return LastTake(str(facts["take_id"]), version)
    return None


def version_of(base: Path, shot: str, take_id: str) -> int | None:
    """The version under which a take lies on disk."""
    for version in reversed(versions(base, shot)):
        try:
            if read_sidecar(take_folder(base, shot, version)).get("take_id") == take_id:
                return version
        except TakeFilesMissing:
            continue
    return None
