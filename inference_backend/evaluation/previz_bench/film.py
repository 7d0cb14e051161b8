"""A closed camera move through a set in which a crate slides and turns and a figure walks on the spot."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...greybox.geometry import Float64, FrameSet, Mesh, PlacedMesh
from ...greybox.raycast import Raycaster
from ...training.sets import primitives as shape
from ...training.sets.builder import rotation_z, translation
from ...training.sets.cameras import CLEARANCE, Surfaces
from ...training.sets.moves import look
from ..memory_bench.character import Gait, figure_triangles, figure_vertices
from .stage import Stage
from .studio import Camera

FORWARD, ASIDE, UP = 1.2, 0.7, 0.15
"""Metres that the camera goes at most."""
PAN = 25.0
"""Degrees."""
_TRIES = 10
_SHRINK = 0.75


@dataclass(frozen=True)
class Film:
    """T frames; the last is the first again, camera and set."""

    stage: Stage
    """With the movers as they are at the first frame."""
    frame_sets: tuple[FrameSet, ...]
    cameras: tuple[Camera, ...]
    movers: tuple[int, ...]
    """Anchors."""

    def __len__(self) -> int:
        return len(self.cameras)

    def still(self, anchor: NDArray[np.int32]) -> NDArray[np.bool_]:
        """[H,W] which of a picture's pixels stand still."""
        return ~np.isin(anchor, self.movers)


def film_of(stage: Stage, frames: int) -> Film:
    """A film of `frames` frames that begins and ends with the look's camera."""
    rng = np.random.default_rng((stage.seed, 5))
    turns = np.linspace(0, 2 * np.pi, frames)
    crate, figure = _movers(stage, rng)
    frame_sets = tuple(_at(stage.pset.frame_set, crate, figure, float(turn)) for turn in turns)
    first = replace(stage.pset, frame_set=frame_sets[0], surfaces=Surfaces.of(Raycaster(frame_sets[0])))
    c2w, K = stage.camera
    poses = _path(stage, rng.choice([-1.0, 1.0], 2), turns)
    return Film(
        replace(stage, pset=first),
        frame_sets,
        tuple((pose, K) for pose in [c2w, *poses[1:-1], c2w]),
        (crate.placed.anchor, figure.placed.anchor),
    )


@dataclass(frozen=True)
class _Mover:
    placed: PlacedMesh
    place: Float64
    """[3] on the floor."""
    gait: Gait | None = None


def _movers(stage: Stage, rng: np.random.Generator) -> tuple[_Mover, _Mover]:
    """A crate and a figure ahead of the camera, before what stands there."""
    c2w = stage.camera[0]
    ahead = c2w[:3, 2] * [1, 1, 0] / np.linalg.norm(c2w[:2, 2])
    right = c2w[:3, 0] * [1, 1, 0] / np.linalg.norm(c2w[:2, 0])
    reach = min(3.8, max(2.4, 0.7 * _distance(stage, c2w[:3, 3], ahead)))
    materials = sorted(stage.pset.materials)
    chosen = rng.choice(materials, 2)
    gait = Gait.draw(rng)
    triangles = figure_triangles()
    body = Mesh(figure_vertices(gait, 0.0), triangles, np.zeros(len(triangles), np.int32))
    box = shape.box(0.55, 0.5, 0.5)
    anchor = 1 + max(placed.anchor for placed in stage.pset.frame_set.meshes)
    movers = []
    for i, (mesh, side) in enumerate(((box, -0.35), (body, 0.4))):
        color = stage.pset.materials[int(chosen[i])].base_color[None].astype(np.float32)
        placed = PlacedMesh(mesh, np.eye(4), anchor + i, (int(chosen[i]),), color, mesh.vertices)
        spot = c2w[:3, 3] + ahead * reach + right * side * reach * 0.6
        spot[2] = c2w[2, 3] - _distance(stage, c2w[:3, 3], np.array([0, 0, -1.0]))
        movers.append(_Mover(placed, spot, gait if mesh is body else None))
    return movers[0], movers[1]


def _distance(stage: Stage, origin: Float64, direction: Float64) -> float:
    hits = stage.caster.cast(origin[None].astype(np.float32), direction[None].astype(np.float32))
    return float(hits.distance[0]) if hits.mesh[0] >= 0 else 20.0


def _at(still: FrameSet, crate: _Mover, figure: _Mover, turn: float) -> FrameSet:
    """The set with its movers at `turn` 0..2 pi of their rounds."""
    slide = np.array([0.25 * np.sin(turn), 0.15 * np.sin(2 * turn), 0])
    box = replace(crate.placed, transform=translation(crate.place + slide) @ rotation_z(0.5 * np.sin(turn)))
    assert figure.gait is not None
    body = figure.placed
    # Two steps a round: at its end the figure stands as it stood.
    vertices = body.mesh.vertices if turn in (0.0, 2 * np.pi) else figure_vertices(figure.gait, 2 * turn)
    bent = Mesh(vertices, body.mesh.triangles, body.mesh.face_material)
    walker = replace(body, mesh=bent, transform=translation(figure.place) @ rotation_z(0.35 * np.sin(turn)))
    return FrameSet((*still.meshes, box, walker), still.lamps, still.ambient)


def _path(stage: Stage, signs: Float64, turns: Float64) -> list[Float64]:
    """The camera's poses: forward and back, aside and panned; smaller where the set leaves no room."""
    c2w = stage.camera[0]
    for attempt in range(_TRIES):
        poses = [_pose(c2w, signs, float(turn), _SHRINK**attempt) for turn in turns]
        if all(stage.pset.surfaces.clearance(pose[:3, 3]) > 0.7 * CLEARANCE for pose in poses[1:-1]):
            break
    return poses


def _pose(c2w: Float64, signs: Float64, turn: float, reach: float) -> Float64:
    forward = c2w[:3, 2]
    flat = forward * [1, 1, 0] / np.linalg.norm(forward[:2])
    place = c2w[:3, 3] + flat * FORWARD * reach * (1 - np.cos(turn)) / 2
    place = place + c2w[:3, 0] * signs[0] * ASIDE * reach * np.sin(turn)
    place = place + np.array([0, 0, 1.0]) * UP * reach * np.sin(turn) ** 2
    yaw = np.arctan2(forward[1], forward[0]) + signs[1] * np.radians(PAN) * reach * np.sin(turn)
    pitch = np.arcsin(np.clip(forward[2], -1, 1))
    return look(place, float(yaw), float(pitch))
