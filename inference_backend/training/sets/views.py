"""Procedural sets, whole: what is built from a seed, the cameras in it, and the views they see."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from inference_backend.greybox.geometry import FrameSet, PlacedLamp
from inference_backend.greybox.raycast import Raycaster
from inference_backend.training.sets import plan as plans
from inference_backend.training.sets.builder import SetBuilder, rotation_about
from inference_backend.training.sets.cameras import Surfaces, sample_path_cameras
from inference_backend.training.sets.furnish import add_people, furnish
from inference_backend.training.sets.landscape import build_landscape
from inference_backend.training.sets.materials import MaterialRecipe
from inference_backend.training.sets.plan import FloorPlan
from inference_backend.training.sets.props import scatter
from inference_backend.training.sets.render import Grade, View, develop, exposed, linear_view, printed
from inference_backend.training.sets.rooms import build_interior
from inference_backend.training.sets.sky import DARK_HOURS, HOURS, Sky, draw_sky
from inference_backend.training.sets.steps import build_hall_stairs, build_terrace
from inference_backend.training.sets.streets import build_street

KINDS = {
    "room": 0.10,
    "furnished": 0.20,
    "corridor": 0.06,
    "l_corridor": 0.10,
    "hall_stairs": 0.11,
    "terrace": 0.10,
    "street": 0.18,
    "landscape": 0.15,
}
"""Kinds of set and the share of each."""
_METER_SIZE = (36, 64)
_INDOOR_LEVEL = (0.34, 0.46)


@dataclass(frozen=True)
class ProceduralSet:
    """A set that never changes: every view of it has the same light, materials and exposure.

    `hour` and `weather` are words of the prompt vocabulary, `hour` empty where no daylight comes in; `lamplit` says
    whether lamps light it rather than the sky.
    """

    name: str
    frame_set: FrameSet
    materials: dict[int, MaterialRecipe]
    sky: Sky
    grade: Grade
    path: np.ndarray
    surfaces: Surfaces
    hour: str
    weather: str
    lamplit: bool


def make_set(seed: int, kind: str | None = None) -> ProceduralSet:
    """The set of `seed`, of a `kind` of `KINDS` or of one that the seed draws: the same on every machine."""
    rng = np.random.default_rng(seed)
    drawn = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    kind = kind or drawn
    sky = draw_sky(rng)
    builder = SetBuilder(rng, dark=sky.hour in DARK_HOURS)
    if kind in _OUTDOOR:
        draw, build, props = _OUTDOOR[kind]
        plan, headroom, roofed, daylight = draw(rng), 6.0, False, True
        build(builder, plan)
        scatter(builder, plan, int(rng.integers(*props)), headroom, outdoor=True)
    else:
        plan, headroom, roofed, daylight = _indoors(builder, kind)
    lit = _light(builder, plan, sky, headroom, daylight, roofed)
    frame_set = builder.frame_set(lit.ambient)
    draft = ProceduralSet(
        name=f"{kind}-{seed}",
        frame_set=frame_set,
        materials=builder.materials,
        sky=sky,
        grade=_grade(rng, sky, lit.ambient, roofed),
        path=plan.path,
        surfaces=Surfaces.of(Raycaster(frame_set)),
        hour=sky.hour if daylight else "",
        weather="fog" if sky.weather == "fog" else (sky.weather if daylight else ""),
        lamplit=lit.by_lamps,
    )
    return replace(draft, grade=_metered(draft, rng))


_OUTDOOR: dict[
    str, tuple[Callable[[np.random.Generator], FloorPlan], Callable[[SetBuilder, FloorPlan], None], tuple[int, int]]
] = {
    "street": (plans.street_plan, build_street, (0, 7)),
    "landscape": (plans.landscape_plan, build_landscape, (0, 4)),
    "terrace": (plans.plaza_plan, build_terrace, (1, 7)),
}
_INDOOR = {"corridor": plans.corridor_plan, "l_corridor": plans.l_corridor_plan, "hall_stairs": plans.hall_plan}


def _indoors(builder: SetBuilder, kind: str) -> tuple[FloorPlan, float, bool, bool]:
    """Builds a room: (its plan, its height in metres, whether it has a ceiling, whether daylight comes in)."""
    rng = builder.rng
    plan = _INDOOR.get(kind, plans.room_plan)(rng)
    height = float(rng.uniform(4.6, 6.2) if kind == "hall_stairs" else rng.uniform(2.4, 3.8))
    roofed = bool(rng.random() < (0.95 if kind == "furnished" else 0.82))
    shell = build_interior(builder, plan, height, roofed)
    if kind == "hall_stairs":
        build_hall_stairs(builder, plan, height)
    if kind == "furnished":
        furnish(builder, plan, shell.openings, people=int(rng.integers(0, 3)))
    else:
        scatter(builder, plan, int(rng.integers(3, 12)), height, outdoor=False)
    if kind != "furnished" and rng.random() < 0.5:
        add_people(builder, plan, int(rng.integers(1, 3)))
    return plan, height, roofed, shell.daylight


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
    return replace(view, rgb=printed(srgb, rng))


@dataclass(frozen=True)
class _Lit:
    ambient: np.ndarray
    by_lamps: bool


def _light(builder: SetBuilder, plan: FloorPlan, sky: Sky, headroom: float, daylight: bool, roofed: bool) -> _Lit:
    """Adds sun and lamps; the ambient radiance [3], and whether lamps give most of the light."""
    rng = builder.rng
    dark_sky = sky.hour in DARK_HOURS
    if daylight:
        builder.add_lamp(_sun(sky))
    if not roofed and not dark_sky:
        return _Lit(sky.ambient(), False)
    tint = builder.palette.color("plaster", rng)
    tint = 0.6 + 0.4 * tint / tint.max()
    # By day a room with windows may have its lamps off.
    off = daylight and not dark_sky and rng.random() < 0.35
    if not off:
        for index in range(int(rng.integers(1, 4))):
            share = (index + float(rng.uniform(0.3, 0.7))) / 3 if len(plan.path) > 1 else 0.5
            builder.add_lamp(_lamp(rng, _point_on(plan.path, share) + rng.uniform(-0.6, 0.6, 2), headroom))
    level = float(rng.uniform(0.11, 0.28)) * (0.4 if not roofed else 1.0)
    ambient = level * tint + (0.25 if daylight and roofed else 1.0 if not roofed else 0.0) * sky.ambient()
    return _Lit(ambient.astype(np.float32), not off and (dark_sky or not daylight))


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
    foggy = sky.weather == "fog"
    fog = float(np.exp(rng.uniform(np.log(0.012), np.log(0.05)))) if foggy else 0.0
    fog_color = ambient * 1.3 if roofed else 0.6 * sky.horizon + 0.4 * sky.ambient()
    return Grade(
        exposure=1.0,
        fog=fog,
        fog_color=np.asarray(fog_color, np.float32),
        contrast=float(rng.uniform(0.92, 1.08)),
        balance=rng.uniform(0.94, 1.06, 3).astype(np.float32),
    )


def _metered(pset: ProceduralSet, rng: np.random.Generator) -> Grade:
    """The grade with an exposure that puts the mean of a few small views at the hour's level."""
    seen = []
    for _ in range(3):
        camera = sample_cameras(pset, rng, 1, *_METER_SIZE)[0]
        color, view = linear_view(pset.surfaces, pset.materials, pset.sky, camera, _METER_SIZE, rng)
        seen.append((color, view.gbuffer.depth_z))
    color, depth = np.concatenate([c for c, _ in seen]), np.concatenate([d for _, d in seen])
    target = float(rng.uniform(*(HOURS[pset.hour].level if pset.hour else _INDOOR_LEVEL)))
    return exposed(color, depth, pset.grade, target)
