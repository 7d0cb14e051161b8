"""The set as it stands now, kept fresh while somebody works in it: for questions that are answered at once.

Nothing is moved and nothing is written: the playhead stays, the file stays, ids that objects lack are the session's.
What Blender says has changed decides what is read again: of what only moved, its matrix; a mesh only where it changed.
Reading is spread over ticks. Between two ticks plain values are held, and no Blender data.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import SceneNotReady
from ..core.greybox_read import InstanceTrack, LampTrack, MeshRead
from ..core.live_link import SetRead
from ..wire.messages import Color
from .camera_sees import unseen_because
from .ids import instance_id, remember_ids
from .read_greybox import first_free, instance_name, is_flat
from .read_lamps import read_ambient, read_lamp
from .read_mesh import changes_topology, is_posed, may_deform, read_mesh
from .shaders.images import Pixels
from .shaders.surfaces import SurfaceReader
from .visibility import (
    VIEWPORT,
    also_renders,
    closed_eyes,
    evaluation_mode,
    is_closed,
    is_seen,
    rendering_objects,
)

Float64 = NDArray[np.float64]

QUIET_S = 0.3
"""After a change that may be of any kind (a selection is one too), the set is looked over when nothing has changed for
so long."""
_UNSEEN = {"CAMERA", "SPEAKER", "LIGHT_PROBE", "ARMATURE", "LATTICE"}
"""Objects that can change without the set doing so: what they move or bend is told of itself."""

_COLORED = (bpy.types.Material, bpy.types.World, bpy.types.Light, bpy.types.Image, bpy.types.NodeTree)


class _Key(NamedTuple):
    """What an evaluated mesh is found again by."""

    owner: int
    """session_uid of the data, where nothing changes it; else of the object that places it."""
    original: int = 0
    address: int = 0
    rest: bool = False
    """Whether it is the shape as it was modelled."""


class _Budget:
    """Of one tick: until the deadline, and for one mesh in any case."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._used = False

    def spent(self) -> bool:
        """Asked before each mesh."""
        used, self._used = self._used, True
        return used and time.perf_counter() >= self._deadline


