"""The pipeline as a take and a look go through it, in a data directory of its own: world, meshes, memory, frames."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.arrays import Arrays, content_hash, pack
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance, Lamp, Material, SeedViewRequest, TakeInfo, TakeRequest

from ...generation.context import JobContext
from ...generation.seed_view import write_seed_view
from ...generation.take import TakeJob
from ...greybox.geometry import Float64, FrameSet, PlacedMesh, scale_of
from ...models.protocol import Engine
from ...worlds.catalog import WorldCatalog
from ...worlds.ids import new_id, now
from ...worlds.mesh_store import MeshStore
from ...worlds.take_files import TakeFiles
from ..consistency import StoredTake

Camera = tuple[Float64, Float64]
"""c2w [4,4] and K [3,3] in pixels."""
FPS = 24.0


class Studio:
    """One world. What is filmed in it is named by `name`, so that several sets may share the world."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._folder = tempfile.TemporaryDirectory(prefix="mirage-bench-", ignore_cleanup_errors=True)
        self.data_dir = Path(self._folder.name)
        catalog = WorldCatalog(self.data_dir)
        self._world_id = catalog.create("bench").world_id
        self._world = catalog.open(self._world_id)
        self._meshes, self._takes = MeshStore(self.data_dir), TakeFiles(self.data_dir)

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._world.close()
        self._folder.cleanup()

    def look(self, name: str, frame_set: FrameSet, camera: Camera, picture: NDArray[np.uint8]) -> None:
        """Writes a picture [H,W,3] of the set, seen by `camera`, into the world."""
        greybox, arrays = self._greybox(name, [frame_set], [camera])
        request = SeedViewRequest(name, self.engine.spec.name, greybox, 1)
        write_seed_view(request, {"image": picture, **arrays}, self._context(new_id()), self.engine)

    def take(
        self,
        name: str,
        frame_sets: Sequence[FrameSet],
        cameras: Sequence[Camera],
        size: tuple[int, int],
        use_memory: bool = True,
        seed: int = 0,
    ) -> StoredTake:
        """A take (T cameras) of the set: `frame_sets` is one, or T. `size` (H, W) in pixels."""
        greybox, arrays = self._greybox(name, frame_sets, cameras)
        frames = tuple(range(1, len(cameras) + 1))
        spec = self.engine.spec
        request = TakeRequest(
            name, spec.name, *size, frames, FPS, seed, greybox, steps=spec.steps, use_memory=use_memory
        )
        take_id = new_id()
        info = TakeInfo(take_id, self._world_id, name, spec.name, "", seed, "", *size, frames, FPS, 0, "running", now())
        self._takes.create(take_id, to_bundle(request, arrays), info)
        TakeJob(request, arrays, self._context(take_id), self.engine).run()
        return StoredTake(self.data_dir, take_id)

    def forget(self, take: StoredTake) -> None:
        """The world as it was before the take."""
        if self._world.has_segment(take.info.take_id):
            self._world.revert(take.info.take_id)

    def _context(self, take_id: str) -> JobContext:
        return JobContext(take_id, self._world, self._meshes, self._takes, lambda event: None, lambda: False)

    def _greybox(self, name: str, frame_sets: Sequence[FrameSet], cameras: Sequence[Camera]) -> tuple[Greybox, Arrays]:
        """The message and its arrays, as the add-on would send them; meshes are stored."""
        count, first = len(cameras), frame_sets[0]
        instances, moving = [], []
        for i, placed in enumerate(first.meshes):
            track = [one.meshes[i].mesh.vertices for one in frame_sets]
            bends = any(vertices is not track[0] for vertices in track)
            instances.append(self._instance(name, placed, np.stack(track) if bends else None))
            if any(not np.array_equal(one.meshes[i].transform, placed.transform) for one in frame_sets):
                moving.append(i)
        poses = [[one.meshes[i].transform for one in frame_sets] for i in moving]
        tracks = GreyboxTracks(
            np.stack([placed.transform for placed in first.meshes]).astype(np.float64),
            np.array(moving, np.int32),
            np.array(poses, np.float64).reshape(len(moving), -1, 4, 4)[:, :count]
            if moving
            else np.zeros((0, count, 4, 4)),
            np.ones((len(first.meshes), count), np.uint8),
            np.array([[lamp.transform] * count for lamp in first.lamps], np.float64).reshape(-1, count, 4, 4),
        )
        lamps = tuple(Lamp(p.kind, _color(p.color), p.energy, p.size, p.spot_angle, p.spot_blend) for p in first.lamps)
        arrays = {
            "c2w": np.stack([c2w for c2w, _ in cameras]).astype(np.float64),
            "K": np.stack([K for _, K in cameras]).astype(np.float64),
            **tracks.to_arrays(),
        }
        return Greybox(tuple(instances), lamps, _color(first.ambient)), arrays

    def _instance(self, name: str, placed: PlacedMesh, track: NDArray[np.float32] | None) -> Instance:
        mesh = self._store(
            vertices=(placed.rest_vertices / scale_of(placed.transform)).astype(np.float32),
            triangles=np.asarray(placed.mesh.triangles, np.int32),
            face_material=np.asarray(placed.mesh.face_material, np.int32),
        )
        materials = tuple(
            Material(f"{name} {number}", _color(color))
            for number, color in zip(placed.materials, placed.base_colors, strict=True)
        )
        bent = "" if track is None else self._store(vertices=np.asarray(track, np.float32))
        return Instance(f"{name} {placed.anchor}", f"{name} {placed.anchor}", mesh, materials, bent)

    def _store(self, **arrays: NDArray[np.generic]) -> str:
        data = pack(arrays)
        key = content_hash(data)
        self._meshes.put(key, data)
        return key


def _color(values: NDArray[np.floating]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
