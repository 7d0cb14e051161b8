"""Furniture: meshes that stand on z = 0, their back towards +y, with the role of each material slot."""

from collections.abc import Callable

import numpy as np

from inference_backend.greybox.geometry import Mesh
from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import Prop

Maker = Callable[[np.random.Generator], Prop]


def _legs(x: float, y: float, height: float, thick: float, slot: int) -> list[Mesh]:
    return [
        shape.block((sx * x - thick, sy * y - thick, 0), (sx * x + thick, sy * y + thick, height), slot)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]


def table(rng: np.random.Generator) -> Prop:
    """A dining or coffee table, oblong or round, with what lies on it."""
    low = rng.random() < 0.25
    z = float(rng.uniform(0.38, 0.48) if low else rng.uniform(0.70, 0.78))
    x, y = float(rng.uniform(0.4, 0.95)), float(rng.uniform(0.35, 0.5))
    if rng.random() < 0.25:
        top = shape.moved(shape.cylinder(x * 0.8, 0.05), (0, 0, z - 0.05))
        parts = [top, shape.moved(shape.cylinder(0.05, z - 0.05, 16), (0, 0, 0), 1)]
        parts.append(shape.moved(shape.cylinder(x * 0.45, 0.04), (0, 0, 0), 1))
        x, y = x * 0.5, x * 0.5
    else:
        parts = [shape.block((-x, -y, z - 0.05), (x, y, z)), *_legs(x * 0.92, y * 0.9, z - 0.05, 0.035, 1)]
    return Prop(shape.merged([*parts, *_clutter(rng, x * 0.8, y * 0.8, z)]), ("furniture", "frame", "prop", "chrome"))


def _clutter(rng: np.random.Generator, x: float, y: float, z: float) -> list[Mesh]:
    """Cups, bottles, boxes and bowls in slots 2 and 3 on a board of half sides x, y at height z."""
    things = []
    for _ in range(int(rng.integers(0, 5))):
        place = (float(rng.uniform(-x, x)), float(rng.uniform(-y, y)), z)
        kind = rng.integers(4)
        if kind == 0:
            thing = shape.lathe([(0, 0), (0.04, 0), (0.045, 0.16), (0.015, 0.22), (0.015, 0.29), (0, 0.29)], 16)
        elif kind == 1:
            thing = shape.lathe([(0, 0), (0.035, 0), (0.045, 0.1), (0.035, 0.1), (0.03, 0.01), (0, 0.01)], 16)
        elif kind == 2:
            thing = shape.block((-0.12, -0.09, 0), (0.12, 0.09, float(rng.uniform(0.03, 0.25))))
        else:
            thing = shape.lathe([(0, 0), (0.06, 0), (0.15, 0.09), (0.14, 0.09), (0.05, 0.015), (0, 0.015)], 20)
        things.append(shape.moved(thing, place, slot=2 + int(rng.integers(2))))
    return things


def chair(rng: np.random.Generator) -> Prop:
    """A chair with a back of bars or a board, padded or not."""
    side, seat, high = float(rng.uniform(0.2, 0.24)), 0.45, float(rng.uniform(0.8, 1.0))
    parts = _legs(side - 0.02, side - 0.02, seat, 0.018, 0)
    parts.append(shape.block((-side, -side, seat - 0.03), (side, side, seat + 0.03), 1))
    parts += [
        shape.block((x - 0.018, side - 0.04, seat), (x + 0.018, side, high), 0) for x in (-side + 0.02, side - 0.02)
    ]
    if rng.random() < 0.5:
        parts.append(shape.block((-side, side - 0.05, high - 0.3), (side, side, high), 1))
    else:
        bars = np.linspace(seat + 0.15, high - 0.04, 4)
        parts += [shape.block((-side, side - 0.03, z), (side, side - 0.01, z + 0.035), 0) for z in bars]
    return Prop(shape.merged(parts), ("furniture", "upholstery" if rng.random() < 0.5 else "furniture"))


def sofa(rng: np.random.Generator) -> Prop:
    """A sofa or armchair with cushions."""
    seats = int(rng.integers(1, 4))
    x, y = 0.2 + 0.32 * seats, 0.43
    parts = [
        shape.block((-x, -y, 0.08), (x, y, 0.3)),
        shape.block((-x, y - 0.2, 0.3), (x, y, float(rng.uniform(0.72, 0.92)))),
        shape.block((-x, -y, 0.3), (-x + 0.16, y - 0.2, 0.6)),
        shape.block((x - 0.16, -y, 0.3), (x, y - 0.2, 0.6)),
        *_legs(x - 0.06, y - 0.06, 0.08, 0.025, 2),
    ]
    wide = (2 * x - 0.32) / seats
    for i in range(seats):
        left = -x + 0.16 + i * wide
        parts.append(shape.block((left + 0.01, -y - 0.02, 0.3), (left + wide - 0.01, y - 0.2, 0.44)))
        if rng.random() < 0.6:
            parts.append(shape.block((left + 0.1, y - 0.36, 0.44), (left + wide - 0.1, y - 0.2, 0.78), 1))
    return Prop(shape.merged(parts), ("upholstery", "rug", "furniture"))


