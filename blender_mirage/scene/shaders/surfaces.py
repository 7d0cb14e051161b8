"""What of an object's mesh the camera sees: its materials, and the mesh without what they let it see through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np
from numpy.typing import NDArray

from ...core.cutting import Cut, cut
from ...core.greybox_read import MeshRead
from ...wire.messages import Material
from .images import Pixels
from .materials import NO_MATERIAL, MaterialRead, ShaderTrees, changes_over_time
from .points import Corners, SurfacePoints, spread

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
_Key = tuple[int, int]
"""session_uid of a material (0: none), and the frame that it was read at where it changes over time."""

_SAMPLES = 256
"""Points that a material is looked at on a mesh."""
_UNKNOWN_DETAIL = 5
"""Times that a triangle's sides are halved where no picture says how fine its pattern is."""
_EVEN = 1e-5
"""Of a UV map: triangles that differ by less are cut alike."""


class SurfaceReader:
    """Of one scene. Each material, and each mesh with its materials, is read once."""

    def __init__(self, scene: bpy.types.Scene, pictures: dict[int, Pixels | None] | None = None) -> None:
        """pictures: those that were read before, by session_uid; grows."""
        self._of = _settings(scene)
        self.through: dict[str, dict[str, None]] = {}
        """Names of the objects that were left out, or a part of them, by reason; see `MaterialRead.through`."""
        self.missing: dict[str, None] = {}
        """Names of pictures that are not there."""
        self.trees = ShaderTrees(*self._of, pictures={} if pictures is None else pictures)
        self._frame = 0
        self._changing: dict[int, bool] = {}
        self._everywhere: dict[_Key, MaterialRead] = {}
        self._on_mesh: dict[tuple[_Key, int, int, int], MaterialRead] = {}
        self._cuts: dict[tuple[int, tuple[_Key, ...], tuple[str, ...]], Cut | None] = {}
        self._seen: dict[tuple[int, int], MeshRead] = {}
        self._held: dict[int, object] = {}  # what the ids in the keys above are of

    def holds_for(self, scene: bpy.types.Scene) -> bool:
        """Whether the scene still has the settings that it was made for."""
        return _settings(scene) == self._of

    def keep_only(self, meshes: Iterable[MeshRead]) -> None:
        """Drops what was made of meshes that are no more."""
        used = set()
        for mesh in meshes:
            used |= {id(mesh), id(mesh.triangles)}
        self._on_mesh = {key: found for key, found in self._on_mesh.items() if key[1] in used}
        self._cuts = {key: made for key, made in self._cuts.items() if key[0] in used}
        self._seen = {key: mesh for key, mesh in self._seen.items() if key[0] in used}
        used |= {key[1] for key in self._seen}
        self._held = {key: held for key, held in self._held.items() if key in used}

    def next_frame(self) -> None:
        """Materials that change over time are to be read anew."""
        self._frame += 1

    def read(self, thing: bpy.types.Object, whole: MeshRead, name: str) -> tuple[tuple[Material, ...], Cut | None]:
        """The materials of an evaluated object's slots, at least one, and what is left of its mesh where the camera
        sees through a part of it; None where it sees nothing through it.

        whole: the mesh as it was read, in any of its poses. name: for people, to tell of what is left out.
        """
        slots = slot_materials(thing)
        keys = tuple(self._key(material) for material in slots)
        used = np.unique(whole.face_material).tolist()
        found = [
            self._material(thing, material, key, whole, slot)
            for slot, (material, key) in enumerate(zip(slots, keys, strict=True))
        ]
        if _is_smoke(thing) and not any(slots):
            found = [MaterialRead(NO_MATERIAL, "volume")]
        for slot in used:
            if found[slot].through:
                self.leave_out(name, found[slot].through)
            if found[slot].missing:
                self.missing[found[slot].missing] = None
        return tuple(one.material for one in found), self._cut(thing, whole, found, keys, used)

    def leave_out(self, name: str, reason: str) -> None:
        """Notes that an object, or a part of it, is left out."""
        self.through.setdefault(reason, {})[name] = None

    def is_seen(self, names: Iterable[str]) -> None:
        """Takes back what was noted of objects that another view layer shows; of glass, a part may be left out."""
        for name in names:
            self.through.get("hole", {}).pop(name, None)

    def seen(self, whole: MeshRead, cut: Cut | None) -> MeshRead:
        """`whole` cut; the same mesh, cut in the same way, is the same value."""
        if cut is None:
            return whole
        key = (id(whole), id(cut))
        if key not in self._seen:
            self._held[id(whole)], self._held[id(cut)] = whole, cut
            self._seen[key] = cut.of(whole)
        return self._seen[key]

    def _key(self, material: bpy.types.Material | None) -> _Key:
        if material is None:
            return 0, 0
        original = material.original
        uid = original.session_uid
        if uid not in self._changing:
            self._changing[uid] = changes_over_time(original)
        return uid, self._frame if self._changing[uid] else 0

    def _material(
        self, thing: bpy.types.Object, material: bpy.types.Material | None, key: _Key, whole: MeshRead, slot: int
    ) -> MaterialRead:
        if material is None:
            return MaterialRead(NO_MATERIAL)
        if key in self._everywhere:
            return self._everywhere[key]
        place = (key, id(whole.triangles), slot, 0)
        of_object = (*place[:3], thing.original.session_uid)
        for known in (place, of_object):
            if known in self._on_mesh:
                return self._on_mesh[known]
        rows = np.flatnonzero(whole.face_material == slot)
        rows = rows if len(rows) else np.arange(len(whole.triangles))
        if not len(rows):
            return MaterialRead(Material(material.name_full, NO_MATERIAL.base_color))
        triangles, weights = spread(whole.triangles[rows], whole.vertices, whole.loops[rows], _SAMPLES)
        points = SurfacePoints(thing, Corners(thing.data), triangles, weights)
        found = self.trees.read(material, points)
        if not points.used and not points.of_object:
            self._everywhere[key] = found
        else:
            self._held[id(whole.triangles)] = whole.triangles
            self._on_mesh[of_object if points.of_object else place] = found
        return found

    def _cut(
        self,
        thing: bpy.types.Object,
        whole: MeshRead,
        found: Sequence[MaterialRead],
        keys: tuple[_Key, ...],
        used: Sequence[int],
    ) -> Cut | None:
        if not any(found[slot].through or found[slot].cut for slot in used):
            return None
        place = (id(whole.triangles), keys, tuple(found[slot].through for slot in used))
        if place not in self._cuts:
            self._held[id(whole.triangles)] = whole.triangles
            self._cuts[place] = self._made(thing, whole, found, used)
        return self._cuts[place]

    def _made(
        self, thing: bpy.types.Object, whole: MeshRead, found: Sequence[MaterialRead], used: Sequence[int]
    ) -> Cut | None:
        gone = [slot for slot in used if found[slot].through]
        kept = ~np.isin(whole.face_material, gone)
        corners, materials = Corners(thing.data), slot_materials(thing)
        parts = []
        for slot in used:
            material = materials[slot]
            if found[slot].cut and material is not None:
                rows = np.flatnonzero(whole.face_material == slot)
                parts.append(_Cutout(self.trees, thing, material, corners, whole.loops, rows))
        parts = [part for part in parts if part.has_holes()]
        for part in parts:
            kept[part.rows] = False
        if kept.all():
            return None
        return _all_cut(whole, kept, parts)


