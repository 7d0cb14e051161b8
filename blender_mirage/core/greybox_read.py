"""From what was seen of a set, frame by frame, to the wire's greybox: deduplicated meshes, tracks, warnings.

No bpy: `scene.read_greybox` collects `InstanceTrack`s on the main thread, `assemble` may run on any thread.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..wire.arrays import content_hash, pack
from ..wire.greybox import GreyboxTracks, lamp_values
from ..wire.messages import Color, Greybox, Instance, Lamp, Material
from .errors import SceneNotReady

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class MeshRead:
    """A mesh at one frame. Compared by identity: an unchanged mesh is the same value at every frame."""

    vertices: Float32
    """[V,3] object-local."""
    triangles: Int32
    """[F,3]."""
    face_material: Int32
    """[F] material slot."""
    corners: Int32
    """Vertex of every face corner, then the number of faces: equal for equal topology."""
    loops: Int32 = field(default_factory=lambda: np.zeros((0, 3), np.int32))
    """[F,3] face corners of the triangles, where it is known."""

    def topology(self) -> str:
        """Equal for meshes whose triangles and materials are."""
        facts = {"vertices": np.array(len(self.vertices)), "triangles": self.triangles, "material": self.face_material}
        return content_hash(pack(facts))

    def same_counts(self, vertices: Float32, corners: Int32) -> bool:
        """Whether it has as many vertices and triangles."""
        triangles = len(corners) - 1 - 2 * int(corners[-1])  # of faces with n corners there are n - 2
        return self.vertices.shape == vertices.shape and len(self.triangles) == triangles

    def same_topology(self, vertices: Float32, corners: Int32) -> bool:
        return self.vertices.shape == vertices.shape and np.array_equal(self.corners, corners)


@dataclass
class InstanceTrack:
    """What was seen of one instance, by index of the frame; an index that is missing is a frame without it."""

    anchor: str
    name: str
    materials: tuple[Material, ...]
    meshes: dict[int, MeshRead] = field(default_factory=dict)
    transforms: dict[int, Float64] = field(default_factory=dict)
    rest: MeshRead | None = None
    """The shape before anything bends it, of the same topology as `meshes`, or as some of them."""
    anchored_by: str = "shape"
    """As `wire.messages.Instance.anchored_by`. A track with more than one topology is anchored by its place."""

    def runs(self) -> list[InstanceTrack]:
        """A track for every topology, in the order in which they are met."""
        distinct: dict[int, list[int]] = {}
        for index, mesh in self.meshes.items():
            distinct.setdefault(id(mesh.triangles), []).append(index)
        met: dict[str, list[int]] = {}
        for some in distinct.values():
            met.setdefault(self.meshes[some[0]].topology(), []).extend(some)
        if len(met) == 1:
            return [self]
        return [self._only(sorted(some)) for some in met.values()]

    def _only(self, indices: list[int]) -> InstanceTrack:
        meshes, last = {}, self.meshes[indices[0]]
        for index in indices:
            now = self.meshes[index]
            last = last if np.array_equal(now.vertices, last.vertices) else now
            meshes[index] = last
        places = {index: self.transforms[index] for index in indices}
        return InstanceTrack(self.anchor, self.name, self.materials, meshes, places, None, "place")

    def series(self, frames: int) -> list[int]:
        """For every index, the one at which it was last seen before (or first seen at all)."""
        seen = sorted(self.meshes)
        return [seen[max(bisect_right(seen, index) - 1, 0)] for index in range(frames)]


@dataclass(frozen=True, eq=False)
class LampTrack:
    """A lamp and its placement at every frame."""

    lamp: Lamp
    transforms: Float64
    """[T,4,4]."""
    values: Float64 | None = None
    """[T,7] as `GreyboxTracks.lamp_values`; None where none of them changes."""


@dataclass(frozen=True, eq=False)
class GreyboxRead:
    """The set over T frames, ready for a request."""

    greybox: Greybox
    tracks: GreyboxTracks
    meshes: Mapping[str, bytes]
    """Content hash -> packed arrays, of meshes and vertex tracks."""
    bounds: Float64
    """[N,2,3] lower and upper corner of every instance in its own frame, over all frames."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class PackedSeries:
    """One instance's mesh over the frames, as it is sent."""

    mesh: str
    vertex_track: str
    """Empty where it is rigid."""
    bounds: Float64
    """[2,3]."""
    blobs: dict[str, bytes]
    reads: tuple[MeshRead | None, ...]
    """What it was made of: as long as it is kept, their ids are theirs."""


