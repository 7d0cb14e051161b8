"""Camera moves of film grammar: where a camera that started at a seed view may have got to after a share of a move.

Every move takes the seed pose c2w [4,4] (OpenCV axes), the seed lens in millimetres and what it turns round, and gives
pose and lens at `share` -1..1 of its reach.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shot:
    """A seed view: `subject` is the distance in metres to what stands in its middle."""

    c2w: np.ndarray
    lens: float
    subject: float

    @property
    def yaw(self) -> float:
        """Radians; 0 looks along +x."""
        return float(np.arctan2(self.c2w[1, 2], self.c2w[0, 2]))

    @property
    def pitch(self) -> float:
        """Radians; positive looks up."""
        return float(np.arcsin(np.clip(self.c2w[2, 2], -1, 1)))


Moment = tuple[np.ndarray, float]
Move = Callable[[Shot, float, np.random.Generator], Moment]


def look(position: np.ndarray, yaw: float, pitch: float, roll: float = 0.0) -> np.ndarray:
    """c2w [4,4] in OpenCV axes; `yaw` 0 looks along +x, positive `pitch` looks up; radians."""
    forward = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    down = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([c * right + s * down, c * down - s * right, forward])
    matrix[:3, 3] = position
    return matrix


def _turned(shot: Shot, offset: np.ndarray, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """The seed pose shifted by `offset` [3] in the world and turned by the angles, radians."""
    return look(shot.c2w[:3, 3] + offset, shot.yaw + yaw, shot.pitch + pitch, roll)


def _level(shot: Shot) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors [3] forward and right, both level."""
    c, s = np.cos(shot.yaw), np.sin(shot.yaw)
    return np.array([c, s, 0.0]), np.array([s, -c, 0.0])


def dolly(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Along the line of sight."""
    return _turned(shot, _level(shot)[0] * share * min(2.5, 0.5 * shot.subject)), shot.lens


def truck(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Sideways."""
    return _turned(shot, _level(shot)[1] * share * 1.6), shot.lens


def pan(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Turns on the spot."""
    return _turned(shot, np.zeros(3), yaw=np.radians(38) * share), shot.lens


def tilt(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Nods on the spot."""
    return _turned(shot, np.zeros(3), pitch=np.radians(20) * share), shot.lens


def crane(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Rises or sinks and keeps its subject in the middle."""
    rise = share * 1.1
    return _turned(shot, np.array([0, 0, rise]), pitch=-np.arctan2(rise, max(shot.subject, 1.5))), shot.lens


def orbit(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Round its subject."""
    radius, turn = float(np.clip(shot.subject, 1.5, 6.0)), np.radians(28) * share
    forward, right = _level(shot)
    offset = radius * (forward * (1 - np.cos(turn)) + right * np.sin(turn))
    return _turned(shot, offset, yaw=turn), shot.lens


def handheld(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Sways and shakes."""
    yaw, pitch, roll = np.radians(rng.normal(0, [3.0, 2.0, 1.5]))
    return _turned(shot, rng.normal(0, 0.12, 3), float(yaw), float(pitch), float(roll)), shot.lens


def whip(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Swings far round and a little along."""
    return _turned(shot, _level(shot)[1] * 0.3 * share, yaw=np.radians(75) * share), shot.lens


def zoom(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Racks the focal length."""
    return _turned(shot, np.zeros(3)), float(np.clip(shot.lens * 2.0**share, 18, 85))


def dolly_zoom(shot: Shot, share: float, rng: np.random.Generator) -> Moment:
    """Along the line of sight while the lens keeps the subject's size."""
    way = share * min(1.5, 0.35 * shot.subject)
    lens = float(np.clip(shot.lens * (shot.subject - way) / shot.subject, 18, 85))
    return _turned(shot, _level(shot)[0] * way), lens


MOVES: dict[str, Move] = {
    move.__name__: move for move in (dolly, truck, pan, tilt, crane, orbit, handheld, whip, zoom, dolly_zoom)
}
