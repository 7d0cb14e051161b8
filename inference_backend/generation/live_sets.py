"""The sets that views are asked of: each is sent once, and kept ready for rays while the camera moves through it.

A set that differs from the last one only in where some of its instances stand shares with it everything else: meshes,
the acceleration structure of what stands still, its light. Nothing is written: instances that the world has not met get
names of their own, which hold as long as the set is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.live import set_key
from blender_mirage.wire.messages import Greybox

from ..errors import InvalidRequest, UnknownSet
from ..greybox.geometry import Float64, origin_near
from ..greybox.lightmap import Lightmap
from ..greybox.raycast import Raycaster
from ..models.protocol import Engine
from ..worlds.mesh_store import MeshStore
from ..worlds.world_files import Anchor, AnchorRecord, WorldFiles
from .greybox_frames import GreyboxFrames
from .remember import Memory, shape_of
from .shelf import Shelf

Origin = tuple[float, float, float]

NEAR = 2048.0
"""Metres that a camera may move away from a set's origin before the set is told from another one."""
KEPT = 8
"""Sets: as many as a filmmaker goes back and forth between. Those of one playback share most of what they hold."""


class WorldNames:
    """What a world remembers of names, and names that it has not met, without telling it of them."""

    def __init__(self, world: WorldFiles) -> None:
        self._anchors = {anchor.name: anchor for anchor in world.anchors()}
        self._materials = world.materials()
        self.known = (world.world_id, len(self._anchors), len(self._materials))
        """Two equal ones: the world has met no other names in between."""

    @property
    def anchors(self) -> list[Anchor]:
        return list(self._anchors.values())

    def register_anchors(self, records: Sequence[AnchorRecord]) -> list[Anchor]:
        """The anchors of `records`, in their order."""
        free = 1 + max((anchor.id for anchor in self._anchors.values()), default=0)
        for record in records:
            if record.name not in self._anchors:
                self._anchors[record.name] = Anchor(free, record.name, record.rest_mesh, record.rest_scale)
                free += 1
        return [self._anchors[record.name] for record in records]

    def material_ids(self, names: Sequence[str]) -> list[int]:
        free = 1 + max(self._materials.values(), default=0)
        for name in names:
            if name not in self._materials:
                self._materials[name] = free
                free += 1
        return [self._materials[name] for name in names]


@dataclass(frozen=True)
class LiveSet:
    """A set at one frame, ready for rays."""

    greybox: Greybox
    tracks: GreyboxTracks
    moving: frozenset[int]
    """Instances that stood elsewhere in a set before."""
    names: WorldNames
    frames: GreyboxFrames
    caster: Raycaster
    lightmap: Lightmap

    def memory(self, known: Memory) -> Memory:
        """`known` with copies that the world has not met yet."""
        return known.sharing((anchor.id, shape_of(anchor)) for anchor in self.names.anchors)


class LiveSets:
    """The last few. Not for several threads."""

    def __init__(self) -> None:
        self._sets: OrderedDict[tuple[str, str], LiveSet] = OrderedDict()

    def get(self, key: str, greybox: Greybox | None, arrays: Arrays, world: WorldFiles, meshes: MeshStore) -> LiveSet:
        """The set `key`; with `greybox` and its tracks in `arrays` it is a new one. Raises UnknownSet, NotFound (a
        mesh), InvalidRequest."""
        place, names = (world.world_id, key), WorldNames(world)
        found = self._sets.get(place)
        origin = self._origin(arrays["c2w"][0, :3, 3], found)
        if found is None or found.names.known != names.known or found.frames.origin != origin:
            if found is not None:
                greybox, tracks = found.greybox, found.tracks
            elif greybox is None:
                raise UnknownSet("The engine does not have this set.", "Send the set with the request.")
            else:
                tracks = _tracks(key, greybox, arrays)
            found = self._made(greybox, tracks, names, meshes, origin)
        self._sets[place] = found
        self._sets.move_to_end(place)
        while len(self._sets) > KEPT:
            self._sets.popitem(last=False)
        return found

    def _origin(self, eye: Float64, found: LiveSet | None) -> Origin:
        """That of the set `found`, or of the last one, as long as the camera is near it: a camera that goes back and
        forth between two places would have the set made anew each time."""
        last = found or next(reversed(self._sets.values()), None)
        if last is not None and np.abs(eye - last.frames.origin).max() <= NEAR:
            return last.frames.origin
        return origin_near(eye)

    def _made(
        self, greybox: Greybox, tracks: GreyboxTracks, names: WorldNames, meshes: MeshStore, origin: Origin
    ) -> LiveSet:
        last = next(reversed(self._sets.values()), None)
        same = last is not None and last.names.known == names.known and last.frames.origin == origin
        if last is None or not same or not _same_meshes(last.greybox, greybox):
            frames = GreyboxFrames(greybox, tracks, meshes, names, origin)
            caster = frames.caster(0)
            return LiveSet(greybox, tracks, frozenset(), names, frames, caster, Lightmap(caster))
        moving = last.moving | _moved(last.tracks, tracks) | _bent(last.greybox, greybox)
        frames = last.frames.placed(greybox, tracks, moving)
        caster = frames.caster(0)
        still = moving == last.moving and frames.still_key == last.frames.still_key
        return LiveSet(
            greybox, tracks, moving, last.names, frames, caster, last.lightmap if still else Lightmap(caster)
        )


@dataclass(frozen=True)
class LiveContext:
    """What a question is answered from."""

    world: WorldFiles
    meshes: MeshStore
    engine: Engine
    shelf: Shelf
    sets: LiveSets

    def at(self, key: str, greybox: Greybox | None, arrays: Arrays) -> tuple[LiveSet, Memory]:
        """The set that is asked about, and what the world remembers. Raises as `LiveSets.get`."""
        found = self.sets.get(key, greybox, arrays, self.world, self.meshes)
        return found, found.memory(self.shelf.show(self.world, self.engine))


def _tracks(key: str, greybox: Greybox, arrays: Arrays) -> GreyboxTracks:
    tracks = GreyboxTracks.from_arrays(greybox, arrays, frames=1)
    if set_key(greybox, arrays) != key:
        raise InvalidRequest("The key of the set is not that of its content.", "Update the add-on.")
    placed = tracks.transforms_at(0)
    return replace(tracks, transforms=placed, moving=np.zeros(0, np.int32), moving_transforms=np.zeros((0, 1, 4, 4)))


def _same_meshes(before: Greybox, now: Greybox) -> bool:
    """Whether they differ at most in where things stand, how they are bent and how they are lit."""
    pairs = zip(before.instances, now.instances, strict=False)
    return len(before.instances) == len(now.instances) and all(
        one is other or replace(one, vertex_track=other.vertex_track) == other for one, other in pairs
    )


def _bent(before: Greybox, now: Greybox) -> frozenset[int]:
    pairs = zip(before.instances, now.instances, strict=True)
    return frozenset(i for i, (one, other) in enumerate(pairs) if one.vertex_track != other.vertex_track)


def _moved(before: GreyboxTracks, now: GreyboxTracks) -> frozenset[int]:
    elsewhere = (before.transforms != now.transforms).any((1, 2)) | (before.visible != now.visible).any(1)
    return frozenset(np.flatnonzero(elsewhere).tolist())
