"""Shots: a camera over a range of frames, cut by the markers of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import SceneNotReady
from .take_files import safe_name


@dataclass(frozen=True)
class Shot:
    """One camera from `start` to `end`, both included. Raises SceneNotReady where the range is empty."""

    name: str
    camera: str
    """Name of the camera object."""
    start: int
    end: int
    camera_id: str = ""
    """The camera's stable id, which survives its renaming; empty where it has none yet."""
    handles: int = 0
    """Frames that are made before and after the cut, for the editor to play with."""
    scene: str = ""
    """Name of the scene that it is shot in, where it is not the one whose timeline it lies on."""
    shift: int = 0
    """Frame on the timeline, less frame in the scene that it is shot in."""

    @property
    def first(self) -> int:
        """With the handle before it, which does not cross zero: Blender's timeline shows frames below it only on demand
        (a preference), so a shot that begins above it is kept above."""
        before = self.start - self.handles
        return before if self.start < 0 else max(0, before)

    @property
    def last(self) -> int:
        return self.end + self.handles

    def frames(self, step: int = 1) -> tuple[int, ...]:
        """Those that are made: every `step`-th, counted from the cut: another handle leaves them as they are."""
        before = range(self.start, self.first - 1, -step)
        return (*reversed(before), *range(self.start + step, self.last + 1, step))

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise SceneNotReady(
                f"Shot {self.name!r} has no frame: it starts at {self.start} and ends at {self.end}.",
                "Set an end frame that is not before the start frame.",
            )


@dataclass(frozen=True)
class SceneStrip:
    """A strip of the timeline that shows a scene."""

    name: str
    scene: str
    camera: str
    first: int
    """Frame of the timeline at which it begins to be seen."""
    after: int
    """Frame of the timeline at which it is not seen any more."""
    shift: int
    """Frame on the timeline, less frame in the scene."""


def shots_from_strips(strips: Sequence[SceneStrip]) -> tuple[Shot, ...]:
    """A shot for every strip, in the order of the timeline; named after it, made unique."""
    names: set[str] = set()
    ordered = sorted(strips, key=lambda strip: (strip.first, strip.after))
    return tuple(
        Shot(
            unique_name(strip.name, names),
            strip.camera,
            strip.first - strip.shift,
            strip.after - 1 - strip.shift,
            scene=strip.scene,
            shift=strip.shift,
        )
        for strip in ordered
    )


@dataclass(frozen=True)
class CameraMarker:
    """A timeline marker that a camera is bound to."""

    frame: int
    name: str
    camera: str


def shots_from_markers(markers: Sequence[CameraMarker], start: int, end: int) -> tuple[Shot, ...]:
    """Cuts the frames start..end at the markers, as Blender's playback does.

    A marker's camera holds until the next one; the first marker's camera also holds before it; of several markers on
    one frame the first in the list counts. Shots are named after their marker, made unique.
    """
    by_frame: dict[int, CameraMarker] = {}
    for marker in markers:
        by_frame.setdefault(marker.frame, marker)
    cuts = sorted(by_frame.values(), key=lambda marker: marker.frame)
    names: set[str] = set()
    shots: list[Shot] = []
    for index, cut in enumerate(cuts):
        first = start if index == 0 else max(cut.frame, start)
        last = end if index == len(cuts) - 1 else min(cuts[index + 1].frame - 1, end)
        if first <= last:
            shots.append(Shot(unique_name(cut.name or cut.camera, names), cut.camera, first, last))
    return tuple(shots)


def unique_name(name: str, taken: set[str]) -> str:
    """`name`, or with a counter behind it; `taken` grows. Names whose folders would be the same count as equal."""
    candidate, number = name, 1
    while safe_name(candidate).casefold() in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken.add(safe_name(candidate).casefold())
    return candidate
