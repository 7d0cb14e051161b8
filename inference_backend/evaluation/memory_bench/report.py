"""The figures of a run as rows: mean and worst over the sets, the target beside, the baseline's own figure beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from .conditioning import ConditioningTimes
from .growth import Growth
from .read_time import ReadTimes
from .revisit import Revisit
from .store_time import StoreTimes


@dataclass(frozen=True)
class Row:
    """One figure over S sets."""

    group: str
    name: str
    values: tuple[float, ...]
    """[S]."""
    unit: str
    """`x` (a ratio), `%` (values are shares), `s`, `MiB` or empty."""
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""
    """What the baselines have, in words."""

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def worst(self) -> float:
        """The lowest where more is better, else the highest."""
        return min(self.values) if self.at_least is not None or self.unit == "x" else max(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the worst set meets the target; None without one."""
        if self.at_least is not None:
            return self.worst >= self.at_least
        return self.worst <= self.at_most if self.at_most is not None else None


def read_rows(times: Sequence[list[ReadTimes]], grid: tuple[int, int]) -> list[Row]:
    """times: one list a set, over the same milestones."""
    group = f"read, {grid[0]} x {grid[1]} cells"
    rows = []
    for at in zip(*times, strict=True):
        count = _million(at[0].written)
        goal = 40.0 if abs(at[0].written - 1e6) < 1e5 else None
        values = tuple(one.published / one.ours for one in at)
        stored = f"ours holds {np.mean([one.stored for one in at]) / 1e6:.3f} M"
        rows.append(Row(group, f"published / ours, {count} written", values, "x", goal, beside=stored))
        packed = tuple(one.packed / one.ours for one in at)
        rows.append(Row(group, f"published without its sort / ours, {count}", packed, "x"))
    ends = f"{_million(times[0][0].written)} to {_million(times[0][-1].written)}"
    published = np.mean([one[-1].published / one[0].published for one in times])
    growth = tuple(one[-1].ours / one[0].ours for one in times)
    rows.append(Row(group, f"growth of ours, {ends}", growth, "", at_most=1.15, beside=f"published {published:.1f}"))
    return rows


def conditioning_rows(times: Sequence[list[ConditioningTimes]], grid: tuple[int, int]) -> list[Row]:
    group = f"conditioning, {grid[0]} x {grid[1]} cells"
    rows = []
    for at in zip(*times, strict=True):
        count, last = _million(at[0].written), at[0] is times[0][-1]
        whole = tuple(one.rgb / one.whole for one in at)
        goal = 20.0 if last else None
        rows.append(
            Row(group, f"rgb cloud / ours with ray casting, {count}", whole, "x", goal, beside="published 10.57")
        )
        rows.append(Row(group, f"rgb cloud / ours, {count}", tuple(one.rgb / one.read for one in at), "x"))
    return rows


def growth_rows(found: Sequence[Growth], name: str, targets: bool) -> list[Row]:
    group = f"bytes, {name}"
    rgb = tuple(one.rgb[10] / one.ours[10] for one in found)
    bare = tuple(one.rgb[10] / one.bare[10] for one in found)
    latent = tuple(one.published[10] / one.ours[10] for one in found)
    growth = tuple(one.ours[100] / one.ours[2] for one in found)
    rows = [
        Row(group, "rgb cloud / ours after 10 loops", rgb, "x", 100.0 if targets else None, beside="published 55"),
        Row(group, "rgb cloud / ours, without the index", bare, "x"),
        Row(group, "published / ours after 10 loops", latent, "x"),
        Row(group, "ours, loop 100 / loop 2", growth, "", at_most=1.05 if targets else None, beside="both clouds 50"),
    ]
    for loop in (1, 10, 100):
        mib = tuple(one.ours[loop] / 2**20 for one in found)
        others = f"published {_mib(found, 'published', loop):.1f}, rgb {_mib(found, 'rgb', loop):.0f}"
        rows.append(Row(group, f"ours after {loop}", mib, "MiB", beside=others))
    return rows


def correctness_rows(found: Sequence[dict[str, dict[str, float]]]) -> list[Row]:
    group = "correctness, corridor"
    limits = {"hole": 0.02, "wrong surface": 0.001, "see-through": 0.001, "ghost": 0.0}
    rows = []
    for rate, limit in limits.items():
        values = tuple(one["ours"][rate] for one in found)
        others = ", ".join(_share(found, name, rate) for name in ("published", "released"))
        rows.append(Row(group, f"{rate} rate", values, "%", at_most=limit, beside=others))
        if rate != "hole":
            every = tuple(one["ours, all candidates"][rate] for one in found)
            rows.append(Row(group, f"{rate} rate, all candidates", every, "%"))
    return rows


def revisit_rows(found: Sequence[Revisit]) -> list[Row]:
    others = f"published {100 * np.mean([one.published for one in found]):.1f} %"
    others += f", released {100 * np.mean([one.released for one in found]):.1f} %"
    values = tuple(one.ours for one in found)
    return [Row("revisit", "own tokens, back after 100 frames, turned", values, "%", at_least=0.95, beside=others)]


def store_rows(found: Sequence[StoreTimes]) -> list[Row]:
    def row(name: str, unit: str, value: Callable[[StoreTimes], float], beside: str = "") -> Row:
        return Row("store", name, tuple(value(one) for one in found), unit, beside=beside)

    size = f"{np.mean([one.take_tokens for one in found]):.0f} tokens"
    resident = f"{np.mean([one.resident for one in found]) / 1e6:.2f} M resident"
    return [
        row("write, a take of 24 frames", "s", lambda one: one.write, size),
        row("commit it", "s", lambda one: one.commit),
        row(f"load {_million(found[0].loaded)} tokens", "s", lambda one: one.load, resident),
        row("memory, as it says", "MiB", lambda one: one.memory_bytes / 2**20),
        row("memory, as the process grew", "MiB", lambda one: one.process_bytes / 2**20),
    ]


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines = []
    for group, members in groupby(rows, key=lambda row: row.group):
        lines += ["", f"{group:<48}{'mean':>11}{'worst':>11}{'target':>11}"]
        for row in members:
            target = _goal(row)
            mark = {True: "  met", False: "  MISSED", None: ""}[row.met]
            cells = f"{_show(row.mean, row.unit):>11}{_show(row.worst, row.unit):>11}{target:>11}{mark:<9}"
            lines.append(f"  {row.name:<46}{cells} {row.beside}".rstrip())
    return "\n".join(lines).strip("\n")


def _goal(row: Row) -> str:
    if row.at_least is not None:
        return f">= {_show(row.at_least, row.unit)}"
    return f"<= {_show(row.at_most, row.unit)}" if row.at_most is not None else ""


def _show(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.3g} %"
    if unit == "x":
        return f"{value:.1f}x"
    return f"{value:.3g} {unit}".strip()


def _million(count: int) -> str:
    return f"{round(count / 1e5) / 10:g} M"


def _share(found: Sequence[dict[str, dict[str, float]]], name: str, rate: str) -> str:
    return f"{name} {100 * np.mean([one[name][rate] for one in found]):.2f} %"


def _mib(found: Sequence[Growth], name: str, loop: int) -> float:
    return float(np.mean([getattr(one, name)[loop] for one in found])) / 2**20
