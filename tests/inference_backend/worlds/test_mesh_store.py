"""Meshes by content."""

from __future__ import annotations

import numpy as np
import pytest

from blender_mirage.wire.arrays import content_hash, pack
from inference_backend.errors import BackendError, InvalidRequest, NotFound
from inference_backend.worlds.mesh_store import MeshStore
from tests.support.tiny_requests import BOX, BOX_HASH

VERTICES = np.zeros((4, 3), np.float32)
TRIANGLES = np.array([[0, 1, 2]], np.int32)
MATERIAL = np.zeros(1, np.int32)


def test_put_get_missing(tmp_path) -> None:
    store = MeshStore(tmp_path)
    other = "f" * 32
    assert store.missing([other, BOX_HASH, other]) == [other, BOX_HASH]
    store.put(BOX_HASH, BOX)
    store.put(BOX_HASH, BOX)
    assert store.missing([other, BOX_HASH]) == [other]
    assert store.get(BOX_HASH)["vertices"].shape == (8, 3)
    with pytest.raises(NotFound, match=other):
        store.get(other)


def test_vertex_track_is_stored_too(tmp_path) -> None:
    track = pack({"vertices": np.zeros((5, 4, 3), np.float32)})
    store = MeshStore(tmp_path)
    store.put(content_hash(track), track)
    assert store.get(content_hash(track))["vertices"].shape == (5, 4, 3)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"triangles": TRIANGLES}, "vertices"),
        ({"vertices": VERTICES}, "face_material"),
        ({"vertices": VERTICES.astype(np.float64), "triangles": TRIANGLES, "face_material": MATERIAL}, "float32"),
        ({"vertices": VERTICES * np.nan, "triangles": TRIANGLES, "face_material": MATERIAL}, "finite"),
        ({"vertices": VERTICES, "triangles": TRIANGLES + 2, "face_material": MATERIAL}, "outside its 4"),
        ({"vertices": VERTICES, "triangles": TRIANGLES - 1, "face_material": MATERIAL}, "outside its 4"),
        ({"vertices": VERTICES, "triangles": TRIANGLES[0], "face_material": MATERIAL}, "triangles"),
        ({"vertices": VERTICES, "triangles": TRIANGLES, "face_material": np.zeros(2, np.int32)}, "face_material"),
        ({"vertices": VERTICES, "triangles": TRIANGLES, "face_material": MATERIAL - 1}, "negative"),
    ],
)
def test_what_is_no_mesh_is_not_stored(tmp_path, arrays, words: str) -> None:
    data = pack(arrays)
    with pytest.raises(InvalidRequest, match=words):
        MeshStore(tmp_path).put(content_hash(data), data)
    assert list((tmp_path / "meshes").iterdir()) == []


def test_damaged_file_is_named(tmp_path) -> None:
    store = MeshStore(tmp_path)
    store.put(BOX_HASH, BOX)
    (tmp_path / "meshes" / f"{BOX_HASH}.mira").write_bytes(BOX[:-3])
    with pytest.raises(BackendError, match="damaged"):
        store.get(BOX_HASH)


def test_sweep_removes_uploads_cut_short_and_keeps_meshes(tmp_path) -> None:
    store = MeshStore(tmp_path)
    store.put(BOX_HASH, BOX)
    (tmp_path / "meshes" / f".{BOX_HASH}.mira.x.tmp").write_bytes(b"half")
    store.sweep()
    assert [path.name for path in (tmp_path / "meshes").iterdir()] == [f"{BOX_HASH}.mira"]


def test_names_never_become_paths_unchecked(tmp_path) -> None:
    with pytest.raises(InvalidRequest, match="not a content hash"):
        MeshStore(tmp_path).put("../" + BOX_HASH[3:], BOX)
