"""The evaluated set over the frames of a shot: every mesh and lamp that renders, instances and deformation included.

The reader goes one frame a step, so that an operator can spread a shot over timer ticks. Between two steps it holds
plain values only; undo, renames and edits in between do no harm beyond being half seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import SceneNotReady
from ..core.greybox_read import GreyboxRead, InstanceTrack, MeshRead, assemble
from .ids import ensure_ids, instance_id
from .playhead import Playhead
from .read_lamps import LampReader, read_ambient
from .read_materials import read_materials
from .read_mesh import is_posed, may_deform, read_mesh

Float64 = NDArray[np.float64]

_WITHOUT_SURFACE = {
    "CURVES": "hair, which has no surface",
    "POINTCLOUD": "a point cloud, which has no surface",
    "VOLUME": "a volume, which has no surface",
    "GPENCIL": "a drawing, which has no surface",
    "GREASEPENCIL": "a drawing, which has no surface",
}
"""What renders and cannot be a mesh. (4.3 renamed the drawings.)"""


def read_greybox(
    source: bpy.types.Context | bpy.types.Scene,
    frames: Sequence[float],
    on_progress: Callable[[int, int], None] | None = None,
) -> GreyboxRead:
    """The set at `frames`, in one go. `on_progress(done, total)` is called after each. The playhead is put back.

    Raises SceneNotReady where a matrix or a vertex is not a finite number.
    """
    with GreyboxReader(source, frames) as reader:
        while reader.step():
            if on_progress:
                on_progress(reader.done, reader.total)
    return reader.result()


class GreyboxReader:
    """Reads one frame a `step()`; `close()` (or leaving the `with`) puts the playhead back, whatever happened."""

    def __init__(self, source: bpy.types.Context | bpy.types.Scene, frames: Sequence[float]) -> None:
        ensure_ids(bpy.data.objects)
        self._frames = tuple(frames)
        self._playhead = Playhead(source)
        scene = self._playhead.scene
        self._metres = scene.unit_settings.scale_length
        self._rendering = rendering_objects(self._playhead.view_layer)
        self._instances: dict[str, InstanceTrack] = {}
        self._lamps = LampReader(self._metres)
        self._ambient = read_ambient(scene)
        self._still: dict[int, MeshRead] = {}  # by session_uid of the original mesh
        self._rest: dict[int, MeshRead] = {}  # the same, of meshes that something bends
        self._warnings: dict[str, None] = {}  # a set that keeps its order
        self.done = 0

    @property
    def total(self) -> int:
        return len(self._frames)

    def step(self) -> bool:
        """Reads the next frame. False when there was none left."""
        if self.done == self.total:
            return False
        depsgraph = self._playhead.go(self._frames[self.done])
        meshes: dict[int, MeshRead] = {}  # by address: good for this evaluation only
        anchors: set[str] = set()
        for instance in depsgraph.object_instances:
            if instance.object.type in _WITHOUT_SURFACE and renders(instance, self._rendering):
                self._warn(f"{instance_name(instance)!r} is {_WITHOUT_SURFACE[instance.object.type]}: it is left out.")
            if instance.object.type in ("MESH", "LIGHT") and renders(instance, self._rendering):
                anchor = first_free(instance_id(instance), anchors)
                self._see(anchor, instance, meshes)
        self.done += 1
        return True

    def close(self) -> None:
        self._playhead.restore()

    def result(self) -> GreyboxRead:
        """Packs what was read. Touches no Blender data: may run on another thread."""
        if self.done < self.total:
            raise ValueError(f"expected all {self.total} frames to be read, got {self.done}")
        lamps = self._lamps.tracks(self.total)
        return assemble(self._instances.values(), lamps, self._ambient, self.total, self._warnings)

    def __enter__(self) -> GreyboxReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _see(self, anchor: str, instance: bpy.types.DepsgraphObjectInstance, meshes: dict[int, MeshRead]) -> None:
        thing = instance.object
        transform = self._transform(instance)
        if thing.type == "LIGHT":
            self._lamps.see(anchor, thing, transform, self.done)
            return
        track = self._instances.get(anchor) or InstanceTrack(anchor, instance_name(instance), ())
        if is_flat(transform):
            self._warn(f"{track.name!r} has a scale of zero at some frames and is left out there.")
            return
        mesh = self._read(instance, track, meshes)
        if len(mesh.triangles) == 0:
            if thing.original.type == "MESH":  # a curve without thickness is a path, not a forgotten surface
                self._warn(f"{track.name!r} has no faces and is left out.")
            return
        track.materials = track.materials or read_materials(thing, thing.data)
        track.meshes[self.done] = mesh
        track.transforms[self.done] = transform
        self._instances[anchor] = track

    def _read(
        self, instance: bpy.types.DepsgraphObjectInstance, track: InstanceTrack, meshes: dict[int, MeshRead]
    ) -> MeshRead:
        """Each evaluated mesh is read once a frame, however often it is placed; one that stays, once a shot."""
        thing, original = instance.object, instance.object.original
        if original.mode == "EDIT":
            raise SceneNotReady(f"{track.name!r} is in edit mode.", "Leave edit mode (Tab) and start again.")
        if not may_deform(original):
            still = original.data.session_uid
            if still not in self._still:
                self._still[still] = self._checked(read_mesh(thing.data), track.name)
            return self._still[still]
        before = next(reversed(track.meshes.values()), None)
        posed = is_posed(original)
        if before is None and posed and original.type == "MESH":
            track.rest = before = self._rest_shape(original.data)
        address = thing.data.as_pointer()
        if address not in meshes:
            meshes[address] = self._checked(read_mesh(thing.data, before, posed), track.name)
        mesh = meshes[address]
        if before is not None and not before.same_topology(mesh.vertices, mesh.corners):
            if not track.meshes:  # modifiers made another mesh of it
                track.rest = None
                return mesh
            self._warn(f"{track.name!r} changes its topology; it keeps the shape it had before.")
            return before
        return mesh

    def _rest_shape(self, mesh: bpy.types.Mesh) -> MeshRead:
        """The mesh as it was modelled: what pose a shot meets it in must not tell the memory where its surface lies."""
        if mesh.session_uid not in self._rest:
            self._rest[mesh.session_uid] = read_mesh(mesh)
        return self._rest[mesh.session_uid]

    def _checked(self, mesh: MeshRead, name: str) -> MeshRead:
        if not np.all(np.isfinite(mesh.vertices)):
            raise SceneNotReady(
                f"{name!r} has a vertex that is not a finite number at frame {self._frames[self.done]:g}.",
                "Check its modifiers and drivers at that frame.",
            )
        return mesh

    def _transform(self, instance: bpy.types.DepsgraphObjectInstance) -> Float64:
        """[4,4] local to world, metres."""
        matrix = np.array(instance.matrix_world, dtype=np.float64)
        if not np.all(np.isfinite(matrix)):
            raise SceneNotReady(
                f"{instance_name(instance)!r} has a transform that is not a finite number at frame "
                f"{self._frames[self.done]:g}.",
                "Check its drivers and constraints at that frame.",
            )
        matrix[:3] *= self._metres
        return matrix

    def _warn(self, text: str) -> None:
        self._warnings[text] = None


def renders(instance: bpy.types.DepsgraphObjectInstance, rendering: set[int]) -> bool:
    """In the viewport the depsgraph has left out what is hidden; this leaves out what does not render.

    rendering: of `rendering_objects`.
    """
    thing = instance.object
    if thing.hide_render or not instance.show_self:
        return False
    if thing.type == "MESH" and not thing.visible_camera:  # lamps are not seen by the camera as a rule
        return False
    if _stands_for_instances(instance):
        return False
    if not instance.is_instance:
        shown = thing.show_instancer_for_render or not thing.is_instancer
        return shown and thing.original.session_uid in rendering
    instancer = instance.parent
    if instancer.hide_render or instancer.original.session_uid not in rendering:
        return False
    inside = thing.original.users_collection
    return instancer.original == thing.original or not inside or any(not group.hide_render for group in inside)


def rendering_objects(view_layer: bpy.types.ViewLayer) -> set[int]:
    """session_uid of the objects of a view layer with a collection that is enabled for render."""
    found: set[int] = set()
    open_layers = [view_layer.layer_collection]
    while open_layers:
        layer = open_layers.pop()
        if not layer.exclude and not layer.collection.hide_render:
            found.update(thing.session_uid for thing in layer.collection.objects)
            open_layers.extend(layer.children)
    return found


def _stands_for_instances(instance: bpy.types.DepsgraphObjectInstance) -> bool:
    """Whether it only says what its parent places on its vertices or faces: renders then leave the original out."""
    parent = instance.object.original.parent
    if parent is None or parent.instance_type not in ("VERTS", "FACES"):
        return False
    return not instance.is_instance or instance.parent.original != parent


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
