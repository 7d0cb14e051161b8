"""What a run found, as a table: each figure beside its bar."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .in_process import TakeTimes
from .over_http import HttpTimes

RATE_BAR, FIRST_BAR, GROWTH_BAR = 6.0, 2.0, 64.0
"""Covered frames a second, seconds to the first one, MiB by which a long take may grow behind its first half."""


@dataclass(frozen=True)
class Row:
    name: str
    value: float
    unit: str
    bar: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


def covered_rows(name: str, first: TakeTimes, second: TakeTimes) -> list[Row]:
    """first: the take that made the place known. second: over the same path."""
    each = second.frames - 1
    rows = [
        Row(f"{name}: covered frames", second.rate, "frames/s", RATE_BAR),
        Row(f"{name}: covered frames, by processor time on two free cores", second.free_rate(2), "frames/s", RATE_BAR),
        Row(f"{name}: covered frames, the whole take", second.frames / second.whole, "frames/s"),
        Row(f"{name}: first covered frame", second.first, "s", FIRST_BAR, at_most=True),
        Row(f"{name}: all cores, a covered frame", 1000 * second.cpu / each, "ms"),
        Row(f"{name}: cores kept busy", second.cpu / second.all_frames, ""),
        Row(f"{name}: covered against new frames, whole takes", first.whole / second.whole, "x"),
        Row(f"{name}: key frames of the second take", float(second.key_frames), ""),
    ]
    each_stage = {stage: 1000 * seconds / each for stage, seconds in second.stages.items()}
    return rows + [Row(f"{name}: {stage}, a covered frame", took, "ms") for stage, took in each_stage.items()]


def http_rows(name: str, times: HttpTimes) -> list[Row]:
    return [
        Row(f"{name}, over HTTP: covered frames", times.rate, "frames/s", RATE_BAR),
        Row(f"{name}, over HTTP: first covered frame", times.first, "s", FIRST_BAR, at_most=True),
    ]


def growth_rows(name: str, times: TakeTimes) -> list[Row]:
    """Of a long covered path: what the second half of its frames takes beyond the first."""
    half, end = times.grown[times.frames // 2], times.grown[times.frames]
    return [
        Row(f"{name}, {times.frames} frames: growth in the second half", end - half, "MiB", GROWTH_BAR, at_most=True),
        Row(f"{name}, {times.frames} frames: covered frames", times.rate, "frames/s", RATE_BAR),
        Row(f"{name}, {times.frames} frames: first covered frame", times.first, "s"),
    ]


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| figure | value | bar | |", "|---|---|---|---|"]
    for row in rows:
        bar = "" if row.bar is None else f"{'<=' if row.at_most else '>='} {row.bar:g}"
        mark = {None: "", True: "met", False: "MISSED"}[row.met]
        lines.append(f"| {row.name} | {row.value:.3g} {row.unit} | {bar} | {mark} |")
    return "\n".join(lines)


def to_json(rows: list[Row], raw: dict[str, Any]) -> dict[str, Any]:
    return {"rows": [{**asdict(row), "met": row.met} for row in rows], "raw": raw}
