"""Houses: storeys of windows with frames, doors, shops, balconies, shutters, cornices and roofs."""

from dataclasses import dataclass

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import SetBuilder

_ROLES = ("facade", "plinth", "frame", "glass", "lit", "door", "roof", "sign", "awning", "chrome")
_WALL, _LOWER, _TRIM, _GLASS, _LIT, _DOOR, _ROOF, _SIGN, _AWNING, _RAIL = range(10)
_DEPTH = 0.22


@dataclass(frozen=True)
class _Style:
    """What all windows and storeys of one house share."""

    wide: float
    depth: float
    storeys: int
    storey: float
    count: int
    window: float
    sill: float
    top: float
    shutters: bool
    balconies: bool
    lintels: bool
    mullions: int
    shop: bool
    lit: float


def _draw(rng: np.random.Generator, wide: float, detached: bool, dark: bool) -> _Style:
    count = max(int(wide // float(rng.uniform(1.6, 2.8))), 1)
    storey = float(rng.uniform(2.7, 3.5))
    return _Style(
        wide=wide,
        depth=float(rng.uniform(5, 8)) if detached else 5.0,
        storeys=int(rng.integers(1, 3)) if detached else int(rng.integers(2, 6)),
        storey=storey,
        count=count,
        window=min(float(rng.uniform(0.8, 1.3)), wide / count - 0.3),
        sill=float(rng.uniform(0.5, 0.95)),
        top=min(float(rng.uniform(2.0, 2.5)), storey - 0.3),
        shutters=bool(rng.random() < 0.25),
        balconies=bool(rng.random() < 0.25) and not detached,
        lintels=bool(rng.random() < 0.5),
        mullions=int(rng.integers(0, 3)),
        shop=bool(rng.random() < 0.4) and not detached,
        lit=float(rng.uniform(0.2, 0.6)) if dark else 0.0,
    )


def house(builder: SetBuilder, wide: float, place: np.ndarray, detached: bool = False) -> None:
    """One house `wide` metres along its own x, its front at y = 0 looking along -y; `detached` with a roof to be seen
    from all sides."""
    rng = builder.rng
    style = _draw(rng, wide, detached, builder.dark)
    door = int(rng.integers(style.count))
    parts: list[Mesh] = []
    for level in range(style.storeys):
        base, low = level * style.storey, level == 0
        parts += _storey(rng, style, base, door if low else -1, low and style.shop)
    high = style.storeys * style.storey
    core = (0.02, _DEPTH - 0.02 + 0.1, 0), (wide - 0.02, style.depth, high - 0.02)
    parts.append(shape.block(*core, _WALL))
    parts += _roof(rng, style, high, detached)
    if rng.random() < 0.5:
        parts.append(shape.moved(shape.cylinder(0.05, high, 8), (wide - 0.12, -0.06, 0), _RAIL))
    mesh = shape.merged(parts)
    used, slots = np.unique(mesh.face_material, return_inverse=True)
    materials = []
    for slot in used:
        role = _ROLES[slot]
        if role == "plinth" and rng.random() < 0.5:
            role = "facade"
        materials.append(builder.material(role, again={"glass": 0.7, "lit": 0.6, "facade": 0.15}.get(role, 0.3)))
    builder.add(Mesh(mesh.vertices, mesh.triangles, slots.astype(np.int32)), materials, place)


def _storey(rng: np.random.Generator, style: _Style, base: float, door: int, shop: bool) -> list[Mesh]:
    """Wall with openings, and what fills and frames them."""
    step, parts, openings = style.wide / style.count, [], []
    for i in range(style.count):
        middle = step * (i + 0.5)
        half = style.window / 2
        if shop:
            half = step / 2 - 0.12 if i != door else min(0.5, step / 2 - 0.12)
        low = 0.0 if i == door else (0.4 if shop else style.sill)
        top = 2.3 if i == door or shop else style.top
        opening = (middle - half, middle + half, low, min(top, style.storey - 0.3))
        openings.append(opening)
        parts += _fill(rng, style, opening, i == door)
        if not shop and i != door:
            parts += _dressing(rng, style, opening, base)
    slot = _LOWER if door >= 0 else _WALL
    parts.append(shape.wall(style.wide, style.storey, _DEPTH, openings, slot))
    if door < 0 or rng.random() < 0.7:
        parts.append(shape.block((0, -0.07, style.storey - 0.14), (style.wide, 0.0, style.storey), _TRIM))
    if shop:
        parts.append(shape.block((0.1, -0.1, 2.35), (style.wide - 0.1, -0.01, style.storey - 0.2), _SIGN))
        if rng.random() < 0.6:
            out = float(rng.uniform(0.7, 1.2))
            cloth = shape.prism(
                [(0.0, 2.4), (-out, 2.05), (-out, 2.01), (0.0, 2.34)][::-1], -style.wide + 0.15, -0.15, _AWNING
            )
            turned = cloth.vertices[:, [1, 0, 2]] * np.array([-1, 1, 1], np.float32)
            parts.append(Mesh(turned, cloth.triangles, cloth.face_material))
    return [shape.moved(part, (0, 0, base)) for part in parts]


def _fill(
    rng: np.random.Generator, style: _Style, opening: tuple[float, float, float, float], is_door: bool
) -> list[Mesh]:
    """A door leaf, or a pane behind a frame and its bars."""
    x0, x1, z0, z1 = opening
    if is_door:
        leaf = shape.block((x0, 0.12, z0), (x1, 0.18, z1), _DOOR)
        light = shape.block((x0 + 0.15, 0.1, z1 - 0.7), (x1 - 0.15, 0.13, z1 - 0.15), _GLASS)
        step = shape.block((x0 - 0.15, -0.3, 0), (x1 + 0.15, 0.0, 0.1), _LOWER)
        return [leaf, light, step, shape.block((x1 - 0.14, 0.08, 0.95), (x1 - 0.1, 0.12, 1.15), _RAIL)]
    pane = _LIT if rng.random() < style.lit else _GLASS
    bar = 0.05
    parts = [shape.block((x0, 0.16, z0), (x1, 0.2, z1), pane)]
    for low, high in (
        ((x0, z0), (x0 + bar, z1)),
        ((x1 - bar, z0), (x1, z1)),
        ((x0, z0), (x1, z0 + bar)),
        ((x0, z1 - bar), (x1, z1)),
    ):
        parts.append(shape.block((low[0], 0.1, low[1]), (high[0], 0.16, high[1]), _TRIM))
    for i in range(1, style.mullions + 1):
        x = x0 + (x1 - x0) * i / (style.mullions + 1)
        parts.append(shape.block((x - 0.025, 0.12, z0), (x + 0.025, 0.16, z1), _TRIM))
    if style.mullions:
        z = z0 + 0.68 * (z1 - z0)
        parts.append(shape.block((x0, 0.12, z - 0.025), (x1, 0.16, z + 0.025), _TRIM))
    return parts


def _dressing(
    rng: np.random.Generator, style: _Style, opening: tuple[float, float, float, float], base: float
) -> list[Mesh]:
    """Sill, lintel, shutters and balcony of a window."""
    x0, x1, z0, z1 = opening
    parts = [shape.block((x0 - 0.06, -0.1, z0 - 0.06), (x1 + 0.06, 0.1, z0), _TRIM)]
    if style.lintels:
        parts.append(shape.block((x0 - 0.08, -0.05, z1), (x1 + 0.08, 0.0, z1 + 0.16), _TRIM))
    if style.shutters:
        wide = (x1 - x0) / 2
        for low in (x0 - wide, x1) if x0 > wide and x1 + wide < style.wide else ():
            parts.append(shape.block((low + 0.02, -0.05, z0), (low + wide - 0.02, -0.01, z1), _DOOR))
    if style.balconies and base > 0 and rng.random() < 0.7:
        a, b, out = x0 - 0.3, x1 + 0.3, -0.85
        parts.append(shape.block((a, out, -0.1), (b, 0.0, 0.02), _LOWER))
        posts = [
            shape.block((x - 0.012, out, 0), (x + 0.012, out + 0.03, 0.95), _RAIL)
            for x in np.linspace(a + 0.02, b - 0.02, 9)
        ]
        rails = [
            shape.block((a, out - 0.01, 0.93), (b, out + 0.04, 0.98), _RAIL),
            shape.block((a, out, 0.93), (a + 0.04, 0, 0.98), _RAIL),
            shape.block((b - 0.04, out, 0.93), (b, 0, 0.98), _RAIL),
        ]
        parts += posts + rails
    return parts


def _roof(rng: np.random.Generator, style: _Style, high: float, detached: bool) -> list[Mesh]:
    """A gable roof along x, or a cornice under a flat one."""
    wide, deep = style.wide, style.depth
    if detached or rng.random() < 0.45:
        rise, over = float(rng.uniform(1.2, 2.4)), 0.35
        # Drawn along x: the outline lies in y and z.
        slopes = [[(-over, -0.1), (deep / 2, rise), (deep / 2, rise + 0.16), (-over, 0.06)],
                  [(deep / 2, rise), (deep + over, -0.1), (deep + over, 0.06), (deep / 2, rise + 0.16)]]  # fmt: skip
        parts = [_along_x(outline, -0.2, wide + 0.2, _ROOF) for outline in slopes]
        parts.append(_along_x([(0.03, -0.05), (deep - 0.03, -0.05), (deep / 2, rise - 0.05)], 0.03, wide - 0.03, _WALL))
        if rng.random() < 0.7:
            x, y = float(rng.uniform(0.2, 0.8)) * wide, deep * float(rng.uniform(0.3, 0.7))
            parts.append(shape.block((x - 0.3, y - 0.3, 0), (x + 0.3, y + 0.3, rise + 0.9), _LOWER))
        return [shape.moved(part, (0, 0, high)) for part in parts]
    out = float(rng.uniform(0.15, 0.4))
    return [
        shape.block((-0.05, -out, high), (wide + 0.05, deep, high + 0.12), _TRIM),
        shape.block((0, -out * 0.5, high + 0.12), (wide, deep, high + float(rng.uniform(0.2, 0.7))), _WALL),
    ]


def _along_x(outline: list[tuple[float, float]], low: float, high: float, slot: int) -> Mesh:
    """A prism of an outline in y and z, counter-clockwise seen from +x."""
    mesh = shape.prism([(y, z) for y, z in outline], -high, -low, slot)
    return Mesh(mesh.vertices[:, [1, 0, 2]] * np.array([-1, 1, 1], np.float32), mesh.triangles, mesh.face_material)