class LiveScene:
    """Of one scene and view layer at a time. For the main thread."""

    def __init__(self) -> None:
        self.current: SetRead | None = None
        """The set as it was when it was last read as a whole; None before that."""
        self.problem: SceneNotReady | None = None
        """Why it cannot be read now."""
        self._of: tuple[int, str] = (0, "")
        self.forget()

    def forget(self) -> None:
        """After an undo or another file: nothing that was read before can be trusted."""
        self.current, self.problem = None, None
        self._meshes: dict[_Key, MeshRead] = {}
        self._surfaces: SurfaceReader | None = None
        self._pictures: dict[int, Pixels | None] = {}
        self._ambient: Color = (0.0, 0.0, 0.0)
        self._tracks: dict[str, InstanceTrack] = {}
        self._lamps: dict[str, LampTrack] = {}
        self._placed: dict[int, str] = {}  # anchors by session_uid, of objects that are no instances
        self._moved: set[int] = set()
        self._look_over, self._look_over_at = True, float("inf")

    @property
    def reading(self) -> bool:
        """Whether something is to be read at once; else it is as fresh as it can be, or will be looked over soon."""
        return self._look_over or bool(self._moved) or self._look_over_at <= time.monotonic()

    def note(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Takes in what Blender has just evaluated anew. For `depsgraph_update_post` and `frame_change_post`."""
        if depsgraph.mode != "VIEWPORT" or scene.session_uid != self._of[0]:
            return
        for update in depsgraph.updates:
            block = update.id.original
            if isinstance(block, bpy.types.Object):
                self._note_object(block, update)
            elif update.is_updated_geometry:
                self._drop_meshes({block.session_uid})
            elif isinstance(block, _COLORED):
                if isinstance(block, bpy.types.Image):
                    self._pictures.clear()
                self._surfaces = None
                self._look_over_when_quiet()
            elif isinstance(block, (bpy.types.Scene, bpy.types.Collection)):
                self._look_over_when_quiet()

    def read_on(self, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, seconds: float) -> None:
        """Reads what has to be read, for about `seconds`; one mesh may take longer. Raises nothing: see `problem`.

        The view layer has to be up to date, or removed data would be met.
        """
        if (scene.session_uid, view_layer.name) != self._of:
            self.forget()
            self._of = scene.session_uid, view_layer.name
        if not self.reading:
            return
        try:
            if self._look_over or self._look_over_at <= time.monotonic():
                self._look_over = True
                if not self._read_all(scene, view_layer.depsgraph, _Budget(time.perf_counter() + seconds)):
                    return
            else:
                self._place_anew(scene, view_layer.depsgraph)
            self.problem = None
        except SceneNotReady as error:
            self.problem = error
            self._look_over = False
            self._look_over_when_quiet()

    def _note_object(self, thing: bpy.types.Object, update: bpy.types.DepsgraphUpdate) -> None:
        if thing.type in _UNSEEN or (thing.type == "EMPTY" and not thing.is_instancer):
            return
        known = thing.session_uid in self._placed
        if update.is_updated_geometry:
            self._drop_meshes({thing.session_uid, thing.data.session_uid if thing.data else 0})
        elif known and update.is_updated_transform:
            self._moved.add(thing.session_uid)
        elif known:
            self._look_over_when_quiet()
        else:
            self._look_over = True

    def _drop_meshes(self, of: set[int]) -> None:
        for key in [key for key in self._meshes if key.owner in of or key.original in of]:
            del self._meshes[key]
        self._look_over = True

    def _look_over_when_quiet(self) -> None:
        self._look_over_at = time.monotonic() + QUIET_S

    def _place_anew(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
        """Only what moved by itself."""
        moved = [thing for thing in scene.objects if thing.session_uid in self._moved]
        self._look_over = len(moved) < len(self._moved)
        self._moved.clear()
        for thing in moved:
            track = self._tracks[self._placed[thing.session_uid]]
            matrix = _finite(_transform(thing.evaluated_get(depsgraph).matrix_world, scene), track.name)
            if is_flat(matrix):
                self._look_over = True
            else:
                self._tracks[track.anchor] = replace(track, transforms={0: matrix})
        self._publish()

    def _read_all(self, scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph, budget: _Budget) -> bool:
        """True where all of it was read; else what was read is kept for the next try."""
        remember_ids(bpy.data.objects)
        if self._surfaces is None or not self._surfaces.holds_for(scene):
            self._surfaces = SurfaceReader(scene, self._pictures)
        closed = closed_eyes(scene, depsgraph.view_layer)
        rendering = None if evaluation_mode(scene) == VIEWPORT else rendering_objects(scene)
        metres = scene.unit_settings.scale_length
        tracks: dict[str, InstanceTrack] = {}
        lamps: dict[str, LampTrack] = {}
        placed: dict[int, str] = {}
        anchors: set[str] = set()
        used: dict[_Key, MeshRead] = {}
        whole = True
        for instance in depsgraph.object_instances:
            thing = instance.object
            if thing.type not in ("MESH", "LIGHT") or not is_seen(instance):
                continue
            if is_closed(instance, closed):
                continue
            if rendering is not None and not also_renders(instance, rendering):
                continue
            anchor = first_free(instance_id(instance), anchors)
            matrix = _finite(_transform(instance.matrix_world, scene), thing.name)
            if thing.type == "LIGHT":
                lamps[anchor] = LampTrack(read_lamp(thing.data, matrix, metres), matrix[None])
                continue
            if is_flat(matrix):
                continue
            if unseen_because(instance, depsgraph.view_layer) is not None:
                continue
            track = self._see(anchor, instance, matrix, used, budget)
            if track is None:
                whole = False
            elif len(track.meshes[0].triangles):
                tracks[anchor] = track
                if not instance.is_instance and thing.original.type == "MESH" and not thing.is_instancer:
                    placed[thing.original.session_uid] = anchor
        if not whole:
            self._meshes.update(used)
            return False
        self._tracks, self._lamps, self._placed, self._meshes = tracks, lamps, placed, used
        self._ambient = read_ambient(scene, self._surfaces.trees)
        self._surfaces.keep_only(used.values())
        self._moved.clear()
        self._look_over, self._look_over_at = False, float("inf")
        self._publish()
        return True

    def _see(
        self,
        anchor: str,
        instance: bpy.types.DepsgraphObjectInstance,
        matrix: Float64,
        used: dict[_Key, MeshRead],
        budget: _Budget,
    ) -> InstanceTrack | None:
        """One instance; None where its mesh has to be read and there is no time left for it."""
        thing, original = instance.object, instance.object.original
        before = self._tracks.get(anchor)
        if original.mode == "EDIT":  # its evaluated mesh is not to be had: it keeps the shape it had
            return (
                replace(before, transforms={0: matrix})
                if before
                else InstanceTrack(anchor, "", (), {0: _NOTHING}, {0: matrix})
            )
        rest: MeshRead | None = None
        posed = is_posed(original) and not changes_topology(original)
        if posed and original.type == "MESH":
            rest = used.setdefault(_Key(original.data.session_uid, rest=True), self._rest_shape(original.data))
        owner = instance.parent.original if instance.is_instance else original
        key = _Key(original.data.session_uid)
        if may_deform(original):
            # The address is good until Blender says that the one or the other was evaluated anew.
            key = _Key(owner.session_uid, original.session_uid, thing.data.as_pointer())
        mesh = used.get(key) or self._meshes.get(key)
        if mesh is None:
            if budget.spent():
                return None
            mesh = read_mesh(thing.data, rest, posed)
            if not np.all(np.isfinite(mesh.vertices)):
                raise SceneNotReady(
                    f"{instance_name(instance)!r} has a vertex that is not a finite number.",
                    "Check its modifiers and drivers.",
                )
        used[key] = mesh
        if rest is not None and not rest.same_topology(mesh.vertices, mesh.corners):
            rest = None  # modifiers made another mesh of it
        name, surfaces = instance_name(instance), self._surfaces
        assert surfaces is not None
        materials, cut = surfaces.read(thing, mesh, name)
        mesh = surfaces.seen(mesh, cut)
        anchored_by = "place" if changes_topology(original) else "shape"
        alike = before is not None and before.materials == materials and before.anchored_by == anchored_by
        if before is not None and alike and before.meshes[0] is mesh:
            return replace(before, transforms={0: matrix})
        rest = surfaces.seen(rest, cut) if rest is not None else None
        return InstanceTrack(anchor, name, materials, {0: mesh}, {0: matrix}, rest, anchored_by)

    def _rest_shape(self, data: bpy.types.Mesh) -> MeshRead:
        return self._meshes.get(_Key(data.session_uid, rest=True)) or read_mesh(data)

    def _publish(self) -> None:
        """Tells of the set where it is not what it was."""
        ambient = self._ambient
        before = self.current
        if before is None or not _alike(before, self._tracks, self._lamps, ambient):
            lamps = [lamp for _, lamp in sorted(self._lamps.items())]
            self.current = SetRead(tuple(self._tracks.values()), lamps, ambient)


_NOTHING = MeshRead(
    np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros(0, np.int32), np.zeros(1, np.int32)
)


def _alike(before: SetRead, tracks: dict[str, InstanceTrack], lamps: dict[str, LampTrack], ambient: Color) -> bool:
    if len(before.instances) != len(tracks) or len(before.lamps) != len(lamps) or before.ambient != ambient:
        return False
    for old, new in zip(before.instances, tracks.values(), strict=True):
        if old is not new and not _same_instance(old, new):
            return False
    now = [lamp for _, lamp in sorted(lamps.items())]
    return all(
        old.lamp == new.lamp and np.array_equal(old.transforms, new.transforms)
        for old, new in zip(before.lamps, now, strict=True)
    )


def _same_instance(old: InstanceTrack, new: InstanceTrack) -> bool:
    known = (old.anchor, old.name, old.materials, old.anchored_by)
    same = known == (new.anchor, new.name, new.materials, new.anchored_by)
    same = same and old.meshes[0] is new.meshes[0] and old.rest is new.rest
    return same and np.array_equal(old.transforms[0], new.transforms[0])


def _transform(matrix_world: object, scene: bpy.types.Scene) -> Float64:
    """[4,4] local to world, metres."""
    matrix = np.array(matrix_world, dtype=np.float64)
    matrix[:3] *= scene.unit_settings.scale_length
    return matrix


def _finite(matrix: Float64, name: str) -> Float64:
    if not np.all(np.isfinite(matrix)):
        raise SceneNotReady(
            f"{name!r} has a transform that is not a finite number.", "Check its drivers and constraints."
        )
    return matrix
