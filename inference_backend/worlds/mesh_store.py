"""Content-addressed meshes and vertex tracks: each is sent once, whatever the number of shots and worlds."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from blender_mirage.wire.arrays import Arrays, MalformedArrays, content_hash, unpack

from ..errors import BackendError, InvalidRequest, NotFound
from ..storage.atomic import disk_errors, write_atomic
from .ids import check_hash

KEPT_UNUSED_S = 3600.0
"""A mesh that nobody refers to stays for so long after it was sent or asked about: its request may be on the way."""


class MeshStore:
    """`<data dir>/meshes/<hash>.mira`, bytes as they came."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "meshes"
        with disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Stores packed arrays under their hash. Raises InvalidRequest (not the hash, not a mesh), DiskFull."""
        path = self._path(name)
        found = content_hash(data)
        if found != name:
            raise InvalidRequest(
                f"The mesh was sent as {name}, but its {len(data)} bytes hash to {found}.", "Send the mesh again."
            )
        try:
            _check_mesh(unpack(data)[1])
        except MalformedArrays as error:
            raise InvalidRequest(f"The mesh {name} cannot be read: {error}.", "Send the mesh again.") from error
        if not _touch(path):
            write_atomic(path, data)

    def get(self, name: str) -> Arrays:
        """The arrays of a mesh or vertex track (read-only views). Raises NotFound."""
        path = self._path(name)
        if not path.is_file():
            raise NotFound(f"The mesh {name} is not stored.", "Send it with PUT /v1/meshes/{hash}, then try again.")
        try:
            return unpack(path.read_bytes())[1]
        except MalformedArrays as error:
            raise BackendError(
                f"The file {path} is damaged ({error}).", "Remove it; the add-on sends it again."
            ) from error

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that are not stored, each once, in their order. The others will be there for an hour."""
        return [name for name in dict.fromkeys(names) if not _touch(self._path(name))]

    def collect(self, referenced: Collection[str]) -> int:
        """Removes the meshes outside `referenced` that were not asked about for an hour; returns the bytes freed."""
        freed, oldest = 0, time.time() - KEPT_UNUSED_S
        for path in self._root.glob("*.mira"):
            facts = path.stat()
            if path.stem not in referenced and facts.st_mtime < oldest:
                path.unlink()
                freed += facts.st_size
        return freed

    def sweep(self) -> None:
        """Removes uploads that a crash cut short. Only for the process that holds the data directory."""
        for temporary in self._root.glob(".*.tmp"):
            temporary.unlink()

    def _path(self, name: str) -> Path:
        return self._root / f"{check_hash(name)}.mira"


def _touch(path: Path) -> bool:
    """Whether the file is there; if so, it is as new."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _check_mesh(arrays: Arrays) -> None:
    """A mesh has vertices [V,3], triangles [F,3] and face_material [F]; a vertex track vertices [T,V,3] alone."""
    vertices = arrays.get("vertices")
    if vertices is None or vertices.dtype != np.float32 or vertices.shape[-1:] != (3,):
        raise InvalidRequest("A mesh needs the array 'vertices' [V,3] float32 (or [T,V,3], for a vertex track).")
    if not np.all(np.isfinite(vertices)):
        raise InvalidRequest(
            "The mesh has a vertex that is not a finite number.", "Look for a modifier that divides by zero."
        )
    if set(arrays) == {"vertices"} and vertices.ndim == 3:
        return
    triangles, materials = arrays.get("triangles"), arrays.get("face_material")
    if vertices.ndim != 2 or triangles is None or materials is None:
        raise InvalidRequest("A mesh has the arrays 'vertices' [V,3], 'triangles' [F,3] and 'face_material' [F].")
    if triangles.dtype != np.int32 or triangles.ndim != 2 or triangles.shape[1] != 3:
        raise InvalidRequest(f"Expected 'triangles' [F,3] int32, got {list(triangles.shape)} {triangles.dtype}.")
    if materials.dtype != np.int32 or materials.shape != triangles.shape[:1]:
        raise InvalidRequest(f"Expected 'face_material' [F] int32, got {list(materials.shape)} {materials.dtype}.")
    if triangles.size and (triangles.min() < 0 or triangles.max() >= len(vertices)):
        raise InvalidRequest(f"A triangle of the mesh points outside its {len(vertices)} vertices.")
    if materials.size and materials.min() < 0:
        raise InvalidRequest("A face of the mesh has a negative material index.")
