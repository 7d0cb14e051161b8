"""The figures of every part as rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .bricks import Wall
from .long_path import LongPath
from .photographs import EVERYDAY, Photograph
from .report import Row, row
from .seen import BASELINES, Found
from .takes import Filmed, gain
from .tally import at_equal_sharpness

_SHARP = (0.85, 1.2)
_UNSEEN_SHARP = (0.6, 1.4)


def photograph_rows(found: Sequence[Photograph]) -> list[Row]:
    group = "autoencoder alone, photographs of scikit-image, no guide"
    names = ", ".join(f"{one.name} {one.psnr:.1f}" for one in found)
    everyday = [one for one in found if any(name.startswith(one.name) for name in EVERYDAY)]
    return [
        *row(group, "PSNR", [one.psnr for one in found], low=34.0, beside=names),
        *row(group, "PSNR, the five of everyday things", [one.psnr for one in everyday]),
        *row(group, "sharpness ratio", [one.sharpness for one in found], unit=""),
    ]


def seen_rows(found: Sequence[Found]) -> list[Row]:
    group = "surfaces in the look, other cameras within 0.7 m, 25 degrees"
    return [
        *row(group, "PSNR", [one.seen.psnr for one in found], low=31.0, beside=_by_set(found)),
        *row(group, "sharpness ratio", [one.seen.sharpness for one in found], unit="", **_range(_SHARP)),
        *row(group, "the look's pixels carried by exact geometry", [one.carried.psnr for one in found]),
        *row(group, "  their sharpness", [one.carried.sharpness for one in found], unit=""),
        *row(group, "the true picture through the autoencoder", [one.autoencoder.psnr for one in found]),
        *row(group, "  its sharpness", [one.autoencoder.sharpness for one in found], unit=""),
        *(line for name in BASELINES for line in _baseline_rows(group, name, found)),
    ]


def _baseline_rows(group: str, name: str, found: Sequence[Found]) -> list[Row]:
    ahead = [at_equal_sharpness(one.at_blur["ours"], one.at_blur[name]) for one in found]
    return [
        *row(group, f"baseline: {name}", [one.at_blur[name][0].psnr for one in found]),
        *row(group, "  its sharpness", [one.at_blur[name][0].sharpness for one in found], unit=""),
        *row(group, "  ours above it at equal sharpness", ahead, low=0.0),
    ]


def unseen_rows(found: Sequence[Found], films: Sequence[Filmed]) -> list[Row]:
    group = "surfaces that the look does not show"
    every: list[Found | Filmed] = [*found, *films]
    return [
        *row(
            group,
            "mean colour error per object / image-mean fill",
            [one.colors.ratio for one in every],
            unit="",
            high=0.5,
        ),
        *row(group, "sharpness ratio", [_unseen(one) for one in every], unit="", **_range(_UNSEEN_SHARP)),
        *row(group, "PSNR", [one.unseen.psnr if one.unseen.pixels else None for one in every]),
    ]


def brick_rows(found: Sequence[Wall]) -> list[Row]:
    rows = []
    for width in sorted({one.width for one in found}):
        walls = [one for one in found if one.width == width]
        group = f"a brick wall, bricks {width:g} pixels wide, then 20 degrees aside"
        for name, title in (
            ("ours", "bricks counted"),
            ("autoencoder", "by the true picture through the autoencoder"),
            ("carried pixels", "by the look's pixels carried over"),
            ("truth", "in the true picture"),
        ):
            low = 0.95 if name == "ours" and width == 12 else None
            rows += row(group, title, [one.counted[name] for one in walls], unit="%", low=low)
        rows += row(group, "joints found", [one.joints for one in walls], unit="%")
    return rows


def film_rows(found: Sequence[Filmed]) -> list[Row]:
    group = f"a closed camera move of {found[0].frames} frames, a crate and a figure moving"

    def both(value: Callable[[Filmed], float | None]) -> list[float | None]:
        return [value(one) for one in found]

    def static(one: Filmed) -> float | None:
        return one.within.static_psnr if one.within else None

    def static_without(one: Filmed) -> float | None:
        return one.within_without.static_psnr if one.within_without else None

    keys = f"{sum(one.key_frames for one in found) / len(found):.1f} key frames a take"
    return [
        *row(group, "closed loop, last against first", both(lambda one: one.loop), low=38.0, beside=keys),
        *row(group, "geo-reprojection, what stands still", both(static), low=32.0),
        *row(group, "geo-reprojection, the worse moving object", both(lambda one: one.moving), low=28.0),
        *row(group, "what memory brings, the least of the three", both(gain), low=8.0),
        *row(group, "  of the closed loop", both(lambda one: one.loop - one.loop_without)),
        *row(group, "  static, memory off", both(static_without)),
        *row(
            group, "surfaces in the look, PSNR", both(lambda one: one.seen.psnr if one.seen.pixels else None), low=31.0
        ),
        *row(group, "  sharpness ratio", both(lambda one: one.seen.sharpness), unit="", **_range(_SHARP)),
        *row(group, "flow end-point error", both(lambda one: one.flow.mean), unit="px", high=0.5),
        *row(group, "  of the true pictures", both(lambda one: one.flow_truth.mean), unit="px", more=False),
    ]


def long_path_rows(found: Sequence[LongPath]) -> list[Row]:
    one = found[0]
    group = f"{one.frames} frames round {one.rooms} rooms and back, 256 x 144"
    return [
        *row(group, "first visit to last, loss against the truth", [one.lost for one in found], high=1.0),
        *row(group, "  first visit", [one.first for one in found], beside=f"{one.key_frames} key frames"),
        *row(group, "last visit against the first", [one.alike for one in found]),
    ]


def _range(bars: tuple[float, float]) -> dict[str, float]:
    return {"low": bars[0], "high": bars[1]}


def _by_set(found: Sequence[Found]) -> str:
    return ", ".join(f"{one.name} {one.seen.psnr:.1f}" for one in found)


def _unseen(one: Found | Filmed) -> float | None:
    return one.unseen.sharpness if one.unseen.pixels else None