class _Cutout:
    """The triangles of one slot whose material is a surface at some places only."""

    def __init__(
        self,
        trees: ShaderTrees,
        thing: bpy.types.Object,
        material: bpy.types.Material,
        corners: Corners,
        loops: NDArray[np.int32],
        rows: Int64,
    ) -> None:
        self.rows = rows
        self._trees, self._thing, self._material = trees, thing, material
        self._corners, self._loops = corners, loops
        at_corners, points = self._look(rows, np.eye(3), 0)
        self._solid_corners = at_corners
        self._used = points.used
        self._finer = 0
        self.spans = self._spans(points)

    def like(self) -> Int64:
        """[R] equal numbers where triangles are cut alike."""
        names = self._used or {"position"}
        values = SurfacePoints(self._thing, self._corners, self._loops[self.rows], np.zeros((1, 3))).corner_values(
            names
        )
        # One number for a row: sorting rows of many takes a minute for a million triangles.
        factors = np.random.default_rng(1).integers(1, 2**62, values.shape[1]) * 2 + 1
        with np.errstate(over="ignore"):
            keys = (np.rint(values / _EVEN).astype(np.int64) * factors).sum(1)
        _, inverse = np.unique(keys, return_inverse=True)
        numbers: Int64 = inverse.ravel()
        return numbers

    def has_holes(self) -> bool:
        """Whether any point of a coarse look at all triangles is not solid, or may not be between them."""
        return bool((self._solid_corners < 0.5).any() or self.spans.max(initial=0) > 0)

    def opacity(self, rows: Int64, weights: Float64, mip: int) -> Float64:
        return self._look(rows, weights, max(mip - self._finer, 0))[0]

    def _look(self, rows: Int64, weights: Float64, mip: int) -> tuple[Float64, SurfacePoints]:
        """([B,P] how solid, the points)."""
        count = len(weights)
        points = SurfacePoints(
            self._thing, self._corners, np.repeat(self._loops[rows], count, axis=0), np.tile(weights, (len(rows), 1))
        )
        points.mip = mip
        closure = self._trees.closure(self._material.node_tree, points)
        solid = self._trees.solid(closure) if closure is not None else np.zeros((1, 1))
        return np.broadcast_to(solid, (len(points), 1)).reshape(len(rows), count), points

    def _spans(self, points: SurfacePoints) -> Int64:
        """[R] how often the sides of a triangle are halved until parts are smaller than the pixels of its picture."""
        if points.texels is None or len(points.texels) < len(points):
            return np.full(len(self.rows), _UNKNOWN_DETAIL)
        texels = points.texels.reshape(-1, 3, 2)
        sides = np.linalg.norm(texels - np.roll(texels, 1, axis=1), axis=2).max(1)
        self._finer = 2 if points.sharp else 1
        return np.ceil(np.log2(np.maximum(sides, 1.0))).astype(np.int64) + self._finer