def shelf(rng: np.random.Generator) -> Prop:
    """A shelf with books, boxes and pots."""
    x, y, z = float(rng.uniform(0.4, 0.8)), 0.17, float(rng.uniform(1.2, 2.2))
    levels = np.linspace(0.06, z - 0.03, int(rng.integers(4, 7)))
    parts = [shape.block((-x, -y, h), (x, y, h + 0.03)) for h in levels]
    parts += [shape.block((sx * x - 0.015, -y, 0), (sx * x + 0.015, y, z)) for sx in (-1, 1)]
    parts.append(shape.block((-x, y - 0.02, 0), (x, y, z)))
    room = levels[1] - levels[0]
    for h in levels[:-1] + 0.03:
        at = -x + 0.03
        while at < x - 0.1:
            wide = float(rng.uniform(0.08, 0.5))
            end = min(at + wide, x - 0.03)
            tall = room * float(rng.uniform(0.5, 0.85)) - 0.03
            if rng.random() < 0.6:
                parts.append(shape.block((at, -y + 0.03, h), (end, y - 0.03, h + tall), 1))
            elif rng.random() < 0.5:
                parts.append(shape.block((at, -y + 0.02, h), (end, y - 0.03, h + tall * 0.8), 2))
            else:
                pot = shape.cylinder(min(0.1, (end - at) / 2), tall * 0.7, 16)
                parts.append(shape.moved(pot, ((at + end) / 2, 0, h), 2))
            at = end + float(rng.choice([0.005, 0.005, 0.2]))
    return Prop(shape.merged(parts), ("furniture", "books", "prop"))


def bed(rng: np.random.Generator) -> Prop:
    """A bed with its head to the wall."""
    x, long = float(rng.choice([0.48, 0.72, 0.85])), 2.05
    y0, y1 = -long / 2, long / 2
    parts = [
        shape.block((-x, y0, 0.12), (x, y1, 0.3), 2),
        shape.block((-x, y1 - 0.06, 0), (x, y1, float(rng.uniform(0.7, 1.2))), 2),
        *_legs(x - 0.05, long / 2 - 0.05, 0.12, 0.035, 2),
        shape.block((-x + 0.02, y0 + 0.02, 0.3), (x - 0.02, y1 - 0.06, 0.5), 0),
        shape.block((-x - 0.01, y0 - 0.01, 0.32), (x + 0.01, y1 - 0.75, 0.55), 1),
    ]
    count = 1 if x < 0.6 else 2
    for i in range(count):
        middle = 0.0 if count == 1 else (-x / 2, x / 2)[i]
        parts.append(shape.block((middle - 0.3, y1 - 0.5, 0.5), (middle + 0.3, y1 - 0.1, 0.63), 3))
    return Prop(shape.merged(parts), ("linen", "rug", "furniture", "linen"))


def cupboard(rng: np.random.Generator) -> Prop:
    """A wardrobe or chest: doors or drawers with knobs."""
    x, y, z = float(rng.uniform(0.4, 0.9)), 0.28, float(rng.choice([0.8, 1.0, 2.0]) * rng.uniform(0.9, 1.1))
    parts = [shape.block((-x, -y, 0.05), (x, y, z)), shape.block((-x + 0.03, -y + 0.03, 0), (x - 0.03, y, 0.05))]
    columns, rows = int(rng.integers(1, 4)), 1 if z > 1.5 else int(rng.integers(1, 5))
    for i in range(columns):
        for j in range(rows):
            left, right = -x + 2 * x * i / columns + 0.015, -x + 2 * x * (i + 1) / columns - 0.015
            low, high = 0.08 + (z - 0.1) * j / rows, 0.08 + (z - 0.1) * (j + 1) / rows - 0.02
            parts.append(shape.block((left, -y - 0.02, low), (right, -y, high), 1))
            knob = ((left + right) / 2 if rows > 1 else right - 0.05, -y - 0.035, (low + high) / 2)
            parts.append(shape.block(np.subtract(knob, 0.015), np.add(knob, 0.015), 2))
    if z < 1.2:
        parts += [shape.moved(m, (0, 0, 0)) for m in _clutter(rng, x * 0.8, y * 0.6, z)]
    merged = shape.merged(parts)
    return Prop(merged, ("furniture", "furniture", "chrome", "prop"))


