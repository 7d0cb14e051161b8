"""What is filmed: sets drawn from a seed, what moves in them, and the camera's path.

`walk`: one of the training's procedural sets, walked to and fro as often as is asked. `corridor`: doors, rooms behind
them, a walking figure, a rolling ball. `departure`: a crate and a figure that leave the frame and come back turned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...greybox.geometry import Float64, FrameSet, Mesh
from ...greybox.raycast import Raycaster
from ...training.sets import primitives as shape
from ...training.sets.builder import SetBuilder, rotation_about, rotation_z, translation
from ...training.sets.cameras import intrinsics, look
from ...training.sets.props import draw_prop
from ...training.sets.views import make_set
from .character import Gait, figure_triangles, figure_vertices

AWAY = 100
"""Frames that the objects of `departure` are out of sight."""
_HIDDEN = np.diag([0.0, 0.0, 0.0, 1.0])
_KINDS = ("crate", "barrel", "pillar", "table", "shelf", "sofa", "plant", "stairs")


@dataclass(frozen=True)
class Shooting:
    """A set and a camera over T frames."""

    name: str
    casters: tuple[Raycaster, ...]
    """[T]."""
    c2w: Float64
    """[T,4,4]."""
    lens: float
    """Millimetres on a sensor of 36."""
    movers: tuple[int, ...] = ()
    """Indices of the meshes that move or bend."""
    comeback: int = 0
    """Index of the first frame after what left is back (`departure`)."""

    def __len__(self) -> int:
        return len(self.c2w)

    def K(self, height: int, width: int) -> Float64:
        return intrinsics(self.lens, height, width)


def walk(seed: int, per_lap: int, laps: int, jitter: float = 1.0) -> Shooting:
    """A static set, walked along its path and back `laps` times. No lap is exactly like another: `jitter` 1 holds the
    camera up to 10 cm and 3 degrees from where it was, 0 walks the same lap again."""
    pset = make_set(seed)
    rng = np.random.default_rng((seed, 1))
    lens = float(rng.uniform(20, 35))
    eye, sweep = float(rng.uniform(1.3, 1.7)), float(rng.uniform(0.2, 0.6))
    poses = []
    for _ in range(laps):
        offset, turn = rng.uniform(-0.1, 0.1, 3) * jitter, np.radians(rng.uniform(-3, 3)) * jitter
        for i in range(per_lap):
            position, yaw = to_and_fro(pset.path, i / per_lap)
            yaw += sweep * np.sin(6 * np.pi * i / per_lap) + turn
            poses.append(look(np.array([*position, eye]) + offset, yaw, -0.1))
    caster = Raycaster(pset.frame_set)
    return Shooting(pset.name, (caster,) * len(poses), np.stack(poses), lens)


def to_and_fro(path: Float64, share: float) -> tuple[Float64, float]:
    """Place [2] and heading at `share` 0..1 of a walk along `path` [Q,2] and back; the walker turns round on its way
    out of the last and into the first tenth."""
    steps = np.diff(path, axis=0)
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    at = (1 - abs(1 - 2 * share)) * travelled[-1]
    place = np.array([np.interp(at, travelled, path[:, axis]) for axis in range(2)])
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    yaw = float(np.interp(at, (travelled[:-1] + travelled[1:]) / 2, heading))
    turned = np.interp(share, [0, 0.45, 0.55, 0.92, 1.0], [0, 0, np.pi, np.pi, 2 * np.pi])
    return place, yaw + float(turned)


def corridor(seed: int, frames: int) -> Shooting:
    """A corridor with rooms behind doors; a figure walks down it and back, a ball rolls past and is gone in the last
    quarter, one door leaf swings. The camera walks up and comes back, looking through the doors."""
    rng = np.random.default_rng((seed, 2))
    builder = SetBuilder(rng)
    wide, long = float(rng.uniform(2.0, 2.7)), float(rng.uniform(9.0, 13.0))
    doors = _build_corridor(builder, wide, long)
    first = len(builder.frame_set(np.zeros(3)).meshes)
    pivots = [_add_leaf(builder, rng, *door) for door in doors]
    radius, gait = float(rng.uniform(0.12, 0.25)), Gait.draw(rng)
    builder.add(shape.sphere(radius), [builder.material("prop")], np.eye(4))
    _add_figure(builder, gait)
    swinging, ball, figure = first, first + len(pivots), first + len(pivots) + 1
    opening = rng.uniform(0.2, 1.9, 2)

    def at(i: int) -> dict[int, tuple[Float64, float | None]]:
        share = i / frames
        rolled = long - 1.5 - (long - 3) * min(1.0, share / 0.7)
        roll = translation((wide * 0.55, rolled, radius)) @ rotation_about(np.array([1.0, 0, 0]), -rolled / radius)
        place, heading = to_and_fro(np.array([[wide * 0.3, 2.5], [wide * 0.3, long - 1.5]]), share)
        return {
            swinging: (pivots[0] @ rotation_z(float(np.interp(share, [0.1, 0.8], opening))), None),
            ball: (roll @ translation((0, 0, -radius)) if share < 0.75 else _HIDDEN, None),
            figure: (translation((*place, 0)) @ rotation_z(heading), 12 * np.pi * share),
        }

    poses = []
    for i in range(frames):
        place, yaw = to_and_fro(np.array([[wide * 0.68, 0.7], [wide * 0.68, long * 0.6]]), i / frames)
        yaw += 0.7 * np.sin(8 * np.pi * i / frames)
        poses.append(look(np.array([*place, 1.55 + 0.02 * np.sin(i)]), yaw, -0.12))
    casters = _film(builder, frames, at, {figure: gait})
    return Shooting(f"corridor-{seed}", casters, np.stack(poses), 22.0, (swinging, ball, figure))


def departure(seed: int, shown: int = 12, again: int = 8) -> Shooting:
    """A crate and a figure go by for `shown` frames, are away for `AWAY`, and come back turned for `again`."""
    rng = np.random.default_rng((seed, 3))
    builder = SetBuilder(rng)
    _build_hall(builder, rng)
    gait, prop = Gait.draw(rng), draw_prop("crate", rng, 3.0)
    crate = len(builder.frame_set(np.zeros(3)).meshes)
    builder.add(prop.mesh, [builder.material(role) for role in prop.roles], np.eye(4))
    _add_figure(builder, gait)
    turns = rng.uniform(0.4, 1.4, 2) * rng.choice([-1, 1], 2)
    start, reach = rng.uniform(0, 6, 2), rng.uniform(2.2, 3.2, 2)
    eye, phase = float(rng.uniform(1.35, 1.65)), float(rng.uniform(0, 6))
    back = shown + AWAY

    def at(i: int) -> dict[int, tuple[Float64, float | None]]:
        # Round the camera: in front, all the way behind it, in front again. Bearings from straight ahead.
        bearing = float(np.interp(i, [0, shown, back - 1, back + again], [-0.3, 0.15, 2 * np.pi - 0.15, 2 * np.pi]))
        away = float(np.interp(i, [shown - 1, shown, back - 1, back], [0, 1, 1, 0]))
        placed = {}
        for k, (which, side) in enumerate(((crate, -0.12), (crate + 1, 0.16))):
            # What is away stands behind the camera whatever the bearing says at the ends of its round.
            angle = np.pi / 2 + (np.clip(bearing, 1.3, 2 * np.pi - 1.3) if away == 1 else bearing + side)
            spin = start[k] + (0.03 * i if i < back else 0.03 * (i - AWAY) + turns[k])
            place = translation((reach[k] * np.cos(angle), reach[k] * np.sin(angle), 0)) @ rotation_z(float(spin))
            placed[which] = (place, 0.5 * i if which > crate else None)
        return placed

    poses = [
        look(np.array([0.1 * np.sin(i / 9), 0, eye]), np.pi / 2 + 0.15 * np.sin(phase + i / 11), -0.12)
        for i in range(back + again)
    ]
    casters = _film(builder, back + again, at, {crate + 1: gait})
    return Shooting(f"departure-{seed}", casters, np.stack(poses), 24.0, (crate, crate + 1), back)


def _film(
    builder: SetBuilder,
    frames: int,
    at: Callable[[int], dict[int, tuple[Float64, float | None]]],
    gaits: dict[int, Gait],
) -> tuple[Raycaster, ...]:
    """A caster a frame. `at(index)` places meshes: their transform and, for a figure, the phase of its step."""
    still = builder.frame_set(np.full(3, 0.1, np.float32))
    moving = sorted(at(0))
    casters: list[Raycaster] = []
    for i in range(frames):
        meshes = list(still.meshes)
        for which, (transform, phase) in at(i).items():
            mesh = meshes[which].mesh
            if phase is not None:
                mesh = Mesh(figure_vertices(gaits[which], phase), mesh.triangles, mesh.face_material)
            meshes[which] = replace(meshes[which], transform=transform, mesh=mesh)
        frame_set = FrameSet(tuple(meshes), still.lamps, still.ambient)
        casters.append(casters[0].moved(frame_set) if casters else Raycaster(frame_set, moving))
    return tuple(casters)


def _add_figure(builder: SetBuilder, gait: Gait) -> None:
    triangles = figure_triangles()
    mesh = Mesh(figure_vertices(gait, 0.0), triangles, np.zeros(len(triangles), np.int32))
    builder.add(mesh, [builder.material("prop")], np.eye(4))


def _build_corridor(builder: SetBuilder, wide: float, long: float) -> list[tuple[Float64, float]]:
    """Shells and props; returns each door as the pose of its hinge (leaf along +x when shut) and its width."""
    rng = builder.rng
    depth, high, thick = float(rng.uniform(2.5, 3.5)), 2.6, 0.15
    wall, floor = builder.material("wall"), builder.material("floor")
    low, far = (-depth - thick, -0.2), (wide + depth + thick, long + 0.2)
    builder.add(shape.block((*low, -0.2), (*far, 0.0)), [floor], np.eye(4))
    builder.add(shape.block((*low, high), (*far, high + 0.2)), [builder.material("ceiling")], np.eye(4))
    for y in (-0.2, long):
        builder.add(shape.block((low[0], y, 0), (far[0], y + 0.2, high)), [wall], np.eye(4))
    doors = []
    for side, x in ((-1.0, 0.0), (1.0, wide)):
        # A wall runs along its own +x with its body on its left: the body lies outside the corridor.
        pose = translation((x, 0 if side < 0 else long, 0)) @ rotation_z(side * -np.pi / 2)
        count = int(rng.integers(2, 4))
        places = (np.arange(count) + rng.uniform(0.25, 0.6, count)) * long / count
        openings = [(float(p), float(p) + 0.9, 0.0, 2.05) for p in places]
        builder.add(shape.wall(long, high, thick, openings), [builder.material("wall", again=0.5)], pose)
        outer = x + side * (depth + thick)
        builder.add(shape.block((outer, 0, 0), (outer + 0.1, long, high)), [wall], np.eye(4))
        for x0, x1, _, top in openings:
            frame = shape.door_frame(x1 - x0 - 0.02, top - 0.01, 0.22, 0.08)
            middle = pose @ translation(((x0 + x1) / 2, thick / 2, 0))
            builder.add(frame, [builder.material("frame", again=0.8)], middle)
            doors.append((pose @ translation((x0 + 0.02, thick, 0)), x1 - x0 - 0.06))
        for y in np.cumsum(rng.uniform(1.0, 2.5, 5)):
            if y < long - 0.8:
                _add_prop(builder, (x + side * rng.uniform(1.2, depth - 0.6), float(y)))
    return doors


def _add_leaf(builder: SetBuilder, rng: np.random.Generator, hinge: Float64, width: float) -> Float64:
    """A door leaf that stands ajar; returns the hinge about whose z it turns."""
    leaf = shape.block((0, -0.02, 0.01), (width, 0.02, 2.0))
    angle = float(rng.uniform(0.5, 1.8))
    builder.add(leaf, [builder.material("frame", again=0.5)], hinge @ rotation_z(angle))
    return hinge


def _build_hall(builder: SetBuilder, rng: np.random.Generator) -> None:
    """A hall of about 14 x 12 metres round the origin, with props along its walls."""
    x, y, high = float(rng.uniform(6, 8)), float(rng.uniform(5, 7)), float(rng.uniform(3.0, 4.5))
    wall = builder.material("wall")
    builder.add(shape.block((-x, -y, -0.2), (x, y, 0)), [builder.material("floor")], np.eye(4))
    builder.add(shape.block((-x, -y, high), (x, y, high + 0.2)), [builder.material("ceiling")], np.eye(4))
    for low, far in (
        ((-x, y), (x, y + 0.2)),
        ((-x, -y - 0.2), (x, -y)),
        ((-x, -y), (-x + 0.2, y)),
        ((x - 0.2, -y), (x, y)),
    ):
        builder.add(shape.block((*low, 0), (*far, high)), [wall], np.eye(4))
    for _ in range(int(rng.integers(5, 9))):
        _add_prop(builder, (float(rng.uniform(-x + 1, x - 1)), float(rng.uniform(4.2, y - 0.5))))


def _add_prop(builder: SetBuilder, place: Sequence[float]) -> None:
    prop = draw_prop(str(builder.rng.choice(_KINDS)), builder.rng, 2.5)
    pose = translation((*place, 0.0)) @ rotation_z(float(builder.rng.uniform(0, 6.28)))
    builder.add(prop.mesh, [builder.material(role) for role in prop.roles], pose)
