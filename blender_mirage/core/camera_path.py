"""A shot's camera, frame by frame: what travels in a take request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..wire.arrays import Arrays
from .engine_time import exact_rate
from .errors import SceneNotReady

Float64 = NDArray[np.float64]

_ORTHONORMAL = 1e-5


def exact_fps(fps: int, fps_base: float) -> float:
    """Frames a second of `fps / fps_base`; see `engine_time.exact_rate`."""
    return float(exact_rate(fps, fps_base))


@dataclass(frozen=True)
class CameraPath:
    """T cameras over one pixel grid. Raises SceneNotReady, naming the frame, where a value cannot be a camera."""

    c2w: Float64
    """[T,4,4] camera-to-world, OpenCV axes, Blender's world, metres."""
    K: Float64
    """[T,3,3] in pixels of (height, width)."""
    frames: tuple[int, ...]
    """Blender's frame numbers, rising; where `places` are given, numbers on an engine's own timeline."""
    fps: float
    height: int
    width: int
    places: tuple[float, ...] = ()
    """Where an engine has a rate of its own: Blender's frame, with its fraction, that each camera was read at."""
    clip: Float64 = field(default_factory=lambda: np.zeros((0, 2)))
    """[T,2] depths in metres between which each camera sees; empty: it sees everything."""

    def __post_init__(self) -> None:
        count = len(self.frames)
        if count == 0:
            raise SceneNotReady(
                "There is no frame between the start and the end.",
                "Set an end frame that is not before the start frame.",
            )
        if self.c2w.shape != (count, 4, 4) or self.K.shape != (count, 3, 3):
            raise ValueError(f"expected {count} cameras, got c2w {self.c2w.shape} and K {self.K.shape}")
        if self.clip.shape not in ((0, 2), (count, 2)):
            raise ValueError(f"expected the planes of {count} cameras, got {self.clip.shape}")
        if self.height < 1 or self.width < 1 or not self.fps > 0.0:
            raise ValueError(f"expected a positive size and rate, got {self.width}x{self.height} at {self.fps} fps")
        if any(after <= before for before, after in zip(self.frames, self.frames[1:], strict=False)):
            raise ValueError(f"expected rising frame numbers, got {self.frames}")
        self._reject(~np.isfinite(self.c2w).all((1, 2)), "a position or rotation that is not a number")
        self._reject(~np.isfinite(self.K).all((1, 2)), "a lens that is not a number")
        axes = self.c2w[:, :3, :3]
        skewed = np.abs(axes.transpose(0, 2, 1) @ axes - np.eye(3)).max((1, 2)) > _ORTHONORMAL
        self._reject(skewed, "a sheared or uneven scale")
        self._reject((self.K[:, 0, 0] == 0.0) | (self.K[:, 1, 1] <= 0.0), "a focal length of zero or less")

    def __len__(self) -> int:
        return len(self.frames)

    def select(self, rows: Sequence[int]) -> CameraPath:
        """Some of the cameras, by index, rising."""
        places = tuple(self.places[row] for row in rows) if self.places else ()
        frames = tuple(self.frames[row] for row in rows)
        clip = self.clip[list(rows)] if len(self.clip) else self.clip
        return replace(self, c2w=self.c2w[list(rows)], K=self.K[list(rows)], frames=frames, places=places, clip=clip)

    def planes(self, index: int) -> tuple[float, float]:
        """The depths between which a camera sees."""
        near, far = self.clip[index] if len(self.clip) else (0.0, np.inf)
        return float(near), float(far)

    def arrays(self) -> Arrays:
        """As requests have them."""
        planes = {"clip": self.clip} if len(self.clip) else {}
        return {"c2w": self.c2w, "K": self.K, **planes}

    @property
    def at(self) -> tuple[float, ...]:
        """Blender's frames that the cameras were read at."""
        return self.places or self.frames

    def named(self, index: int) -> int:
        """Blender's frame number to name one by."""
        return round(self.at[index])

    def _reject(self, bad: NDArray[np.bool_], what: str) -> None:
        if bad.any():
            frame = self.named(int(np.argmax(bad)))
            raise SceneNotReady(
                f"The camera has {what} at frame {frame}.", "Check its drivers, constraints and parents at that frame."
            )