def kitchen(rng: np.random.Generator) -> Prop:
    """A counter with cupboards below and above, a sink or a hob, tiles between."""
    x, y = float(rng.uniform(0.9, 1.7)), 0.3
    parts = [
        shape.block((-x, -y + 0.05, 0), (x, y, 0.1), 2),
        shape.block((-x, -y + 0.02, 0.1), (x, y, 0.86)),
        shape.block((-x - 0.01, -y - 0.02, 0.86), (x + 0.01, y, 0.9), 1),
        shape.block((-x, y - 0.02, 0.9), (x, y, 1.45), 3),
        shape.block((-x, y - 0.34, 1.45), (x, y, 2.1)),
    ]
    count = max(int(x / 0.3), 2)
    for i in range(count):
        left, right = -x + 2 * x * i / count + 0.01, -x + 2 * x * (i + 1) / count - 0.01
        parts.append(shape.block((left, -y, 0.12), (right, -y + 0.02, 0.84), 4))
        parts.append(shape.block((left, y - 0.36, 1.47), (right, y - 0.34, 2.08), 4))
        parts.append(shape.block((right - 0.06, -y - 0.02, 0.5), (right - 0.04, -y, 0.8), 2))
    parts.append(shape.block((-0.3, -y + 0.08, 0.9), (0.25, y - 0.1, 0.912), 2))
    parts += [shape.moved(m, (0, 0.05, 0), 2) for m in _clutter(rng, x * 0.8, 0.12, 0.9)]
    return Prop(shape.merged(parts), ("furniture", "counter", "chrome", "counter", "furniture"))


def floor_lamp(rng: np.random.Generator) -> Prop:
    """A standing lamp whose shade glows."""
    high, wide = float(rng.uniform(1.3, 1.7)), float(rng.uniform(0.16, 0.26))
    shade = shape.lathe([(0, high), (wide, high), (wide * 0.65, high + 0.3), (0, high + 0.3)], 24)
    foot = [shape.cylinder(0.15, 0.03, 24), shape.cylinder(0.014, high, 10)]
    return Prop(shape.merged([*foot, shape.moved(shade, (0, 0, 0), 1)]), ("chrome", "glow"))


def picture_on_wall(rng: np.random.Generator) -> Prop:
    """A framed picture, mirror or screen 1.2 to 1.9 metres up; its back is at y = 0."""
    x, z, low = float(rng.uniform(0.2, 0.7)), float(rng.uniform(0.3, 0.9)), float(rng.uniform(1.0, 1.4))
    frame = shape.block((-x, -0.04, low), (x, -0.005, low + z))
    inner = shape.block((-x + 0.05, -0.045, low + 0.05), (x - 0.05, -0.03, low + z - 0.05), 1)
    return Prop(shape.merged([frame, inner]), ("frame", "glass" if rng.random() < 0.2 else "picture"))


def curtain(rng: np.random.Generator) -> Prop:
    """A curtain in folds beside a window; its back is at y = 0."""
    wide, high = float(rng.uniform(0.4, 0.9)), float(rng.uniform(2.0, 2.3))
    folds = 8
    x = np.linspace(-wide / 2, wide / 2, 4 * folds + 1)
    y = -0.09 + 0.05 * np.sin(np.linspace(0, 2 * np.pi * folds, len(x)))
    strips = [
        shape.prism([(a, 0.03), (b, 0.03), (b, high), (a, high)], float(min(p, q)) - 0.01, float(max(p, q)) + 0.01)
        for a, b, p, q in zip(x[:-1], x[1:], y[:-1], y[1:], strict=True)
    ]
    return Prop(shape.merged(strips), ("rug" if rng.random() < 0.5 else "cloth",))


def rug(rng: np.random.Generator) -> Prop:
    """A carpet, oblong or round."""
    x, y = float(rng.uniform(0.7, 1.4)), float(rng.uniform(0.5, 1.0))
    if rng.random() < 0.25:
        return Prop(shape.cylinder(x, 0.012), ("rug",))
    border = shape.block((-x - 0.08, -y - 0.08, 0), (x + 0.08, y + 0.08, 0.008), 1)
    return Prop(shape.merged([shape.block((-x, -y, 0.0), (x, y, 0.014)), border]), ("rug", "cloth"))


AGAINST_WALL: dict[str, Maker] = {"sofa": sofa, "shelf": shelf, "bed": bed, "cupboard": cupboard, "kitchen": kitchen}