def _all_cut(whole: MeshRead, kept: NDArray[np.bool_], parts: Sequence[_Cutout]) -> Cut:
    rows = np.concatenate([np.zeros(0, np.int64), *(part.rows for part in parts)])
    owner = np.concatenate([np.zeros(0, np.int64), *(np.full(len(part.rows), i) for i, part in enumerate(parts))])
    likes, first = [np.zeros(0, np.int64)], 0
    for part in parts:
        likes.append(first + part.like())
        first = int(likes[-1].max()) + 1
    spans = np.concatenate([np.zeros(0, np.int64), *(part.spans for part in parts)])
    owner_of = dict(zip(rows.tolist(), owner.tolist(), strict=True))

    def opacity(asked: Int64, weights: Float64, mip: int) -> Float64:
        owners = np.array([owner_of[row] for row in asked.tolist()])
        found = np.empty((len(asked), len(weights)))
        for i in np.unique(owners):
            mine = owners == i
            found[mine] = parts[i].opacity(asked[mine], weights, mip)
        return found

    return cut(whole, kept, rows, np.concatenate(likes), spans, opacity)


def _settings(scene: bpy.types.Scene) -> tuple[str, bool]:
    """(engine of the render, whether glass is kept)."""
    settings = getattr(scene, "mirage", None)  # the reader works without the add-on's settings too
    return scene.render.engine, bool(settings is not None and settings.keep_glass)


def slot_materials(thing: bpy.types.Object) -> list[bpy.types.Material | None]:
    """One entry a slot of an evaluated object, at least one: the slot's own material where it is linked to the object,
    else the evaluated mesh's (geometry nodes may have set it)."""
    slots = thing.material_slots
    found = []
    for index, material in enumerate(thing.data.materials):
        if index < len(slots) and slots[index].link == "OBJECT":
            material = slots[index].material
        found.append(material)
    return found or [None]


def _is_smoke(thing: bpy.types.Object) -> bool:
    """Whether it is the box that smoke or fire is made in: renderers give it a volume."""
    for item in thing.original.modifiers:
        if item.type == "FLUID" and item.fluid_type == "DOMAIN":
            return bool(item.domain_settings.domain_type == "GAS")
    return False
