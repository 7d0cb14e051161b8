"""Props: small meshes with a role a material slot, and their scattering over a floor plan."""

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import (
    Prop,
    SetBuilder,
    rotation_about,
    rotation_z,
    transformed,
    translation,
)
from inference_backend.training.sets.plan import FloorPlan

_INDOOR = (
    "crate",
    "crate",
    "barrel",
    "pillar",
    "ball",
    "cone",
    "stairs",
    "arch",
    "table",
    "shelf",
    "sofa",
    "plant",
    "board",
)
_OUTDOOR = ("crate", "crate", "barrel", "ball", "cone", "table", "plant", "plant", "board", "post")
_CAN_TUMBLE = ("crate", "barrel", "cone", "ball")


def draw_prop(kind: str, rng: np.random.Generator, headroom: float) -> Prop:
    """A prop of `kind` in random measures; nothing is taller than `headroom` metres."""
    size = float(rng.uniform(0.7, 1.3))
    if kind == "crate":
        return _crate(rng, size)
    if kind == "barrel":
        return Prop(shape.barrel(0.32 * size, 0.95 * size), ("prop",))
    if kind == "pillar":
        return _pillar(rng, headroom)
    if kind == "ball":
        return Prop(shape.sphere(0.32 * size), ("prop",))
    if kind == "cone":
        return Prop(shape.cone(0.3 * size, 0.9 * size, 0.05 if rng.random() < 0.6 else 0.2), ("prop",))
    if kind == "stairs":
        return Prop(shape.stairs(1.1 * size, int(rng.integers(3, 6)), 0.18, 0.28), ("prop",))
    if kind == "arch":
        return Prop(shape.arch(0.9 * size, min(2.1 * size, headroom - 0.4), 0.35, 0.25), ("frame",))
    if kind in ("table", "shelf", "sofa"):
        return {"table": _table, "shelf": _shelf, "sofa": _sofa}[kind](size)
    if kind == "plant":
        crown = shape.moved(shape.sphere(0.42 * size, 12), (0, 0, 0.55 * size), slot=1)
        return Prop(shape.merged([shape.cone(0.22 * size, 0.6 * size, 0.32 * size), crown]), ("prop", "leaves"))
    if kind == "board":
        legs = [shape.block((x, -0.03, 0), (x + 0.06, 0.03, 0.7)) for x in (-0.5 * size, 0.5 * size - 0.06)]
        face = shape.block((-0.7 * size, -0.09, 0.6), (0.7 * size, -0.03, 0.6 + 0.9 * size), slot=1)
        return Prop(shape.merged([*legs, face]), ("frame", "sign"))
    post = shape.cylinder(0.07, min(3.2, headroom), 16)
    return Prop(shape.merged([post, shape.cylinder(0.18, 0.3, 16)]), ("frame",))


def _crate(rng: np.random.Generator, size: float) -> Prop:
    x, y, z = np.array([0.7, 0.6, 0.6]) * size * rng.uniform(0.7, 1.3, 3)
    body = shape.box(x, y, z)
    if rng.random() < 0.5:
        return Prop(body, ("prop",))
    bar = 0.06
    bars = [
        shape.block((sx - bar, sy - bar, 0), (sx + bar, sy + bar, z + 0.02), slot=1)
        for sx in (-x / 2, x / 2)
        for sy in (-y / 2, y / 2)
    ]
    lid = shape.block((-x / 2 - bar, -y / 2 - bar, z - 0.05), (x / 2 + bar, y / 2 + bar, z + 0.03), slot=1)
    return Prop(shape.merged([body, *bars, lid]), ("prop", "furniture"))


def _pillar(rng: np.random.Generator, headroom: float) -> Prop:
    radius = float(rng.uniform(0.14, 0.28))
    if rng.random() < 0.5:
        shaft = shape.cylinder(radius, headroom)
    else:
        shaft = shape.box(2 * radius, 2 * radius, headroom)
    foot = shape.moved(shape.box(2.8 * radius, 2.8 * radius, 0.18), (0, 0, 0), slot=1)
    head = shape.moved(foot, (0, 0, headroom - 0.18))
    return Prop(shape.merged([shaft, foot, head]), ("prop", "frame"))


def _table(size: float) -> Prop:
    x, y, z = 0.7 * size, 0.42 * size, 0.74
    top = shape.block((-x, -y, z - 0.05), (x, y, z))
    legs = [
        shape.block(
            (sx * x * 0.92 - 0.035, sy * y * 0.9 - 0.035, 0), (sx * x * 0.92 + 0.035, sy * y * 0.9 + 0.035, z - 0.05), 1
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return Prop(shape.merged([top, *legs]), ("furniture", "frame"))


def _shelf(size: float) -> Prop:
    x, y, z = 0.55 * size, 0.17, 1.7 * size
    boards = [shape.block((-x, -y, h), (x, y, h + 0.03)) for h in np.linspace(0.08, z - 0.03, 5)]
    sides = [shape.block((sx - 0.02, -y, 0), (sx + 0.02, y, z)) for sx in (-x, x)]
    stock = [
        shape.block(
            (-x + 0.06 + 0.3 * i * size, -y + 0.02, h + 0.03), (-x + 0.28 * size * (i + 1), y - 0.04, h + 0.26), 1
        )
        for i, h in enumerate(np.linspace(0.08, z - 0.03, 5)[:3])
    ]
    return Prop(shape.merged([*boards, *sides, *stock]), ("furniture", "prop"))


def _sofa(size: float) -> Prop:
    x, y = 0.9 * size, 0.42 * size
    parts = [
        shape.block((-x, -y, 0.1), (x, y, 0.42)),
        shape.block((-x, y - 0.18, 0.42), (x, y, 0.85)),
        shape.block((-x, -y, 0.42), (-x + 0.18, y - 0.18, 0.62)),
        shape.block((x - 0.18, -y, 0.42), (x, y - 0.18, 0.62)),
    ]
    pillow = shape.block((-x * 0.6, -0.05, 0.42), (-x * 0.6 + 0.4, 0.1, 0.75), slot=1)
    return Prop(shape.merged([*parts, pillow]), ("upholstery", "rug"))


def _radius(mesh: Mesh) -> float:
    return float(np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 1]).max())


def scatter(builder: SetBuilder, plan: FloorPlan, count: int, headroom: float, outdoor: bool) -> None:
    """Stands up to `count` props beside the path, now and then a crate upon a crate or a prop tumbled over."""
    rng = builder.rng
    for _ in range(count):
        kind = str(rng.choice(_OUTDOOR if outdoor else _INDOOR))
        prop = draw_prop(kind, rng, headroom)
        mesh, pose = prop.mesh, rotation_z(float(rng.uniform(0, 2 * np.pi)))
        if kind in _CAN_TUMBLE and rng.random() < 0.25:
            pose = pose @ rotation_about(rng.standard_normal(3), float(rng.uniform(0, np.pi)))
            pose = translation((0, 0, -float(transformed(mesh, pose).vertices[:, 2].min()))) @ pose
        radius = _radius(transformed(mesh, pose))
        spot = plan.free_spot(rng, radius, hug_walls=0.55)
        if spot is None:
            continue
        builder.place(prop, translation((*spot, 0.0)) @ pose)
        if kind == "crate" and rng.random() < 0.35:
            height = float(transformed(mesh, pose).vertices[:, 2].max())
            upper = draw_prop("crate", rng, headroom)
            turn = rotation_z(float(rng.uniform(0, 2 * np.pi)))
            builder.place(upper, translation((*spot, height)) @ turn)
