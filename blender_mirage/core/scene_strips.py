"""Scene strips as the timeline plays them: which frame of its scene each shows at each frame of the timeline.

A strip may be trimmed, pulled past its content (which then holds), played backwards, strobed, or lie in meta strips
that are all of that themselves. `Playing` is Blender's own rule for one strip (`give_frame_index` in its source); a
strip in a meta strip is played through both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .shots import CameraMarker, Shot, unique_name

Frames = NDArray[np.int64]


@dataclass(frozen=True)
class Playing:
    """How one strip plays what it holds."""

    start: int
    """Frame of the timeline at which its first frame lies, were it not trimmed."""
    length: int
    """Frames that it holds."""
    first: int
    """Frame of the timeline at which it begins to be seen."""
    after: int
    """Frame of the timeline at which it is not seen any more."""
    reverse: bool = False
    strobe: float = 1.0
    """Each frame holds for so many."""

    def index(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the frame that it shows at `frames` of the timeline, counted from 0; the outermost hold."""
        last = self.length - 1
        found = self.start + last - frames if self.reverse else frames - self.start
        found = np.clip(found, 0, max(last, 0))
        return found - np.fmod(found, self.strobe) if self.strobe > 1.0 else found

    def sees(self, frames: NDArray[np.float64]) -> NDArray[np.bool_]:
        seen: NDArray[np.bool_] = (self.first <= frames) & (frames < self.after)
        return seen


@dataclass(frozen=True)
class SceneStrip:
    """A strip of the timeline that shows a scene."""

    name: str
    scene: str
    cameras: tuple[CameraMarker, ...]
    """What it is seen through: from each marker's frame (of the scene) on; the first also before its own. Not empty."""
    playing: Playing
    scene_start: int
    """The scene's frame that lies at the strip's first."""
    metas: tuple[Playing, ...] = ()
    """Of the meta strips that it lies in, the outermost first; their content counts in frames of the timeline."""
    layer: tuple[int, ...] = (1,)
    """Its channel, behind those of the meta strips; what lies higher covers what lies lower."""
    covers: bool = False
    """Nothing below it is seen through it."""
    mixed_with: frozenset[str] = frozenset()
    """Names of the strips that a transition mixes it with: neither covers the other."""
    refusal: str = ""
    hint: str = ""
    """Why no take can be made of it, and what to do."""
    scene_uid: int = 0
    """As in `Shot`."""

    @property
    def outer(self) -> Playing:
        return self.metas[0] if self.metas else self.playing

    def played(self, frames: Frames) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The scene's frames at `frames` of the timeline, and whether the strip is seen there."""
        at = frames.astype(np.float64)
        seen = self.outer.sees(at)
        for meta in self.metas:
            at = meta.start + meta.index(at)
        seen &= self.playing.sees(at)
        return self.scene_start + self.playing.index(at), seen


def shots_from_strips(strips: Sequence[SceneStrip], handles: int = 0) -> tuple[Shot, ...]:
    """The shots that the timeline shows of its scene strips, in its order: one for every strip, more where its scene
    switches cameras or a strip above covers its middle, none where it is covered all over. Named after the strips, made
    unique. `handles`: frames that are made before and after each cut."""
    seen = {strip.name: _frames(strip) for strip in strips}
    pieces = [piece for strip in strips for piece in _pieces(strip, seen[strip.name], _covered(strip, strips, seen))]
    pieces.sort(key=lambda piece: (piece.frames[0], piece.frames[-1], piece.strip.layer))
    names: set[str] = set()
    return tuple(piece.shot(unique_name(piece.strip.name, names), handles) for piece in pieces)


@dataclass(frozen=True)
class _Piece:
    """Successive frames of the timeline at which a strip is seen through one camera."""

    strip: SceneStrip
    camera: CameraMarker
    frames: Frames

    def shot(self, name: str, handles: int) -> Shot:
        strip, first, last = self.strip, int(self.frames[0]), int(self.frames[-1])
        played, _ = strip.played(self.frames)
        rounded = np.floor(played).astype(np.int64)
        start, end = int(rounded.min()), int(rounded.max())
        refusal, hint = strip.refusal, strip.hint
        if not refusal and np.any(played != rounded):
            refusal = f"The strip {strip.name!r} plays its scene at frames with fractions."
            hint = "Set its strobe to a whole number, or make it a plain strip."
        plays: tuple[int, ...] = ()
        if np.any(np.diff(rounded) != 1):
            around = np.arange(first - handles, last + handles + 1)
            plays = tuple(int(frame) for frame in strip.played(around)[0])
        return Shot(
            name,
            self.camera.camera,
            start,
            end,
            handles=handles,
            scene=strip.scene,
            shift=first - start,
            plays=plays,
            refusal=refusal,
            hint=hint,
            camera_uid=self.camera.camera_uid,
            scene_uid=strip.scene_uid,
        )


def _frames(strip: SceneStrip) -> Frames:
    """Those of the timeline at which it would be seen, were it alone."""
    there = np.arange(strip.outer.first, strip.outer.after)
    return there[strip.played(there)[1]]


def _covered(strip: SceneStrip, strips: Sequence[SceneStrip], seen: dict[str, Frames]) -> Frames:
    """Frames of the timeline at which strips above hide it."""
    above = [
        seen[other.name]
        for other in strips
        if other.covers and other.layer > strip.layer and other.name not in strip.mixed_with
    ]
    return np.concatenate(above) if above else np.empty(0, np.int64)


def _pieces(strip: SceneStrip, frames: Frames, covered: Frames) -> Iterator[_Piece]:
    frames = np.setdiff1d(frames, covered)
    if not len(frames):
        return
    cuts = sorted(strip.cameras, key=lambda cut: cut.frame)
    at = np.searchsorted([cut.frame for cut in cuts], np.floor(strip.played(frames)[0]), side="right") - 1
    through = [cuts[max(0, index)] for index in at.tolist()]
    begin = 0
    for index in range(1, len(frames) + 1):
        ends = index == len(frames)
        switches = not ends and through[index].sees_as != through[index - 1].sees_as
        if ends or frames[index] != frames[index - 1] + 1 or switches:
            yield _Piece(strip, through[begin], frames[begin:index])
            begin = index
