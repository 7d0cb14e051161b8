"""Real take and seed-view requests over the sets of `support.greybox`, with their meshes in a real store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from blender_mirage.wire.arrays import Arrays, content_hash, pack
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance, Lamp, Material, SeedViewRequest, TakeRequest
from inference_backend.greybox.geometry import FrameSet
from inference_backend.worlds.mesh_store import MeshStore

from .greybox import MOVING, look_at, pinhole, room

HEIGHT, WIDTH = 72, 128


def send(frame_sets: list[FrameSet], meshes: MeshStore) -> tuple[Greybox, GreyboxTracks]:
    """The sets of consecutive frames as the add-on would send them."""
    first = frame_sets[0]
    instances = []
    for i, placed in enumerate(first.meshes):
        mesh = pack(
            {
                "vertices": placed.rest_vertices if i == 6 else placed.mesh.vertices,
                "triangles": placed.mesh.triangles,
                "face_material": placed.mesh.face_material,
            }
        )
        track = pack({"vertices": np.stack([f.meshes[i].mesh.vertices for f in frame_sets])}) if i == 6 else b""
        for blob in filter(None, (mesh, track)):
            meshes.put(content_hash(blob), blob)
        colors = tuple(Material(f"material {m}", (0.5, 0.4, 0.3)) for m in placed.materials)
        track_name = content_hash(track) if track else ""
        instances.append(Instance(f"object-{i}", f"Object {i}", content_hash(mesh), colors, track_name))
    lamps = tuple(Lamp(lamp.kind, tuple(lamp.color.tolist()), lamp.energy, lamp.size) for lamp in first.lamps)
    moving = np.array(MOVING, np.int32)
    count = len(frame_sets)
    tracks = GreyboxTracks(
        transforms=np.stack([placed.transform for placed in first.meshes]),
        moving=moving,
        moving_transforms=np.stack([[f.meshes[i].transform for f in frame_sets] for i in MOVING]),
        visible=np.ones((len(instances), count), np.uint8),
        lamp_transforms=np.stack([np.repeat(lamp.transform[None], count, 0) for lamp in first.lamps]),
    )
    return Greybox(tuple(instances), lamps, (0.1, 0.1, 0.1)), tracks


def loop_path(count: int) -> np.ndarray:
    """[T,4,4] a camera that swings aside and comes back to exactly where it began."""
    swing = np.sin(np.linspace(0, np.pi, count)).round(12)
    return np.stack([look_at((0.2 + 1.2 * s, -2.6, 1.3), (-0.6 * s, 1, 0.8)) for s in swing])


def take_request(data_dir: Path, count: int = 5, seed: int = 0, **changes: object) -> tuple[TakeRequest, Arrays]:
    """A camera loop past a crate that rolls away and back and a flag that bends."""
    swing = np.sin(np.linspace(0, np.pi, count)).round(12)
    sets = [room(np.random.default_rng(seed), crate_at=0.4 * s, bend=0.2 * s) for s in swing]
    greybox, tracks = send(sets, MeshStore(data_dir))
    request = TakeRequest(
        shot="shot 1",
        engine="previz",
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(range(1, count + 1)),
        fps=24.0,
        seed=7,
        greybox=greybox,
        steps=2,
    )
    K = np.repeat(pinhole(HEIGHT, WIDTH)[None], count, 0)
    return replace(request, **changes), {"c2w": loop_path(count), "K": K, **tracks.to_arrays()}


def seed_view_request(data_dir: Path, image: np.ndarray, seed: int = 0) -> tuple[SeedViewRequest, Arrays]:
    """`image` [H,W,3] seen from the loop's first camera."""
    greybox, tracks = send([room(np.random.default_rng(seed))], MeshStore(data_dir))
    height, width = image.shape[:2]
    arrays = {"image": image, "c2w": loop_path(2)[:1], "K": pinhole(height, width)[None], **tracks.to_arrays()}
    return SeedViewRequest("look", "previz", greybox, 1), arrays
