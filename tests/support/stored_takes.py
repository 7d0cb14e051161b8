"""Small finished takes in a real data directory, their frames painted from each pixel's own surface point."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blender_mirage.wire.arrays import content_hash, pack
from blender_mirage.wire.codec import to_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance, Material, TakeInfo, TakeRequest
from inference_backend.generation.greybox_frames import GreyboxFrames
from inference_backend.greybox.gbuffer import pixel_gbuffer
from inference_backend.storage.images import encode_png
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.mesh_store import MeshStore
from inference_backend.worlds.take_files import TakeFiles

Point = tuple[float, float, float]
HEIGHT, WIDTH = 48, 80
K = np.array([[70.0, 0, 40.0], [0, 70.0, 24.0], [0, 0, 1]])


def looking(eye: Point) -> np.ndarray:
    forward = -np.array(eye) / np.linalg.norm(eye)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    c2w = np.eye(4)
    c2w[:3, :3] = np.stack([right, np.cross(forward, right), forward], 1)
    c2w[:3, 3] = eye
    return c2w


def put_mesh(data_dir: Path, vertices: list[Point], quads: list[tuple[int, ...]]) -> str:
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], np.int32)
    data = pack(
        {
            "vertices": np.array(vertices, np.float32),
            "triangles": triangles,
            "face_material": np.zeros(len(triangles), np.int32),
        }
    )
    MeshStore(data_dir).put(content_hash(data), data)
    return content_hash(data)


def make_take(data_dir: Path, world: str, name: str, eyes: list[Point], starts_at: float) -> str:
    """A finished take of a floor and a box that slides; `starts_at` is where, so that takes follow each other."""
    cube = [(x - 0.5, y - 0.5, z) for z in (0, 1) for y in (0, 1) for x in (0, 1)]
    sides = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    floor = put_mesh(data_dir, [(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2, 3)])
    paint = (Material("Paint", (0.5, 0.5, 0.5)),)
    greybox = Greybox(
        (Instance("floor", "Floor", floor, paint), Instance("crate", "Crate", put_mesh(data_dir, cube, sides), paint))
    )
    count = len(eyes)
    moving = np.broadcast_to(np.eye(4), (1, count, 4, 4)).copy()
    moving[0, :, 0, 3] = starts_at + 0.1 * np.arange(count)
    tracks = GreyboxTracks(
        np.stack([np.eye(4), moving[0, 0]]),
        np.array([1], np.int32),
        moving,
        np.ones((2, count), np.uint8),
        np.zeros((0, count, 4, 4)),
    )
    c2w = np.stack([looking(eye) for eye in eyes])
    request = TakeRequest(name, "previz", HEIGHT, WIDTH, tuple(range(1, count + 1)), 24.0, 0, greybox)
    arrays = {"c2w": c2w, "K": np.broadcast_to(K, (count, 3, 3)), **tracks.to_arrays()}
    take_id = f"{len(list((data_dir / 'takes').glob('*'))) if (data_dir / 'takes').exists() else 0:032x}"
    files = TakeFiles(data_dir)
    info = TakeInfo(
        take_id, world, name, "previz", "", 0, "", HEIGHT, WIDTH, request.frames, 24.0, count, "done", "2026-01-01"
    )
    files.create(take_id, to_bundle(request, arrays), info)
    with WorldCatalog(data_dir).open(world) as opened:
        frames = GreyboxFrames(greybox, tracks, MeshStore(data_dir), opened)
    for index in range(count):
        files.write_frame(take_id, index, encode_png(painted(frames, c2w[index], index)))
    return take_id


def painted(frames: GreyboxFrames, c2w: np.ndarray, index: int) -> np.ndarray:
    rest = pixel_gbuffer(frames.caster(index), c2w, K, HEIGHT, WIDTH).rest_position
    waves = [np.sin(3.0 * rest[..., 0] + 2.0 * rest[..., 1 + c % 2] + c) for c in range(3)]
    return np.round(127.5 + 100 * np.stack(waves, -1)).astype(np.uint8)
