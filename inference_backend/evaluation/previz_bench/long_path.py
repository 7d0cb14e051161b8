"""A walk through a row of rooms and back to where it began: has the first room changed meanwhile?

Every room has a look of its own, as a filmmaker would give it one. The path leads through all doors, comes back facing
the other way, and ends with the frames that it began with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import mean

import numpy as np

from ...greybox.geometry import PlacedLamp
from ...greybox.raycast import Raycaster
from ...models.protocol import Engine
from ...training.sets import primitives as shape
from ...training.sets.builder import SetBuilder, rotation_z, translation
from ...training.sets.cameras import Surfaces, intrinsics
from ...training.sets.moves import look
from ...training.sets.props import draw_prop
from ...training.sets.views import ProceduralSet, make_set
from ..consistency import spread
from ..memory_bench.sets import to_and_fro
from ..metrics import psnr
from .stage import Stage
from .studio import Camera, Studio

SIZE = (144, 256)
"""Pixels: a thousand frames of twice the size would take four times as long and tell the same."""
_LONG, _WIDE, _HIGH = 5.0, 4.6, 2.9
"""Metres of a room along the row, across it, and up."""
_DOOR = (1.2, 2.2)
_EYE, _LENS = 1.5, 24.0
_AGAIN = 0.04
"""Share of the frames that the end has in common with the beginning."""
_LIGHT = 0.16
_PROPS = ("crate", "barrel", "table", "shelf", "sofa", "plant", "cone", "board")


@dataclass(frozen=True)
class LongPath:
    """Decibels; means over the same cameras at the beginning and at the end of the path."""

    rooms: int
    frames: int
    first: float
    """First visit against the true pictures."""
    last: float
    """Last visit against the true pictures."""
    alike: float
    """Last visit against the first."""
    key_frames: int

    @property
    def lost(self) -> float:
        return self.first - self.last


def measure(seed: int, rooms: int, frames: int, engine: Engine, judged: int = 6) -> LongPath:
    """`judged`: how many cameras of the first visit are compared."""
    stage, path = rooms_of(seed, rooms)
    again = max(judged, round(_AGAIN * frames))
    cameras = walk(path, frames - again)
    cameras += cameras[:again]
    frame_set = stage.pset.frame_set
    with Studio(engine) as studio:
        for room in range(rooms):
            camera = _room_camera(room)
            studio.look("rooms", frame_set, camera, stage.truth(camera))
        take = studio.take("rooms", [frame_set], cameras, SIZE)
        early = spread(again, judged)
        late = [frames - again + i for i in early]
        truths = [stage.truth(cameras[i]) for i in early]
        first, last = ([take.image(i) for i in chosen] for chosen in (early, late))
        return LongPath(
            rooms,
            frames,
            mean(psnr(made, truth) for made, truth in zip(first, truths, strict=True)),
            mean(psnr(made, truth) for made, truth in zip(last, truths, strict=True)),
            mean(psnr(a, b) for a, b in zip(first, last, strict=True)),
            len(take.info.key_frames),
        )


def rooms_of(seed: int, rooms: int) -> tuple[Stage, np.ndarray]:
    """A row of rooms along +x, each with its own walls, floor, lamp and props, and the path [Q,2] through their
    doors."""
    builder = SetBuilder(np.random.default_rng((seed, 13)))
    rng = builder.rng
    doors = rng.uniform(-1.2, 1.2, rooms + 1)
    path = []
    for room in range(rooms):
        x = room * _LONG
        _room(builder, x, (float(doors[room]), float(doors[room + 1])), (room > 0, room < rooms - 1))
        builder.add_lamp(_lamp(rng, x))
        path += [(x, doors[room])] if room else []
        path += [(x + _LONG / 2, 0.5 * (doors[room] + doors[room + 1]))]
    path = [(0.9, 0.5 * path[0][1]), *path, ((rooms - 0.35) * _LONG, path[-1][1])]
    draft = make_set(seed)
    frame_set = builder.frame_set(np.full(3, _LIGHT, np.float32))
    surfaces = Surfaces.of(Raycaster(frame_set))
    pset = replace(
        draft,
        name=f"rooms-{seed}",
        frame_set=frame_set,
        materials=builder.materials,
        path=np.array(path),
        surfaces=surfaces,
        grade=replace(draft.grade, fog=0.0, exposure=1.0),
    )
    return Stage(_exposed(pset), seed, SIZE, _room_camera(0)), np.array(path)


def _exposed(pset: ProceduralSet) -> ProceduralSet:
    """With an exposure that puts the first room's mean at a pleasing level."""
    for _ in range(6):
        level = Stage(pset, 0, (36, 64), _room_camera(0, (36, 64))).truth(_room_camera(0, (36, 64))).mean()
        pset = replace(pset, grade=replace(pset.grade, exposure=pset.grade.exposure * float((105 / level) ** 1.3)))
    return pset


