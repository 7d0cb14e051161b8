"""Procedural sets, whole: what is built from a seed, the cameras in it, and the views they see."""

from dataclasses import dataclass, replace

import numpy as np

from inference_backend.greybox.geometry import FrameSet, PlacedLamp
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets import plan as plans
from inference_backend.training.sets.builder import SetBuilder, rotation_about
from inference_backend.training.sets.cameras import Surfaces, sample_path_cameras
from inference_backend.training.sets.materials import MaterialRecipe
from inference_backend.training.sets.props import scatter
from inference_backend.training.sets.render import Grade, View, develop, linear_view
from inference_backend.training.sets.rooms import build_interior, build_street
from inference_backend.training.sets.sky import Sky, draw_sky

_KINDS = ("room", "corridor", "l_corridor", "street")
_SHARES = (0.37, 0.13, 0.28, 0.22)
_METER_SIZE = (36, 64)


@dataclass(frozen=True)
class ProceduralSet:
    """A set that never changes: every view of it has the same light, materials and exposure."""

    name: str
    frame_set: FrameSet
    materials: dict[int, MaterialRecipe]
    sky: Sky
    grade: Grade
    path: np.ndarray
    surfaces: Surfaces


def make_set(seed: int) -> ProceduralSet:
    """The set of `seed`: the same seed gives the same set on every machine."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(_KINDS, p=_SHARES))
    builder, sky = SetBuilder(rng), draw_sky(rng)
    if kind == "street":
        plan, headroom = plans.street_plan(rng), 6.0
        build_street(builder, plan)
        daylight, roofed = True, False
    else:
        draw = {"room": plans.room_plan, "corridor": plans.corridor_plan, "l_corridor": plans.l_corridor_plan}
        plan, headroom = draw[kind](rng), float(rng.uniform(2.4, 3.8))
        roofed = bool(rng.random() < 0.82)
        daylight = build_interior(builder, plan, headroom, roofed)
    scatter(builder, plan, int(rng.integers(5, 16)), headroom, outdoor=kind == "street")
    ambient = _light(builder, plan, sky, headroom, daylight, roofed)
    frame_set = builder.frame_set(ambient)
    surfaces = Surfaces.of(Raycaster(frame_set))
    draft = ProceduralSet(
        f"{kind}-{seed}", frame_set, builder.materials, sky, _grade(rng, sky, ambient, roofed), plan.path, surfaces
    )
    return replace(draft, grade=_metered(draft, rng))


def sample_cameras(
    pset: ProceduralSet, rng: np.random.Generator, count: int, height: int, width: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """`count` cameras (c2w [4,4], K [3,3]); the first is the seed camera, the others lie near it or along the path."""
    return sample_path_cameras(pset.surfaces, pset.path, rng, count, height, width)


def render_view(
    pset: ProceduralSet, c2w: np.ndarray, K: np.ndarray, height: int, width: int, rng: np.random.Generator
) -> View:
    """The view of the camera `c2w` [4,4] (OpenCV axes), `K` [3,3] in pixels of (height, width)."""
    color, view = linear_view(pset.surfaces, pset.materials, pset.sky, (c2w, K), (height, width), rng)
    srgb = develop(color, view.gbuffer.depth_z, pset.grade)
    # A dither of one step keeps smooth walls free of bands.
    dithered = srgb * 255 + rng.random((height, width, 1), dtype=np.float32)
    return replace(view, rgb=np.minimum(dithered, 255).astype(np.uint8))


def _light(
    builder: SetBuilder, plan: plans.FloorPlan, sky: Sky, headroom: float, daylight: bool, roofed: bool
) -> np.ndarray:
    """Adds sun and lamps; returns the ambient radiance [3]."""
    rng = builder.rng
    if daylight:
        builder.add_lamp(_sun(sky))
    dark_sky = sky.zenith.mean() < 0.2
    if not roofed and not dark_sky:
        return sky.ambient()
    tint = builder.palette.color("plaster", rng)
    tint = 0.6 + 0.4 * tint / tint.max()
    for index in range(int(rng.integers(1, 4))):
        share = (index + float(rng.uniform(0.3, 0.7))) / 3 if len(plan.path) > 1 else 0.5
        builder.add_lamp(_lamp(rng, _point_on(plan.path, share) + rng.uniform(-0.6, 0.6, 2), headroom))
    level = float(rng.uniform(0.11, 0.28))
    return (level * tint + (0.25 if daylight else 0.0) * sky.ambient()).astype(np.float32)


def _point_on(path: np.ndarray, share: float) -> np.ndarray:
    position = share * (len(path) - 1)
    leg = min(int(position), len(path) - 2)
    return path[leg] + (path[leg + 1] - path[leg]) * (position - leg)


def _sun(sky: Sky) -> PlacedLamp:
    """A lamp shines along its own -z: its z axis points to the sun."""
    side = np.cross(np.array([0.0, 0.0, 1.0]), sky.sun)
    side /= max(np.linalg.norm(side), 1e-9)
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([side, np.cross(sky.sun, side), sky.sun])
    return PlacedLamp("SUN", sky.sun_color, sky.sun_energy, 0.01 + 0.15 * sky.cover, 0.0, 0.0, pose)


def _lamp(rng: np.random.Generator, xy: np.ndarray, headroom: float) -> PlacedLamp:
    """A lamp under the ceiling, warm or cool."""
    kind = str(rng.choice(["POINT", "AREA", "SPOT"], p=[0.45, 0.35, 0.2]))
    warmth = float(rng.uniform(0, 1))
    color = np.array([1.0, 0.93 - 0.28 * warmth, 0.95 - 0.62 * warmth], np.float32)
    if rng.random() < 0.2:
        color = np.array([0.72, 0.88, 1.0], np.float32)
    pose = np.eye(4)
    if kind == "SPOT":
        pose = rotation_about(np.array([*rng.standard_normal(2), 0.0]), float(rng.uniform(0, 0.6)))
    pose[:3, 3] = (*xy, min(headroom, 4.0) - float(rng.uniform(0.35, 0.7)))
    energy = float(rng.uniform(60, 200)) * {"POINT": 1.0, "AREA": 0.45, "SPOT": 1.8}[kind]
    size = {"POINT": 0.1, "AREA": float(rng.uniform(0.4, 1.2)), "SPOT": 0.05}[kind]
    return PlacedLamp(kind, color, energy, size, float(rng.uniform(0.9, 1.9)), float(rng.uniform(0.2, 0.8)), pose)


def _grade(rng: np.random.Generator, sky: Sky, ambient: np.ndarray, roofed: bool) -> Grade:
    fog = float(np.exp(rng.uniform(np.log(0.01), np.log(0.04)))) if rng.random() < 0.15 else 0.0
    fog_color = ambient * 1.3 if roofed else 0.6 * sky.horizon + 0.4 * sky.ambient()
    return Grade(
        exposure=1.0,
        fog=fog,
        fog_color=np.asarray(fog_color, np.float32),
        contrast=float(rng.uniform(0.92, 1.08)),
        balance=rng.uniform(0.94, 1.06, 3).astype(np.float32),
    )


def _metered(pset: ProceduralSet, rng: np.random.Generator) -> Grade:
    """The grade with an exposure that puts the mean of a few small views at a pleasing level."""
    seen = []
    for camera in [c for _ in range(3) for c in sample_cameras(pset, rng, 2, *_METER_SIZE)]:
        color, view = linear_view(pset.surfaces, pset.materials, pset.sky, camera, _METER_SIZE, rng)
        seen.append((color, view.gbuffer.depth_z))
    color, depth = np.concatenate([c for c, _ in seen]), np.concatenate([d for _, d in seen])
    target = float(rng.uniform(0.36, 0.48))
    low, high = -7.0, 7.0
    for _ in range(12):
        middle = (low + high) / 2
        if develop(color, depth, replace(pset.grade, exposure=2.0**middle)).mean() < target:
            low = middle
        else:
            high = middle
    return replace(pset.grade, exposure=2.0**low)
