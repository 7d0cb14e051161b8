"""Floor plans: a polygon to walk in, the path through it that stays clear, and room for props beside it. Metres, xy."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class FloorPlan:
    """`corners` [P,2] clockwise seen from above; `path` [Q,2] is the walk of the camera.

    `taken` holds the circles (x, y, radius) that props already fill.
    """

    corners: np.ndarray
    path: np.ndarray
    taken: list[tuple[float, float, float]] = field(default_factory=list)

    def edges(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Start and end [2] of each wall, interior on its right."""
        return list(zip(self.corners, np.roll(self.corners, -1, axis=0), strict=True))

    def contains(self, point: np.ndarray) -> bool:
        """Whether `point` [2] lies inside (even-odd rule)."""
        inside = False
        for a, b in self.edges():
            if (a[1] > point[1]) != (b[1] > point[1]):
                inside ^= bool(point[0] < (b[0] - a[0]) * (point[1] - a[1]) / (b[1] - a[1]) + a[0])
        return inside

    def is_free(self, point: np.ndarray, radius: float) -> bool:
        """Whether a circle lies clear of the camera's path and of what stands there already; walls do not count."""
        if self.path_distance(point) < radius + 0.45:
            return False
        return not any(np.hypot(point[0] - x, point[1] - y) < 0.9 * (radius + r) for x, y, r in self.taken)

    def path_distance(self, point: np.ndarray) -> float:
        """Metres from `point` [2] to the camera's path."""
        return min(segment_distance(point, a, b) for a, b in zip(self.path[:-1], self.path[1:], strict=True))

    def free_spot(self, rng: np.random.Generator, radius: float, hug_walls: float) -> np.ndarray | None:
        """A point [2] where a prop of `radius` fits, or None. `hug_walls` in 0..1 prefers places along the walls."""
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        for _ in range(40):
            point = rng.uniform(low, high)
            if not self.contains(point):
                continue
            to_wall = min(segment_distance(point, a, b) for a, b in self.edges())
            if to_wall < radius * 0.75 + 0.05 or (rng.random() < hug_walls and to_wall > radius + 0.5):
                continue
            if self.path_distance(point) < radius + 0.5:
                continue
            if any(np.hypot(point[0] - x, point[1] - y) < 0.85 * (radius + r) for x, y, r in self.taken):
                continue
            self.taken.append((float(point[0]), float(point[1]), radius))
            return point
        return None


def segment_distance(point: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Distance of `point` [2] to the segment a-b."""
    along = b - a
    share = float(np.clip((point - a) @ along / max(float(along @ along), 1e-9), 0, 1))
    return float(np.hypot(*(point - a - share * along)))


def room_plan(rng: np.random.Generator) -> FloorPlan:
    """A box of 4 to 9 metres with a bent path across."""
    x, y = rng.uniform(4.0, 9.0, 2)
    corners = np.array([[0, 0], [0, y], [x, y], [x, 0]])
    path = np.array([[0.3, 0.15], [0.5, 0.5], [0.35, 0.82]]) + rng.uniform(-0.12, 0.12, (3, 2))
    return FloorPlan(corners, np.clip(path, 0.12, 0.88) * [x, y])


def corridor_plan(rng: np.random.Generator) -> FloorPlan:
    """A straight corridor, 2 to 3.6 metres wide."""
    x, y = rng.uniform(2.0, 3.6), rng.uniform(8.0, 18.0)
    path = np.column_stack([x * (0.5 + rng.uniform(-0.12, 0.12, 4)), np.linspace(0.9, y - 0.9, 4)])
    return FloorPlan(np.array([[0, 0], [0, y], [x, y], [x, 0]]), path)


def l_corridor_plan(rng: np.random.Generator) -> FloorPlan:
    """Two arms that meet at a right angle, to the right or to the left."""
    wide, arm = rng.uniform(2.2, 3.8), rng.uniform(2.2, 3.8)
    y, x = rng.uniform(6.0, 11.0), rng.uniform(6.0, 11.0)
    corners = np.array([[0, 0], [0, y], [x, y], [x, y - arm], [wide, y - arm], [wide, 0]])
    path = np.array([[wide / 2, 0.8], [wide / 2, y - arm * 0.75], [wide * 0.8, y - arm / 2], [x - 0.8, y - arm / 2]])
    if rng.random() < 0.5:
        corners = (corners * [-1, 1])[::-1]
        path = path * [-1, 1]
    return FloorPlan(corners, path)


def street_plan(rng: np.random.Generator) -> FloorPlan:
    """A street of 6 to 12 metres between two rows of houses."""
    x, y = rng.uniform(6.0, 12.0), rng.uniform(18.0, 34.0)
    path = np.column_stack([x * (0.5 + rng.uniform(-0.2, 0.2, 4)), np.linspace(2.0, y - 3.0, 4)])
    return FloorPlan(np.array([[0, 0], [0, y], [x, y], [x, 0]]), path)


def landscape_plan(rng: np.random.Generator) -> FloorPlan:
    """Open country of 40 metres, crossed from south to north."""
    half = 20.0
    path = np.column_stack([rng.uniform(-1.2, 1.2, 5) + rng.choice([0.0, 2.0, -2.0]), np.linspace(-15, 15, 5)])
    return FloorPlan(np.array([[-half, -half], [-half, half], [half, half], [half, -half]]), path)


def plaza_plan(rng: np.random.Generator) -> FloorPlan:
    """The lower level of a place that steps climb from: 10 to 16 metres wide."""
    x, y = rng.uniform(10.0, 16.0), rng.uniform(8.0, 13.0)
    path = np.array([[0.25, 0.12], [0.5, 0.35], [0.45, 0.6], [0.7, 0.78]]) + rng.uniform(-0.08, 0.08, (4, 2))
    return FloorPlan(np.array([[0, 0], [0, y], [x, y], [x, 0]]), path * [x, y])


def hall_plan(rng: np.random.Generator) -> FloorPlan:
    """A hall with room for stairs along its far wall, where the path does not go."""
    x, y = rng.uniform(5.5, 9.5), rng.uniform(5.5, 9.0)
    path = np.array([[0.25, 0.12], [0.45, 0.28], [0.6, 0.5]]) + rng.uniform(-0.08, 0.08, (3, 2))
    return FloorPlan(np.array([[0, 0], [0, y], [x, y], [x, 0]]), np.clip(path, 0.12, 0.88) * [x, y])
