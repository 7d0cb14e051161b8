"""What is filmed, as the add-on would send it: a static procedural set with its own lamps, and a corridor with three
lamps, two objects that move and a figure that walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from blender_mirage.wire.arrays import Arrays, content_hash, pack
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Greybox, Instance, Lamp, Material, SeedViewRequest, TakeRequest

from ...greybox.gbuffer import pixel_gbuffer
from ...greybox.geometry import FrameSet, PlacedLamp, PlacedMesh
from ..memory_bench.footage import Look, shaded
from ..memory_bench.sets import Shooting, corridor, walk

SETS = ("procedural", "demo-like")
_FPS = 24.0


@dataclass(frozen=True)
class Footage:
    """One shot and its look, ready to be sent."""

    name: str
    take: tuple[TakeRequest, Arrays]
    seed_view: tuple[SeedViewRequest, Arrays]
    meshes: dict[str, bytes]
    """By content hash."""


def film(name: str, frames: int, size: tuple[int, int], seed: int = 0) -> Footage:
    """The set `name` of SETS along a path of `frames` frames of `size` (H, W) that ends where it began."""
    shooting = walk(seed, frames, 1) if name == "procedural" else corridor(seed, frames)
    sets = [caster.frame_set for caster in shooting.casters]
    if not sets[0].lamps:
        sets = [replace(one, lamps=_ceiling_lamps(shooting)) for one in sets]
    meshes: dict[str, bytes] = {}
    greybox, tracks = _sent(sets, shooting.movers, meshes)
    height, width = size
    K = shooting.K(height, width)
    request = TakeRequest(
        shot=name,
        engine="previz",
        height=height,
        width=width,
        frames=tuple(range(1, frames + 1)),
        fps=_FPS,
        seed=seed,
        greybox=greybox,
    )
    arrays = {"c2w": shooting.c2w, "K": np.repeat(K[None], frames, 0), **tracks.to_arrays()}
    one_frame = GreyboxTracks(
        tracks.transforms,
        tracks.moving,
        tracks.moving_transforms[:, :1],
        tracks.visible[:, :1],
        tracks.lamp_transforms[:, :1],
    )
    # A look is one frame: of what bends, only the first shape.
    still = Greybox(tuple(replace(i, vertex_track="") for i in greybox.instances), greybox.lamps, greybox.ambient)
    picture = {"image": _picture(shooting, K, size), "c2w": shooting.c2w[:1], "K": K[None], **one_frame.to_arrays()}
    look = SeedViewRequest("look", "previz", still, 1)
    return Footage(f"{name} {width}x{height}", (request, arrays), (look, picture), meshes)


def _picture(shooting: Shooting, K: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """[H,W,3] uint8: base colours lit from the first camera."""
    caster, c2w = shooting.casters[0], shooting.c2w[0]
    pixels = pixel_gbuffer(caster, c2w, K, *size)
    return shaded(Look(caster, c2w, K, pixels, pixels))


def _ceiling_lamps(shooting: Shooting) -> tuple[PlacedLamp, ...]:
    """Three area lamps along the camera's way."""
    lamps = []
    for position in shooting.c2w[:: max(1, len(shooting) // 3), :3, 3][:3]:
        pose = np.eye(4)
        pose[:3, 3] = (*position[:2], 2.5)
        lamps.append(PlacedLamp("AREA", np.array([1.0, 0.9, 0.8], np.float32), 60.0, 0.6, 0.0, 0.0, pose))
    return tuple(lamps)


def _sent(sets: list[FrameSet], movers: tuple[int, ...], meshes: dict[str, bytes]) -> tuple[Greybox, GreyboxTracks]:
    """The sets of consecutive frames on the wire; what they need goes into `meshes`."""
    first = sets[0]
    instances = tuple(_instance(i, [one.meshes[i] for one in sets], meshes) for i in range(len(first.meshes)))
    tracks = GreyboxTracks(
        transforms=np.stack([placed.transform for placed in first.meshes]),
        moving=np.array(movers, np.int32),
        moving_transforms=np.array([[one.meshes[i].transform for one in sets] for i in movers]).reshape(
            len(movers), len(sets), 4, 4
        ),
        visible=np.ones((len(instances), len(sets)), np.uint8),
        lamp_transforms=np.stack([np.repeat(lamp.transform[None], len(sets), 0) for lamp in first.lamps]),
    )
    lamps = tuple(
        Lamp(
            lamp.kind,
            tuple(float(part) for part in lamp.color),  # type: ignore[arg-type]
            lamp.energy,
            lamp.size,
            lamp.spot_angle,
            lamp.spot_blend,
        )
        for lamp in first.lamps
    )
    return Greybox(instances, lamps, tuple(float(part) for part in first.ambient)), tracks  # type: ignore[arg-type]


def _instance(index: int, over_time: list[PlacedMesh], meshes: dict[str, bytes]) -> Instance:
    placed = over_time[0]
    mesh = _store(
        {
            "vertices": placed.mesh.vertices,
            "triangles": placed.mesh.triangles,
            "face_material": placed.mesh.face_material,
        },
        meshes,
    )
    track = ""
    if any(one.mesh.vertices is not placed.mesh.vertices for one in over_time):
        track = _store({"vertices": np.stack([one.mesh.vertices for one in over_time])}, meshes)
    materials = tuple(_materials(placed))
    return Instance(f"object-{index}", f"Object {index}", mesh, materials, track)


def _materials(placed: PlacedMesh) -> Iterator[Material]:
    for material, color in zip(placed.materials, placed.base_colors, strict=False):
        yield Material(f"material {material}", tuple(float(part) for part in color))  # type: ignore[arg-type]


def _store(arrays: Arrays, meshes: dict[str, bytes]) -> str:
    blob = pack({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    name = content_hash(blob)
    meshes[name] = blob
    return name
