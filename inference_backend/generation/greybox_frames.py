"""The greybox of a request, frame by frame, with the anchors and rest shapes that its world knows it by."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from blender_mirage.wire.arrays import Arrays
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance

from ..greybox.geometry import ORIGIN, Float32, FrameSet, Mesh, PlacedLamp, PlacedMesh, scale_of
from ..greybox.raycast import Raycaster
from ..worlds.anchor_names import anchor_name
from ..worlds.world_files import Anchor, AnchorRecord


class MeshSource(Protocol):
    def get(self, name: str) -> Arrays: ...


class NameTable(Protocol):
    """What a world remembers of names; see `worlds.world_files.WorldFiles`."""

    def register_anchors(self, records: list[AnchorRecord]) -> list[Anchor]: ...

    def material_ids(self, names: list[str]) -> list[int]: ...


@dataclass(frozen=True)
class _Known:
    """What stays of one instance over all frames."""

    mesh: Mesh
    rest_vertices: Float32
    rest_scale: Float32
    """[3] local units to metres of the rest space."""
    anchor: int
    materials: tuple[int, ...]
    base_colors: Float32
    track: Float32 | None
    """[T,V,3] for a mesh that deforms."""
    by_place: bool
    """Whether its rest space is the object's own, as it is now."""


class GreyboxFrames:
    """Frame sets and ray casters of a greybox over T frames."""

    def __init__(
        self,
        greybox: Greybox,
        tracks: GreyboxTracks,
        meshes: MeshSource,
        world: NameTable,
        origin: tuple[float, float, float] = ORIGIN,
    ) -> None:
        """origin: of the frame sets; `greybox.geometry.origin_near` the cameras, where float32 shall tell what they
        see."""
        self._greybox = greybox
        self.origin = origin
        self._tracks = tracks
        self._meshes = meshes
        loaded = {name: _mesh(meshes.get(name)) for name in {i.mesh for i in greybox.instances}}
        self._known = self._recognise(loaded, world)
        changing = set(tracks.moving.tolist())
        changing |= {i for i, instance in enumerate(greybox.instances) if instance.vertex_track}
        changing |= set(np.flatnonzero(np.ptp(tracks.visible, axis=1)).tolist()) if tracks.visible.size else set()
        self._changing = changing
        self._caster: Raycaster | None = None

    def placed(self, greybox: Greybox, tracks: GreyboxTracks, moving: frozenset[int]) -> GreyboxFrames:
        """The same meshes elsewhere, otherwise bent and in another light: `greybox` has the same instances, and of them
        `moving` are to be placed anew from one set to the next. What stands still is shared where it stands as it
        stood."""
        other = copy.copy(self)
        other._greybox, other._tracks, other._changing = greybox, tracks, set(moving)
        other._known = list(self._known)
        for i, (before, now) in enumerate(zip(self._greybox.instances, greybox.instances, strict=True)):
            if before.vertex_track != now.vertex_track:
                other._known[i] = replace(self._known[i], track=self._track(now))
        if other.still_key != self.still_key:
            other._caster = None
        return other

    @property
    def names(self) -> dict[int, str]:
        """Names of the objects by anchor, for people."""
        return {known.anchor: i.name for known, i in zip(self._known, self._greybox.instances, strict=True)}

    @property
    def moving_anchors(self) -> frozenset[int]:
        return frozenset(self._known[i].anchor for i in self._changing)

    @property
    def still_key(self) -> str:
        """16 hexadecimal digits: the meshes, and where those are that stand still over all frames."""
        tracks, moving = self._tracks, sorted(self._changing)
        still = np.setdiff1d(np.arange(len(self._known)), moving)
        names = ([i.mesh for i in self._greybox.instances], moving, self.origin)
        digest = hashlib.blake2b(repr(names).encode(), digest_size=8)
        digest.update(np.ascontiguousarray(tracks.transforms[still]).tobytes())
        digest.update(np.ascontiguousarray(tracks.visible[still, :1]).tobytes())
        return digest.hexdigest()

    def frame_set(self, index: int) -> FrameSet:
        """The greybox at frame `index`. A hidden instance stays in its place in the list, shrunk to nothing."""
        transforms = self._tracks.transforms_at(index)
        transforms[:, :3, 3] -= self.origin
        placed = []
        for i, known in enumerate(self._known):
            transform = transforms[i] if self._tracks.visible[i, index] else np.diag([0.0, 0.0, 0.0, 1.0])
            mesh, rest = known.mesh, known.rest_vertices
            if known.track is not None:
                mesh = Mesh(known.track[index], mesh.triangles, mesh.face_material)
                rest = (mesh.vertices * known.rest_scale).astype(np.float32) if known.by_place else rest
            placed.append(PlacedMesh(mesh, transform, known.anchor, known.materials, known.base_colors, rest))
        ambient = np.array(self._tracks.ambient_at(self._greybox.ambient, index), np.float32)
        return FrameSet(tuple(placed), self._lamps(index), ambient, self.origin)

    def caster(self, index: int) -> Raycaster:
        """A ray caster at frame `index`, sharing the acceleration structures of what stands still."""
        frame_set = self.frame_set(index)
        if self._caster is None:
            self._caster = Raycaster(frame_set, self._changing)
            return self._caster
        return self._caster.moved(frame_set)

    def _lamps(self, index: int) -> tuple[PlacedLamp, ...]:
        transforms = self._tracks.lamp_transforms[:, index].copy()
        transforms[:, :3, 3] -= self.origin
        return tuple(
            PlacedLamp(
                lamp.kind,
                np.array(lamp.color, np.float32),
                lamp.energy,
                lamp.size,
                lamp.spot_angle,
                lamp.spot_blend,
                transforms[i],
            )
            for i, lamp in enumerate(self._tracks.lamps_at(self._greybox.lamps, index))
        )

    def _recognise(self, loaded: dict[str, Mesh], world: NameTable) -> list[_Known]:
        instances = self._greybox.instances
        records = [
            AnchorRecord(
                _name(instance, loaded[instance.mesh]),
                instance.mesh,
                tuple(float(s) or 1.0 for s in scale_of(self._tracks.transforms[i])),  # type: ignore[arg-type]
                instance.name,
            )
            for i, instance in enumerate(instances)
        ]
        anchors = world.register_anchors(records)
        placed = list(zip(instances, anchors, strict=True))
        names = sorted({name for instance, anchor in placed for name in _material_names(instance, anchor)})
        ids = dict(zip(names, world.material_ids(names), strict=True))
        return [self._remember(instance, loaded[instance.mesh], anchor, ids) for instance, anchor in placed]

    def _remember(self, instance: Instance, mesh: Mesh, anchor: Anchor, ids: dict[str, int]) -> _Known:
        rest = mesh.vertices
        by_place = instance.anchored_by == "place"
        if anchor.rest_mesh != instance.mesh and not by_place:
            rest = self._meshes.get(anchor.rest_mesh)["vertices"]
        colors = [material.base_color for material in instance.materials] or [(0.6, 0.6, 0.6)]
        return _Known(
            mesh=mesh,
            rest_vertices=(rest * np.array(anchor.rest_scale)).astype(np.float32),
            rest_scale=np.array(anchor.rest_scale, np.float32),
            anchor=anchor.id,
            materials=tuple(ids[name] for name in _material_names(instance, anchor)),
            base_colors=np.array(colors, np.float32),
            track=self._track(instance),
            by_place=by_place,
        )

    def _track(self, instance: Instance) -> Float32 | None:
        if not instance.vertex_track:
            return None
        return np.asarray(self._meshes.get(instance.vertex_track)["vertices"], np.float32)


def _name(instance: Instance, mesh: Mesh) -> str:
    return anchor_name(instance.anchor, mesh.triangles, len(mesh.vertices), instance.anchored_by)


def _material_names(instance: Instance, anchor: Anchor) -> list[str]:
    """One a slot. A surface without a material is of its shape's own: a bare box looks like its duplicates, and need
    not look like another bare box."""
    scale = " ".join(f"{factor:.4g}" for factor in anchor.rest_scale)
    own = f"of {anchor.rest_mesh} {scale}"
    return [material.name or own for material in instance.materials] or [own]


def _mesh(arrays: Arrays) -> Mesh:
    return Mesh(
        np.ascontiguousarray(arrays["vertices"], np.float32),
        np.ascontiguousarray(arrays["triangles"], np.int32),
        np.ascontiguousarray(arrays["face_material"], np.int32),
    )
