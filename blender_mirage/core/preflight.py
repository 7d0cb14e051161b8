"""What may spoil a take before anything is generated: findings in words, each with what mends it where something does.

Pure functions of values; `scene.preflight` reads the values.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .camera_path import CameraPath
from .take_list import describe_seconds

Float64 = NDArray[np.float64]

WHIP_SHARE = 0.25
"""Of the picture's width that may pass between two frames; beyond it hardly any surface is seen twice."""
SMALL_METRES, LARGE_METRES = 0.5, 5000.0
"""Longest side of a set that rooms, streets and landscapes have; engines expect metres."""
SAFE_BYTES = 200 * 2**20
"""What should be left of a disk."""
_PNG_BYTES_A_PIXEL = 3.0
"""As if nothing were packed: no take needs more."""
_USUAL_METRES = 10.0
MANY_TRIANGLES, MANY_SECONDS = 2_000_000, 60.0
"""From here on a reading is announced with its time and memory."""
_SECONDS_A_TRIANGLE, _SECONDS_A_BENT_TRIANGLE = 4e-6, 1.7e-6
"""Measured with a million still triangles, and with a quarter of a million bent at ten frames, on one slow core."""
_BYTES_A_TRIANGLE, _BYTES_A_BENT_TRIANGLE = 120, 12


@dataclass(frozen=True)
class Finding:
    """One thing that should be mended or known of."""

    kind: str
    """One of KINDS."""
    text: str
    """What is so (with the value), and what comes of it."""
    stops: bool = False
    """Nothing can be generated before it is mended."""
    frame: int | None = None
    """Frame of the timeline at which it can be seen."""
    value: float = 0.0
    """What the one that mends it needs to know."""
    scene: str = ""
    """Name of the scene that it is about, where that is not the timeline's."""


KINDS = (
    *("NO_CAMERA", "CAMERA", "STRIP", "UNSAVED", "SCALE", "INSIDE", "WHIP_PAN", "NO_ID", "GLASS", "DISK", "RENDERS"),
    *("SIZE", "LOOK", "BACKEND", "WORDS", "STOPS"),
)


def whip_pans(path: CameraPath, shot: str) -> list[Finding]:
    """The stretches in which the camera turns too fast to see much twice; one finding each, at its worst frame."""
    if len(path) < 2:
        return []
    share = _share_of_picture(path)
    findings = []
    for first, last in _stretches(share > WHIP_SHARE):
        worst = first + int(np.argmax(share[first : last + 1]))
        findings.append(
            Finding(
                "WHIP_PAN",
                f"{shot}: between frames {path.named(first)} and {path.named(last + 1)} the camera turns by up to "
                f"{share[worst]:.0%} of the picture a frame: little is seen twice there, so little is remembered.",
                frame=path.named(worst),
            )
        )
    return findings


def scale_finding(longest_side: float, unit_scale: float) -> Finding | None:
    """`longest_side` of the set's box in metres. `value` of the finding is the unit scale that makes it usual."""
    if not longest_side > 0.0 or SMALL_METRES <= longest_side <= LARGE_METRES:
        return None
    factor = 10.0 ** round(np.log10(_USUAL_METRES / longest_side))
    size = f"{longest_side:.3g} m"
    what = "miniature" if longest_side < SMALL_METRES else "giant"
    return Finding(
        "SCALE",
        f"The set is {size} long, a {what}: engines expect metres. A unit scale of {unit_scale * factor:g} would make "
        f"it {longest_side * factor:.3g} m.",
        value=unit_scale * factor,
    )


def size_finding(still: int, bent: int, frames: int) -> Finding | None:
    """What reading so many triangles at so many frames asks for, where somebody would wonder. still: of meshes that are
    read once; bent: of those that are read at every frame."""
    triangles = still + bent
    seconds = still * _SECONDS_A_TRIANGLE + bent * frames * _SECONDS_A_BENT_TRIANGLE
    if triangles < MANY_TRIANGLES and seconds < MANY_SECONDS:
        return None
    memory = triangles * _BYTES_A_TRIANGLE + bent * frames * _BYTES_A_BENT_TRIANGLE
    return Finding(
        "SIZE",
        f"The set has {triangles / 1e6:.1f} million triangles: reading it at {frames} frames takes about "
        f"{describe_seconds(seconds)} and {_size(memory)} of memory.",
    )


def disk_finding(folder: Path, frames: int, pixels: int) -> Finding | None:
    """Whether `frames` pictures of so many pixels fit on the disk of `folder`, which need not exist yet."""
    there = next((parent for parent in (folder, *folder.parents) if parent.is_dir()), None)
    if there is None:
        return None
    free = shutil.disk_usage(there).free
    wanted = frames * pixels * _PNG_BYTES_A_PIXEL + SAFE_BYTES
    if free >= wanted:
        return None
    return Finding(
        "DISK",
        f"{frames} frames take about {_size(wanted - SAFE_BYTES)}, but only {_size(free)} are free at {there}.",
        stops=free < SAFE_BYTES / 10,
    )


def encloses(hits: Sequence[tuple[str, float, float] | None], smallest_side: float) -> bool:
    """Whether a camera stands inside an object, by what rays to all sides hit: (object, metres, cosine between ray and
    face normal). All hit the same object from behind, and it is no room: close by, or slim (`smallest_side` in metres).
    """
    if not hits or any(hit is None for hit in hits):
        return False
    found = [hit for hit in hits if hit is not None]
    same = len({name for name, _, _ in found}) == 1
    from_behind = all(cosine > 0.0 for _, _, cosine in found)
    return same and from_behind and (smallest_side < 2.0 or max(metres for _, metres, _ in found) < 1.0)


def _share_of_picture(path: CameraPath) -> Float64:
    """[T-1] how far the middle of the picture moves from each frame to the next, as a share of the width."""
    axes = path.c2w[:, :3, 2]
    turned = np.einsum("ti,ti->t", axes[:-1], axes[1:])
    angle = np.arccos(np.clip(turned, -1.0, 1.0))
    width = 2.0 * np.arctan(path.width / (2.0 * np.abs(path.K[:-1, 0, 0])))
    share: Float64 = angle / width / np.diff(path.frames)
    return share


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of every run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def _size(number: float) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{max(number, 0) / 2**20:.0f} MiB"