def _room(builder: SetBuilder, x: float, doors: tuple[float, float], open_: tuple[bool, bool]) -> None:
    rng = builder.rng
    half = _WIDE / 2
    wall = builder.material("wall")
    builder.add(shape.block((x, -half, -0.2), (x + _LONG, half, 0)), [builder.material("floor")], np.eye(4))
    builder.add(
        shape.block((x, -half, _HIGH), (x + _LONG, half, _HIGH + 0.2)), [builder.material("ceiling")], np.eye(4)
    )
    for side in (-1, 1):
        low, far = sorted((side * half, side * (half + 0.2)))
        builder.add(shape.block((x, low, 0), (x + _LONG, far, _HIGH)), [wall], np.eye(4))
    for at, door, passable in ((x, doors[0], open_[0]), (x + _LONG - 0.1, doors[1], open_[1])):
        middle, wide = door + half, _DOOR[0] / 2
        holes = [(middle - wide, middle + wide, 0.0, _DOOR[1])] if passable else []
        # A wall runs along its own +x with its body towards +y: turned by 90 degrees that is towards -x.
        pose = translation((at + 0.1, -half, 0)) @ rotation_z(np.pi / 2)
        builder.add(shape.wall(_WIDE, _HIGH, 0.1, holes), [builder.material("wall", again=0.5)], pose)
    for _ in range(3):
        side = float(rng.choice([-1, 1]))
        place = (x + float(rng.uniform(1.0, _LONG - 1.0)), side * float(rng.uniform(1.75, 1.95)), 0.0)
        prop = draw_prop(str(rng.choice(_PROPS)), rng, 2.2)
        pose = translation(place) @ rotation_z(float(rng.uniform(0, 2 * np.pi)))
        builder.add(prop.mesh, [builder.material(role) for role in prop.roles], pose)


def _lamp(rng: np.random.Generator, x: float) -> PlacedLamp:
    color = np.array([1.0, rng.uniform(0.75, 0.95), rng.uniform(0.5, 0.95)], np.float32)
    pose = translation((x + _LONG / 2 + float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-0.8, 0.8)), _HIGH - 0.4))
    return PlacedLamp("POINT", color, float(rng.uniform(80, 140)), 0.1, 0.0, 0.0, pose)


def walk(path: np.ndarray, frames: int) -> list[Camera]:
    K = intrinsics(_LENS, *SIZE)
    cameras = []
    for i in range(frames):
        place, yaw = to_and_fro(path, i / frames)
        yaw += 0.35 * np.sin(2 * np.pi * i * len(path) / frames)
        cameras.append((look(np.array([*place, _EYE]), yaw, -0.1), K))
    return cameras


def _room_camera(room: int, size: tuple[int, int] = SIZE) -> Camera:
    """Of a room's look: from beside its entrance, into it."""
    return look(np.array([room * _LONG + 0.45, 0.0, _EYE]), 0.0, -0.1), intrinsics(20.0, *size)
