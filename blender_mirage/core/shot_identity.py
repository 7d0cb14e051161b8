"""Which shot is which, when its name changes: Blender's markers have no id.

A shot that has takes is written down with its camera and its place on the timeline. Where its name is gone and a shot
that was not known lies in its place, it was renamed. Its takes are found under all the names that it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Place:
    """A shot as it is now."""

    name: str
    camera: str
    """Stable id of its camera."""
    at: int
    """First frame of its cut on the timeline."""

    @property
    def where(self) -> tuple[str, int]:
        return self.camera, self.at


@dataclass(frozen=True)
class KnownShot:
    """A shot that has takes, as it was when it was last seen."""

    shot_id: str
    """Its first name, told apart from others' where it has to be; written into the sidecar of its takes."""
    place: Place
    former: tuple[str, ...] = ()
    """The names that it had before."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.place.name, *self.former)


def follow_renames(known: Sequence[KnownShot], there: Sequence[Place]) -> list[KnownShot]:
    """What is known, with the names and places of now. A shot that is not there keeps those that it had."""
    names = {place.name for place in there}
    heirs = {shot.shot_id: _heir(shot, known, there) for shot in known if shot.place.name not in names}
    taken = {heir.name for heir in heirs.values() if heir is not None}
    followed = []
    for shot in known:
        heir = heirs.get(shot.shot_id)
        if heir is not None:
            followed.append(replace(shot, place=heir, former=tuple(dict.fromkeys(shot.names))))
        elif shot.place.name in taken:  # its name is another's now, so it is not there any more
            followed.append(replace(shot, place=replace(shot.place, name=""), former=tuple(dict.fromkeys(shot.names))))
        else:
            now = next((place for place in there if place.name == shot.place.name), shot.place)
            followed.append(replace(shot, place=now))
    return followed


def _heir(shot: KnownShot, known: Sequence[KnownShot], there: Sequence[Place]) -> Place | None:
    """The one shot in the place of one whose name is gone, where it is not another known one in its own place."""
    found = [place for place in there if place.where == shot.place.where]
    if len(found) != 1 or any(other.place == found[0] for other in known):
        return None
    return found[0]


def new_shot_id(name: str, known: Sequence[KnownShot]) -> str:
    """For a shot that was not known: its name, counted up where a shot of that name was renamed."""
    taken, number, candidate = {shot.shot_id for shot in known}, 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}~{number}"
    return candidate
