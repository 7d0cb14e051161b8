"""Shots: a camera over a range of frames, cut by the markers of the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from .errors import SceneNotReady
from .take_files import safe_name

File = TypeVar("File")


@dataclass(frozen=True)
class Shot:
    """One camera from `start` to `end`, both included. Raises SceneNotReady where the range is empty."""

    name: str
    camera: str
    """Name of the camera object, for people; two may share one, where one of them comes from a library."""
    start: int
    end: int
    camera_id: str = ""
    """The camera's stable id, which survives its renaming; empty where it has none yet."""
    handles: int = 0
    """Frames that are made before and after the cut, for the editor to play with."""
    scene: str = ""
    """Name of the scene that it is shot in, where it is not the one whose timeline it lies on."""
    shift: int = 0
    """Frame on the timeline, less frame in the scene that it is shot in; where it `plays` otherwise, at its cut."""
    plays: tuple[int, ...] = ()
    """The scene's frame at each frame of the timeline, those of the handles among them, where its strip does not play
    one after the other: backwards, with a frame that holds."""
    refusal: str = ""
    """Why no take can be made of it, in one sentence; empty where one can."""
    hint: str = ""
    """What to do about it."""
    camera_uid: int = field(default=0, compare=False)
    """The camera itself, by its `session_uid`; 0 where the shot was read from a file, which outlives the session."""
    scene_uid: int = field(default=0, compare=False)
    """The same of `scene`."""

    @property
    def first(self) -> int:
        """With the handle before it, which does not cross zero: Blender's timeline shows frames below it only on demand
        (a preference), so a shot that begins above it is kept above."""
        if self.plays:
            return min(self.plays)
        before = self.start - self.handles
        return before if self.start < 0 else max(0, before)

    @property
    def last(self) -> int:
        return max(self.plays) if self.plays else self.end + self.handles

    @property
    def cut(self) -> tuple[int, int]:
        """The first and the last frame of the timeline that it lies at, without its handles."""
        length = len(self.plays) - 2 * self.handles if self.plays else self.end - self.start + 1
        return self.start + self.shift, self.start + self.shift + length - 1

    def frames(self, step: int = 1) -> tuple[int, ...]:
        """Those of the scene that are made, rising: every `step`-th of the timeline, counted from the cut: another
        handle leaves them as they are."""
        if self.plays:
            back, on = _each(self.plays[: self.handles][::-1]), _each(self.plays[self.handles :])
            return tuple(sorted({*back[step - 1 :: step], *on[::step]}))
        before = range(self.start, self.first - 1, -step)
        return (*reversed(before), *range(self.start + step, self.last + 1, step))

    def lies_at(self, frame: int) -> int:
        """Where the scene's `frame` lies on the timeline, first; the cut where it does not lie there at all."""
        if self.plays:
            return self.cut[0] + (self.plays.index(frame) - self.handles if frame in self.plays else 0)
        return frame + self.shift

    def laid_out(self, files: Mapping[int, File]) -> tuple[Shot, dict[int, File]]:
        """The shot as the timeline plays it, frame after frame, and what is there for each such frame, the one before
        where its own is not: `files` are by the scene's."""
        if not self.plays:
            return self, dict(files)
        first, last = self.cut
        there: dict[int, File] = {}
        for place, frame in enumerate(self.plays, self.start - self.handles):
            if frame in files:
                there[place] = files[frame]
            elif place - 1 in there:
                there[place] = there[place - 1]
        return replace(self, end=self.start + last - first, plays=()), there

    def elsewhere(self) -> Shot:
        """As another session may have it, in which other things have this one's numbers."""
        return replace(self, camera_uid=0, scene_uid=0)

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise SceneNotReady(
                f"Shot {self.name!r} has no frame: it starts at {self.start} and ends at {self.end}.",
                "Set an end frame that is not before the start frame.",
            )


@dataclass(frozen=True)
class CameraMarker:
    """A timeline marker that a camera is bound to."""

    frame: int
    name: str
    camera: str
    camera_uid: int = 0
    """As in `Shot`."""

    @property
    def sees_as(self) -> tuple[str, int]:
        """Equal for one and the same camera."""
        return self.camera, self.camera_uid


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
            name = unique_name(cut.name or cut.camera, names)
            shots.append(Shot(name, cut.camera, first, last, camera_uid=cut.camera_uid))
    return tuple(shots)


def _each(frames: Sequence[int]) -> tuple[int, ...]:
    """Every frame once, in the order in which they are played."""
    return tuple(dict.fromkeys(frames))


def unique_name(name: str, taken: set[str]) -> str:
    """`name`, or with a counter behind it; `taken` grows. Names whose folders would be the same count as equal."""
    candidate, number = name, 1
    while safe_name(candidate).casefold() in taken:
        number += 1
        candidate = _counted(name, number)
    taken.add(safe_name(candidate).casefold())
    return candidate


def _counted(name: str, number: int) -> str:
    """`name` with a counter that its folder shows too: of a name as long as a folder may be, the end makes room."""
    counter = f"_{number}"
    while name and not safe_name(name + counter).endswith(counter):
        name = name[:-1]
    return f"{name or safe_name(name)}{counter}"
