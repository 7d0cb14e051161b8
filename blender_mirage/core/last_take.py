"""The newest finished take of a shot on disk, which a new one may take frames over from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import TakeFilesMissing
from .take_files import read_sidecar, take_folder, versions


@dataclass(frozen=True)
class LastTake:
    take_id: str
    version: int


def last_take(base: Path, shot: str, world_id: str) -> LastTake | None:
    """Of the takes that were made in that world and finished; None where there is none."""
    for version in reversed(versions(base, shot)):
        try:
            facts = read_sidecar(take_folder(base, shot, version))
        except TakeFilesMissing:
            continue  # cancelled before its first frame was told of, or written by hand
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
