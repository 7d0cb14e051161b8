"""Content hashes of frames: two frames with equal ones would be generated alike.

`camera`: the camera and the resolution. `greybox`: the objects and lamps that make the view what it is (see
`greybox.influence`), by what they are and where they stand, never by ids or names for people. `readout`: the tokens
that the cells read (see `memory.fingerprint`). `settings`: what the take was asked for beside them.

Hashes are of exact inputs, rounded to what no one can see, not of what rays computed from them: the last bits of a ray
depend on whether its object counts as moving, which another frame may decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_mirage.wire.codec import MalformedMessage, from_json, to_json
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, TakeRequest
from blender_mirage.wire.survey import FrameSurvey, Staleness

from ..errors import BackendError
from ..greybox.clip import Clip
from ..greybox.geometry import Float64
from ..greybox.influence import Influence
from ..models.protocol import Engine
from ..storage.atomic import write_atomic
from .greybox_frames import MeshSource

_PLACE = 1e6
"""Parts of a metre, or of a unit of rotation, that count."""
_PIXEL = 1e4
"""Parts of a pixel that count."""


@dataclass(frozen=True)
class FrameFingerprint:
    frame: int
    """Blender's frame number."""
    camera: str
    greybox: str
    readout: str


@dataclass(frozen=True)
class Settings:
    """What a take was made with, beside cameras, greybox and memory."""

    engine: str
    weights: str
    prompt: str
    seed: int
    steps: int
    use_memory: bool
    height: int
    width: int
    look_strength: float = 1.0

    @classmethod
    def of(cls, request: TakeRequest, engine: Engine) -> Settings:
        return cls(
            engine=engine.spec.name,
            weights=engine.weights_hash,
            prompt=request.prompt,
            seed=request.seed,
            steps=request.steps,
            use_memory=request.use_memory,
            height=request.height,
            width=request.width,
            look_strength=request.look_strength,
        )

    def differences(self, other: Settings) -> list[str]:
        """Names of the fields that differ."""
        return [name for name, value in vars(self).items() if value != getattr(other, name)]


@dataclass(frozen=True)
class TakeFingerprints:
    """Every frame of a take, as the world is once the take has become part of it."""

    settings: Settings
    frames: tuple[FrameFingerprint, ...]

    def write(self, path: Path) -> None:
        """Raises DiskFull."""
        write_atomic(path, to_json(self).encode())

    @classmethod
    def read(cls, path: Path) -> TakeFingerprints | None:
        """None where there are none: the take was never finished, or by a version that kept none. Raises BackendError
        on a damaged file."""
        if not path.is_file():
            return None
        try:
            return from_json(cls, path.read_bytes())
        except MalformedMessage as error:
            raise BackendError(f"The file {path} is damaged ({error}).", "Make the take again.") from error

    def unchanged(self, frames: Iterable[FrameFingerprint]) -> dict[int, int]:
        """Index in `frames` to index in the take, of those that are still what they were."""
        known = {frame: index for index, frame in enumerate(self.frames)}
        return {index: known[frame] for index, frame in enumerate(frames) if frame in known}


def staleness(
    take_id: str, shot: str, made: TakeFingerprints | None, settings: Settings, frames: tuple[FrameSurvey, ...]
) -> Staleness:
    """How far a take is out of date against what would be made now.

    A take without fingerprints is so as a whole: nothing says with what it was made.
    """
    if made is None:
        return Staleness(take_id, shot, tuple(sorted(frame.frame for frame in frames)), ("settings",))
    differing = set(made.settings.differences(settings))
    size = differing & {"height", "width"}
    known = {frame.frame: frame for frame in made.frames}
    stale, reasons = set(), {"settings"} if differing - size else set()
    for frame in frames:
        then = known.get(frame.frame)
        reason = _reason(then, frame)
        reasons |= {reason} - {""}
        if reason or differing:
            stale.add(frame.frame)
    ordered = tuple(reason for reason in ("camera", "greybox", "memory", "settings") if reason in reasons)
    return Staleness(take_id, shot, tuple(sorted(stale)), ordered)


def _reason(then: FrameFingerprint | None, now: FrameSurvey) -> str:
    """The first of the hashes that differs: elsewhere another set is seen, and of another set other tokens are read."""
    if then is None or then.camera != now.camera:
        return "camera"
    if then.greybox != now.greybox:
        return "greybox"
    return "memory" if then.readout != now.readout else ""


def camera_hash(c2w: Float64, K: Float64, size: tuple[int, int], clip: Clip | None = None) -> str:
    """16 hexadecimal digits. `c2w` [4,4], `K` [3,3] in pixels of `size` (H, W). clip: of a camera whose planes cut
    something away; None where they do not, and might as well not be there."""
    planes = [] if clip is None else [[repr(round(depth * _PLACE)) if np.isfinite(depth) else "" for depth in clip]]
    return digest(_rounded(c2w, _PLACE), _rounded(K, _PIXEL), *size, *planes)


class GreyboxDigests:
    """Hashes of what a greybox holds, frame by frame."""

    def __init__(self, greybox: Greybox, tracks: GreyboxTracks, meshes: MeshSource) -> None:
        self._greybox = greybox
        self._tracks = tracks
        self._meshes = meshes
        self._bent: dict[str, list[str]] = {}

    def frame(self, index: int, influence: Influence) -> str:
        """16 hexadecimal digits: what shapes and lights a view at frame `index`."""
        transforms = self._tracks.transforms_at(index)
        objects = sorted(self._object(i, index, transforms[i]) for i in influence.meshes)
        lamps = sorted(self._lamp(i, index) for i in influence.lamps)
        return digest(objects, lamps, _rounded(self._tracks.ambient_at(self._greybox.ambient, index), _PLACE))

    def _object(self, i: int, index: int, transform: Float64) -> str:
        instance = self._greybox.instances[i]
        materials = [(m.name, _rounded(m.base_color, _PLACE)) for m in instance.materials]
        bent = self._bend(instance.vertex_track)[index] if instance.vertex_track else ""
        return digest(instance.anchor, instance.mesh, bent, materials, _rounded(transform, _PLACE))

    def _lamp(self, i: int, index: int) -> str:
        lamp = self._tracks.lamps_at(self._greybox.lamps, index)[i]
        facts = (*lamp.color, lamp.energy, lamp.size, lamp.spot_angle, lamp.spot_blend)
        return digest(lamp.kind, _rounded(facts, _PLACE), _rounded(self._tracks.lamp_transforms[i, index], _PLACE))

    def _bend(self, track: str) -> list[str]:
        if track not in self._bent:
            vertices = self._meshes.get(track)["vertices"]
            self._bent[track] = [hashlib.blake2b(shape.tobytes(), digest_size=8).hexdigest() for shape in vertices]
        return self._bent[track]


def digest(*parts: object) -> str:
    """16 hexadecimal digits of JSON-able values."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def _rounded(values: Float64 | tuple[float, ...], parts: float) -> list[int]:
    return np.rint(np.asarray(values, np.float64) * parts).astype(np.int64).ravel().tolist()
