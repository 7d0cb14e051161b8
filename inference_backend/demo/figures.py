"""What the demo measures about its own takes, and how it says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from ..evaluation.consistency import PictureScore, ShotsScore, StoredTake, between, closed_loop, mean_sharpness

TRANSFER = "transfer"
STAGES = ("raycast", "read", "denoise", "decode", "write", "save", TRANSFER)


@dataclass(frozen=True)
class ShotFigures:
    shot: str
    frames: int
    key_frames: int
    """How many were generated rather than read from memory."""
    coverage: float
    """Share of the shot's surface that the world had seen before the take."""
    sharpness: float
    """Mean over the frames, as a ratio to the look's."""
    seconds_per_frame: dict[str, float]
    """By stage."""


@dataclass(frozen=True)
class DemoFigures:
    with_memory: PictureScore
    """Last against first frame of the closed loop."""
    without_memory: PictureScore
    """The same two frames, each generated on its own."""
    between_shots: ShotsScore
    shots: tuple[ShotFigures, ...]
    seconds: dict[str, float]
    """Wall seconds of the demo's steps, and `total`."""


def measure(
    walk: StoredTake,
    reverse: StoredTake,
    baseline: StoredTake,
    look: NDArray[np.uint8],
    seconds: dict[str, float],
    transfers: Mapping[str, float],
) -> DemoFigures:
    """All figures. `look` [H,W,3] uint8 is the reference of every sharpness ratio, at the takes' size; `transfers` are
    the seconds by shot that fetching the frames took."""
    return DemoFigures(
        with_memory=closed_loop(walk, look),
        without_memory=closed_loop(baseline, look),
        between_shots=between(walk, reverse),
        shots=tuple(_of_shot(take, look, transfers) for take in (walk, reverse)),
        seconds=seconds,
    )


def to_json(figures: DemoFigures) -> str:
    return json.dumps(asdict(figures), indent=2, allow_nan=False) + "\n"


def to_table(figures: DemoFigures) -> str:
    """The figures as lines for a terminal."""
    ours, theirs, shots = figures.with_memory, figures.without_memory, figures.between_shots
    walk, reverse = figures.shots
    softer = min(walk.sharpness, reverse.sharpness)
    rows = [
        ("Consistency", "PSNR", "SSIM", "sharpness"),
        (f"{walk.shot}: last frame against first", _db(ours.psnr), f"{ours.ssim:.3f}", f"{ours.sharpness:.2f}"),
        ("  the same, memory off", _db(theirs.psnr), f"{theirs.ssim:.3f}", f"{theirs.sharpness:.2f}"),
        (f"{walk.shot} against {reverse.shot}: what stands", _db(shots.static_psnr), "", f"{softer:.2f}"),
        *((f"  moving: {name}", _db(value), "", "") for name, value in shots.moving_psnr.items()),
    ]
    lines = [f"{label:<46}{a:>10}{b:>8}{c:>11}" for label, a, b, c in rows]
    lines += [
        f"(compared: {shots.compared_share:.0%} of the surface pixels; sharpness: ratio to the look's)",
        "",
        f"{'Shots':<22}{'frames':>7}{'generated':>10}{'seen before':>12}{'sharpness':>10}{'s/frame':>9}",
    ]
    lines += [
        f"{shot.shot:<22}{shot.frames:>7}{shot.key_frames:>10}{shot.coverage:>11.0%}{shot.sharpness:>11.2f}"
        f"{_making(shot):>9.2f}"
        for shot in figures.shots
    ]
    lines += ["", f"{'Seconds a frame':<22}" + "".join(f"{stage:>9}" for stage in _stages(figures))]
    lines += [
        f"{shot.shot:<22}" + "".join(f"{shot.seconds_per_frame.get(s, 0.0):>9.3f}" for s in _stages(figures))
        for shot in figures.shots
    ]
    steps = ", ".join(f"{name} {value:.0f}" for name, value in figures.seconds.items() if name != "total")
    lines += ["", f"Time: {figures.seconds['total']:.0f} s ({steps})"]
    return "\n".join(lines)


def _making(shot: ShotFigures) -> float:
    """Seconds a frame of the backend's stages; the transfer runs beside them."""
    return sum(value for stage, value in shot.seconds_per_frame.items() if stage != TRANSFER)


def _of_shot(take: StoredTake, look: NDArray[np.uint8], transfers: Mapping[str, float]) -> ShotFigures:
    info, count = take.info, len(take)
    seconds = {**(info.seconds or {})}
    if info.shot in transfers:
        seconds[TRANSFER] = transfers[info.shot]
    return ShotFigures(
        shot=info.shot,
        frames=count,
        key_frames=len(info.key_frames),
        coverage=info.coverage,
        sharpness=mean_sharpness(take, look),
        seconds_per_frame={stage: value / count for stage, value in seconds.items()},
    )


def _stages(figures: DemoFigures) -> list[str]:
    """The known stages in their order, then any other that a take reports."""
    found = {stage for shot in figures.shots for stage in shot.seconds_per_frame}
    return [stage for stage in STAGES if stage in found] + sorted(found - set(STAGES))


def _db(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f} dB"
