"""The figures of a run as rows: mean and worst over the sets, the bar beside, and what ours is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np


@dataclass(frozen=True)
class Row:
    """One figure over S sets."""

    group: str
    name: str
    values: tuple[float, ...]
    """[S]."""
    unit: str = "dB"
    low: float | None = None
    """The bar: at least this."""
    high: float | None = None
    """The bar: at most this."""
    more: bool = True
    """Whether more is better; for the worst where there is no bar."""
    beside: str = ""
    """What belongs to it, in words."""

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def worst(self) -> float:
        """Of two bars, the value farther outside, or nearer to one."""
        if self.low is not None and self.high is not None:
            low, high = self.low, self.high
            return min(self.values, key=lambda value: min(value - low, high - value))
        return max(self.values) if self.high is not None or not self.more else min(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the mean meets the bar; None without one."""
        if self.low is None and self.high is None:
            return None
        return (self.low is None or self.mean >= self.low) and (self.high is None or self.mean <= self.high)

    @property
    def met_by_all(self) -> bool | None:
        """Whether the worst set does."""
        if self.met is None:
            return None
        return (self.low is None or self.worst >= self.low) and (self.high is None or self.worst <= self.high)


def row(group: str, name: str, values: Sequence[float | None], **more: object) -> list[Row]:
    """A row of the sets that have the figure; none where no set has."""
    held = tuple(value for value in values if value is not None)
    return [Row(group, name, held, **more)] if held else []  # type: ignore[arg-type]


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines = []
    for group, members in groupby(rows, key=lambda one: one.group):
        lines += ["", f"{group:<58}{'mean':>9}{'worst':>9}{'bar':>14}"]
        for one in members:
            mark = {(True, True): "met", (True, False): "met by the mean", (False, False): "MISSED"}.get(
                (one.met, one.met_by_all), ""
            )
            cells = f"{_show(one.mean, one.unit):>9}{_show(one.worst, one.unit):>9}{_bar(one):>14}"
            lines.append(f"  {one.name:<56}{cells}  {mark:<16}{one.beside}".rstrip())
    return "\n".join(lines).strip("\n")


def _bar(one: Row) -> str:
    if one.low is not None and one.high is not None:
        return f"{one.low:g} - {one.high:g}"
    if one.low is not None:
        return f">= {_show(one.low, one.unit)}"
    return f"<= {_show(one.high, one.unit)}" if one.high is not None else ""


def _show(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:.0f} %"
    if unit == "dB":
        return f"{value:.1f} dB"
    return f"{value:.2f} {unit}".strip()
