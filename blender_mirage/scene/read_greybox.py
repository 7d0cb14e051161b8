"""The evaluated set over the frames of a shot: every mesh and lamp that is seen, instances and deformation included.

The reader goes some frames a step, so that progress can be told. Between two steps it holds plain values only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.cutting import Cut
from ..core.errors import SceneNotReady
from ..core.greybox_read import GreyboxRead, InstanceTrack, MeshRead, assemble
from ..core.left_out import sentences
from ..wire.messages import Color
from .camera_sees import unseen_because
from .evaluated_frames import Source, Visit, walk_frames
from .ids import ensure_ids, instance_id
from .read_lamps import LampReader, read_ambient
from .read_mesh import changes_topology, is_posed, may_deform, read_mesh
from .shaders.materials import changes_over_time
from .shaders.surfaces import SurfaceReader
from .simulations import unbaked_liquids
from .visibility import VIEWPORT, closed_eyes, is_closed, is_seen

Float64 = NDArray[np.float64]

_WITHOUT_SURFACE = {
    "CURVES": "hair without a surface",
    "POINTCLOUD": "a point cloud without a surface",
    "VOLUME": "a volume without a surface",
    "GPENCIL": "a drawing without a surface",
    "GREASEPENCIL": "a drawing without a surface",
}
"""What renders and cannot be a mesh. (4.3 renamed the drawings.)"""


def read_greybox(
    source: Source, frames: Sequence[float], on_progress: Callable[[int, int], None] | None = None, mode: str = ""
) -> GreyboxRead:
    """The set at `frames`, in one go. `on_progress(done, total)` is called after each. The playhead is put back.

    mode: see `walk_frames`. Raises SceneNotReady where a matrix or a vertex is not a finite number.
    """
    with GreyboxReader(source, frames, mode) as reader:
        while reader.step():
            if on_progress:
                on_progress(reader.done, reader.total)
    return reader.result()


class GreyboxReader:
    """Reads some frames a `step()`; `close()` (or leaving the `with`) puts the playhead back, whatever happened."""

    def __init__(
        self,
        source: Source,
        frames: Sequence[float],
        mode: str = "",
        also: Visit | None = None,
        camera: bpy.types.Object | None = None,
    ) -> None:
        """mode, camera: see `walk_frames`. also: reads something else at each frame, as it is evaluated for this."""
        self._also = also
        ensure_ids(bpy.data.objects)
        self._frames = tuple(frames)
        self._index = 0  # of the frame being read
        scene = source.scene if isinstance(source, bpy.types.Context) else source
        self._metres = scene.unit_settings.scale_length
        self._instances: dict[str, InstanceTrack] = {}
        self._lamps = LampReader(self._metres)
        self._surfaces = SurfaceReader(scene)
        self._ambient: dict[int, Color] = {}  # by index
        self._whole: dict[str, MeshRead] = {}  # by anchor: as last read, holes not yet cut
        self._modelled: dict[str, MeshRead] = {}  # by anchor: before anything bends it
        self._faceless: dict[str, tuple[str, int]] = {}  # name and session_uid by anchor
        self._placing: set[int] = set()  # session_uid of what places instances
        self._still: dict[int, MeshRead] = {}  # by session_uid of the original mesh
        self._rest: dict[int, MeshRead] = {}  # the same, of meshes that something bends
        self._warnings: dict[str, None] = {}  # a set that keeps its order
        self._closed: set[int] | None = None  # session_uid of what a viewport does not show
        for name in unbaked_liquids(scene):
            self._warn(f"{name!r} is a liquid that is not baked: it stays as it is before. Bake it, and start again.")
        self._steps = walk_frames(source, self._frames, self._read_frame, mode, camera)
        self.done, self.total = 0, len(self._frames)

    def step(self) -> bool:
        """Reads on. False when there was nothing left."""
        step = next(self._steps, None)
        if step is not None:
            self.done, self.total = step
        return step is not None

    def close(self) -> None:
        self._steps.close()

    def result(self) -> GreyboxRead:
        """Packs what was read. Touches no Blender data: may run on another thread."""
        if self.done < self.total:
            raise ValueError(f"expected all {self.total} frames to be read, got {self.done}")
        frames = len(self._frames)
        for anchor, (name, uid) in self._faceless.items():
            if anchor not in self._instances and uid not in self._placing:
                self._warn(f"{name!r} has no faces and is left out.")
        self._surfaces.is_seen(track.name for track in self._instances.values())
        warnings = (*self._warnings, *sentences(self._surfaces))
        ambient = [self._ambient[index] for index in range(frames)]
        return assemble(self._instances.values(), self._lamps.tracks(frames), ambient, frames, warnings)

    def __enter__(self) -> GreyboxReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_frame(self, index: int, depsgraph: bpy.types.Depsgraph) -> None:
        """What several view layers show is read in the first of them."""
        if self._also is not None:
            self._also(index, depsgraph)
        self._index = index
        self._ambient[index] = self._ambient_now(depsgraph.scene_eval)
        meshes: dict[int, MeshRead] = {}  # by address: good for this evaluation only
        anchors: set[str] = set()
        self._surfaces.next_frame()
        if self._closed is None:
            viewport = depsgraph.mode == VIEWPORT
            self._closed = closed_eyes(depsgraph.scene, depsgraph.view_layer) if viewport else set()
        for instance in depsgraph.object_instances:
            if is_closed(instance, self._closed):
                continue
            kind = instance.object.type
            if instance.is_instance:
                self._placing.add(instance.parent.original.session_uid)
            if instance.show_particles and _has_strands(instance.object):
                self._warn(f"{instance_name(instance)!r} has hair, which has no surface: the hair is left out.")
            if kind in _WITHOUT_SURFACE and is_seen(instance):
                self._warn(f"{instance_name(instance)!r} is {_WITHOUT_SURFACE[kind]} and is left out.")
            if kind in ("MESH", "LIGHT") and is_seen(instance):
                anchor = first_free(instance_id(instance), anchors)
                unseen = unseen_because(instance, depsgraph.view_layer) if kind == "MESH" else None
                if unseen is None:
                    self._see(anchor, instance, meshes)
                elif unseen == "hole":
                    self._surfaces.leave_out(instance_name(instance), unseen)

    def _ambient_now(self, scene: bpy.types.Scene) -> Color:
        """scene: evaluated. A world that never changes is read once, for its pictures take time."""
        changes = scene.world is not None and changes_over_time(scene.world.original)
        if self._ambient and not changes:
            return next(iter(self._ambient.values()))
        return read_ambient(scene, self._surfaces.trees)

    def _see(self, anchor: str, instance: bpy.types.DepsgraphObjectInstance, meshes: dict[int, MeshRead]) -> None:
        thing = instance.object
        transform = self._transform(instance)
        if thing.type == "LIGHT":
            self._lamps.see(anchor, thing, transform, self._index)
            return
        track = self._instances.get(anchor) or InstanceTrack(anchor, instance_name(instance), ())
        if self._index in track.meshes:
            return
        if is_flat(transform):
            self._warn(f"{track.name!r} has a scale of zero in some frames and is left out of them.")
            return
        mesh = self._read(instance, track, meshes)
        self._whole[anchor] = mesh
        if len(mesh.triangles) == 0:
            if thing.original.type == "MESH":  # a curve without thickness is a path, not a forgotten surface
                self._faceless[anchor] = track.name, thing.original.session_uid
            return
        materials, cut = self._surfaces.read(thing, mesh, track.name)
        mesh = self._surfaces.seen(mesh, cut)
        if len(mesh.triangles) == 0:  # the camera sees through all of it
            return
        if not track.meshes:
            track.materials, track.rest = materials, self._rest_of(anchor, cut)
            track.anchored_by = "place" if changes_topology(thing.original) else "shape"
        elif materials != track.materials:
            first = self._frames[min(track.meshes)]
            self._warn(f"The colours of {track.name!r} change over time; it keeps those of frame {first:g}.")
        track.meshes[self._index] = mesh
        track.transforms[self._index] = transform
        self._instances[anchor] = track

    def _read(
        self, instance: bpy.types.DepsgraphObjectInstance, track: InstanceTrack, meshes: dict[int, MeshRead]
    ) -> MeshRead:
        """Each evaluated mesh is read once a frame, however often it is placed; one that stays, once a shot."""
        thing, original = instance.object, instance.object.original
        if original.mode == "EDIT":
            raise SceneNotReady(f"{track.name!r} is in edit mode.", "Leave Edit Mode (Tab) and try again.")
        if not may_deform(original):
            still = original.data.session_uid
            if still not in self._still:
                self._still[still] = self._checked(read_mesh(thing.data), track.name)
            return self._still[still]
        before = self._whole.get(track.anchor)
        posed = is_posed(original) and not changes_topology(original)
        if before is None and posed and original.type == "MESH":
            self._modelled[track.anchor] = before = self._rest_shape(original.data)
        address = thing.data.as_pointer()
        if address not in meshes:
            meshes[address] = self._checked(read_mesh(thing.data, before, posed), track.name)
        mesh = meshes[address]
        modelled = self._modelled.get(track.anchor)
        if modelled is not None and not modelled.same_topology(mesh.vertices, mesh.corners):
            del self._modelled[track.anchor]  # modifiers made another mesh of it
        return mesh

    def _rest_of(self, anchor: str, cut: Cut | None) -> MeshRead | None:
        modelled = self._modelled.get(anchor)
        return self._surfaces.seen(modelled, cut) if modelled is not None else None

    def _rest_shape(self, mesh: bpy.types.Mesh) -> MeshRead:
        """The mesh as it was modelled: what pose a shot meets it in must not tell the memory where its surface lies."""
        if mesh.session_uid not in self._rest:
            self._rest[mesh.session_uid] = read_mesh(mesh)
        return self._rest[mesh.session_uid]

    def _checked(self, mesh: MeshRead, name: str) -> MeshRead:
        if not np.all(np.isfinite(mesh.vertices)):
            raise SceneNotReady(
                f"{name!r} has a vertex that is not a finite number at frame {self._frames[self._index]:g}.",
                "Check its modifiers and drivers at that frame.",
            )
        return mesh

    def _transform(self, instance: bpy.types.DepsgraphObjectInstance) -> Float64:
        """[4,4] local to world, metres."""
        matrix = np.array(instance.matrix_world, dtype=np.float64)
        if not np.all(np.isfinite(matrix)):
            raise SceneNotReady(
                f"{instance_name(instance)!r} has a transform that is not a finite number at frame "
                f"{self._frames[self._index]:g}.",
                "Check its drivers and constraints at that frame.",
            )
        matrix[:3] *= self._metres
        return matrix

    def _warn(self, text: str) -> None:
        self._warnings[text] = None


def _has_strands(thing: bpy.types.Object) -> bool:
    return any(
        system.settings.type == "HAIR" and system.settings.render_type == "PATH" for system in thing.particle_systems
    )


def is_flat(transform: Float64) -> bool:
    """Whether a scale of zero leaves no volume, so that rays could not be brought into the object's own space."""
    lengths = np.linalg.norm(transform[:3, :3], axis=0)
    return bool(abs(np.linalg.det(transform[:3, :3])) <= 1e-9 * np.prod(lengths))


def instance_name(instance: bpy.types.DepsgraphObjectInstance) -> str:
    """What the user knows it by."""
    thing = instance.object.original
    if instance.is_instance and instance.parent.original != thing:
        return f"{instance.parent.original.name}/{thing.name}"
    return str(thing.name)


def first_free(anchor: str, taken: set[str]) -> str:
    """`anchor`, or with a counter where a geometry-node group gives two instances one id; `taken` grows."""
    candidate, number = anchor, 1
    while candidate in taken:
        number += 1
        candidate = f"{anchor}#{number}"
    taken.add(candidate)
    return candidate