def assemble(
    instances: Iterable[InstanceTrack],
    lamps: Sequence[LampTrack],
    ambient: Color | Sequence[Color],
    frames: int,
    warnings: Iterable[str] = (),
    packed: dict[tuple[int, ...], PackedSeries] | None = None,
) -> GreyboxRead:
    """Packs and hashes each distinct mesh once. Instances come in the order of their anchors; what changes its topology
    is one for each that it has.

    ambient: the same for all frames, or one for each.
    packed: what was packed for another reading of the same set, kept from one to the next; it then holds what this
    one needs.
    """
    seen = sorted((track for track in instances if track.meshes), key=lambda track: track.anchor)
    placed = [run for track in seen for run in track.runs()]
    packed = {} if packed is None else packed
    known = dict(packed)
    packed.clear()
    messages, bounds = [], []
    transforms = np.zeros((len(placed), frames, 4, 4))
    visible = np.zeros((len(placed), frames), np.uint8)
    for row, track in enumerate(placed):
        series = track.series(frames)
        reads = [track.meshes[index] for index in series]
        key = (id(track.rest), *map(id, reads))
        if key not in packed:
            packed[key] = known[key] if key in known else _pack_series(reads, track.rest)
        series_packed = packed[key]
        messages.append(
            Instance(
                track.anchor,
                track.name,
                series_packed.mesh,
                track.materials,
                series_packed.vertex_track,
                track.anchored_by,
            )
        )
        bounds.append(series_packed.bounds)
        transforms[row] = [track.transforms[index] for index in series]
        visible[row, list(track.meshes)] = 1
    colors = np.broadcast_to(np.asarray(ambient, np.float64).reshape(-1, 3), (frames, 3)).copy()
    moving = np.flatnonzero((transforms != transforms[:, :1]).any((1, 2, 3))).astype(np.int32)
    tracks = GreyboxTracks(
        transforms[:, 0].copy(),
        moving,
        transforms[moving],
        visible,
        np.stack([lamp.transforms for lamp in lamps]) if lamps else np.zeros((0, frames, 4, 4)),
        _lamp_values(lamps, frames),
        colors if (colors != colors[0]).any() else None,
    )
    red, green, blue = colors[0].tolist()
    return GreyboxRead(
        Greybox(tuple(messages), tuple(track.lamp for track in lamps), (red, green, blue)),
        tracks,
        {name: blob for series_packed in packed.values() for name, blob in series_packed.blobs.items()},
        np.stack(bounds) if bounds else np.zeros((0, 2, 3)),
        tuple(warnings),
    )


def _lamp_values(lamps: Sequence[LampTrack], frames: int) -> Float64 | None:
    """[L,T,7]; None where no lamp changes."""
    if all(track.values is None for track in lamps):
        return None
    parts = [np.tile(lamp_values(track.lamp), (frames, 1)) if track.values is None else track.values for track in lamps]
    values: Float64 = np.stack(parts)
    return values


def checked(read: GreyboxRead, where: str, note: Callable[[str], None]) -> GreyboxRead:
    """`read`, its warnings noted. Raises SceneNotReady where there is nothing to see; `where` says of what."""
    for warning in read.warnings:
        note(warning)
    if not read.greybox.instances:
        raise SceneNotReady(
            f"There is no mesh that renders at {where}.", "Add objects to the scene, or enable them for rendering."
        )
    return read


def _pack_series(reads: Sequence[MeshRead], rest: MeshRead | None) -> PackedSeries:
    """The mesh is the rest shape, or as first seen where there is none. One that holds the same pose over many frames
    is sent in that pose: a track of equal frames would be large and say nothing."""
    held = all(read is reads[0] for read in reads)
    first = reads[0] if rest is None or (held and len(reads) > 1) else rest
    arrays = {"vertices": first.vertices, "triangles": first.triangles, "face_material": first.face_material}
    parts = [pack(arrays)]
    if not all(read is first for read in reads):
        parts.append(pack({"vertices": np.stack([read.vertices for read in reads])}))
    names = [content_hash(part) for part in parts]
    blobs = dict(zip(names, parts, strict=True))
    return PackedSeries(names[0], names[1] if len(names) > 1 else "", _bounds(reads), blobs, (rest, *reads))


def _bounds(reads: Sequence[MeshRead]) -> Float64:
    distinct = {id(read): read.vertices for read in reads}.values()
    lower = np.min([vertices.min(0) for vertices in distinct], axis=0)
    upper = np.max([vertices.max(0) for vertices in distinct], axis=0)
    return np.array([lower, upper], dtype=np.float64)
