"""Figures about stored takes: does a shot close its loop, and do two shots show the same world?

Reads what a take left in the data directory (its request and its frames) and the greybox's meshes; makes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.codec import from_bundle
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import TakeRequest

from ..errors import InvalidRequest
from ..generation.greybox_frames import GreyboxFrames
from ..greybox.clip import clips_of
from ..greybox.raycast import Raycaster
from ..storage.images import decode_image
from ..worlds.catalog import WorldCatalog
from ..worlds.mesh_store import MeshStore
from ..worlds.take_files import TakeFiles
from .metrics import psnr, sharpness_ratio, ssim
from .reprojection import Reprojection, SurfaceMap, View, compare, map_surfaces

POSE_TOLERANCE = 1e-6
"""Largest difference of any matrix entry between two cameras that count as the same."""


@dataclass(frozen=True)
class PictureScore:
    """One picture against another that should be equal."""

    psnr: float
    ssim: float
    sharpness: float
    """Ratio to the reference picture's: 1 as sharp."""


@dataclass(frozen=True)
class ShotsScore:
    """How alike two takes paint the surfaces that both see."""

    static_psnr: float | None
    """Over everything that stands still; None where the takes share no such surface."""
    moving_psnr: dict[str, float]
    """By object name."""
    compared_share: float
    """Share of the surface pixels that both saw and that could be compared."""


class StoredTake:
    """A finished take, read back. Surfaces are cast when first asked for and kept."""

    def __init__(self, data_dir: Path, take_id: str) -> None:
        """Raises NotFound for a take, mesh or world that is not there."""
        self._files = TakeFiles(data_dir)
        self.info = self._files.info(take_id)
        self.request, arrays = from_bundle(TakeRequest, self._files.request(take_id))
        self._c2w = np.asarray(arrays["c2w"], np.float64)
        self._K = np.asarray(arrays["K"], np.float64)
        tracks = GreyboxTracks.from_arrays(self.request.greybox, arrays, len(self.request.frames))
        with WorldCatalog(data_dir).open(self.info.world_id) as world:
            self.greybox = GreyboxFrames(self.request.greybox, tracks, MeshStore(data_dir), world)
        self._clip = clips_of(arrays, len(self.request.frames))
        self.surfaces = lru_cache(maxsize=32)(self._surfaces)

    def __len__(self) -> int:
        return len(self.request.frames)

    def image(self, index: int) -> NDArray[np.uint8]:
        """[H,W,3] uint8 sRGB. Raises InvalidRequest where the frame was never finished."""
        path = self._files.frame_path(self.info.take_id, index)
        if not path.is_file():
            raise InvalidRequest(
                f"The take {self.info.take_id} of {self.info.shot!r} has no frame {index}.",
                "Let the take finish first.",
            )
        return decode_image(path.read_bytes())

    def camera(self, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """c2w [4,4] and K [3,3]."""
        return self._c2w[index], self._K[index]

    def caster(self, index: int) -> Raycaster:
        """The set as the camera of a frame sees it."""
        return self.greybox.caster(index).clipped(self._clip[index])

    def _surfaces(self, index: int) -> SurfaceMap:
        c2w, K = self.camera(index)
        return map_surfaces(View(self.image(index), c2w, K, self.caster(index)))


def closed_loop(take: StoredTake, reference: NDArray[np.uint8]) -> PictureScore:
    """The last frame against the first; sharpness is the last frame's, against `reference` (the look).

    Raises InvalidRequest when the shot does not end in the pose it began with.
    """
    for first, last in zip(take.camera(0), take.camera(len(take) - 1), strict=True):
        gap = float(np.abs(first - last).max())
        if gap > POSE_TOLERANCE:
            raise InvalidRequest(
                f"The shot {take.info.shot!r} is no closed loop: its last camera differs from its first by {gap:.3g}.",
                "Give the last frame the camera of the first.",
            )
    return score(take.image(len(take) - 1), take.image(0), reference)


def score(picture: NDArray[np.uint8], expected: NDArray[np.uint8], reference: NDArray[np.uint8]) -> PictureScore:
    """A picture against the one expected, with its sharpness against `reference`."""
    return PictureScore(psnr(picture, expected), ssim(picture, expected), sharpness_ratio(picture, reference))


def mean_sharpness(take: StoredTake, reference: NDArray[np.uint8], samples: int = 8) -> float:
    """Mean sharpness ratio of frames spread over the take."""
    return float(np.mean([sharpness_ratio(take.image(i), reference) for i in spread(len(take), samples)]))


def between(a: StoredTake, b: StoredTake, samples: int = 6) -> ShotsScore:
    """Geo-reprojection between `samples` frames of each take, every pair, both ways, pooled."""
    return _pooled(a, b, [(i, j) for i in spread(len(a), samples) for j in spread(len(b), samples)])


def within(take: StoredTake, samples: int = 6) -> ShotsScore:
    """Geo-reprojection between `samples` frames of one take, every pair of two, both ways, pooled."""
    return _pooled(take, take, list(combinations(spread(len(take), samples), 2)))


def _pooled(a: StoredTake, b: StoredTake, pairs: list[tuple[int, int]]) -> ShotsScore:
    total = Reprojection()
    moving = a.greybox.moving_anchors | b.greybox.moving_anchors
    for i, j in pairs:
        compare(a.surfaces(i), b.surfaces(j), moving, total)
        compare(b.surfaces(j), a.surfaces(i), moving, total)
    names = {**a.greybox.names, **b.greybox.names}
    return ShotsScore(
        static_psnr=total.static.psnr if total.static.pixels else None,
        moving_psnr={names[anchor]: errors.psnr for anchor, errors in sorted(total.moving.items())},
        compared_share=total.compared_share,
    )


def spread(count: int, samples: int) -> list[int]:
    """At most `samples` indices over 0..count-1, both ends included."""
    return sorted({round(x) for x in np.linspace(0, count - 1, min(samples, count))})
