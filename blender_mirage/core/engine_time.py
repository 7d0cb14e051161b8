"""Engines with a frame rate of their own: where their frames lie on the scene's timeline, and which of them each of the
scene's frames shows.

The engine's frame of a number lies `(number - start) / engine rate` seconds behind the shot's cut, where both count
alike. Each of the scene's frames shows the engine's frame that is nearest in time (of two that are as near, the earlier
one), so that the cut keeps its sync however long it is: rates are fractions, 23.976 is 24000/1001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from ..wire.survey import Survey

_LARGEST_DENOMINATOR = 1001


def exact_rate(fps: float, base: float = 1.0) -> Fraction:
    """Frames a second of `fps / base`, as film means it: 23.976 and 24 / 1.001 are 24000/1001.

    Blender keeps its base in single precision, which 1.001 is not exact in.
    """
    rate = Fraction(fps).limit_denominator(_LARGEST_DENOMINATOR)
    divisor = Fraction(base).limit_denominator(1000)
    near = divisor > 0 and abs(float(divisor) - base) <= 1e-6 * base
    return rate / divisor if near else Fraction(fps) / Fraction(base)


@dataclass(frozen=True)
class EngineTime:
    """One shot at an engine's own rate."""

    scene_rate: Fraction
    engine_rate: Fraction
    start: int
    """The frame of the cut, on both timelines."""

    def place(self, number: int) -> Fraction:
        """Frame of the scene, with its fraction, at which an engine's frame lies."""
        return self.start + (number - self.start) * self.scene_rate / self.engine_rate

    def nearest(self, frame: int) -> int:
        """The engine's frame that a frame of the scene shows."""
        return self.start + ceil((frame - self.start) * self.engine_rate / self.scene_rate - Fraction(1, 2))

    def numbers(self, frames: Sequence[int]) -> range:
        """Those that the engine makes for some frames of the scene: all between, for motion has no gaps."""
        shown = [self.nearest(frame) for frame in frames]
        return range(min(shown), max(shown) + 1)

    def shows(self, frames: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """The frames of the scene that show each of `numbers(frames)`; none, where the engine is the faster one."""
        shown: dict[int, list[int]] = {number: [] for number in self.numbers(frames)}
        for frame in frames:
            shown[self.nearest(frame)].append(frame)
        return tuple(tuple(those) for those in shown.values())


def engine_time(scene_rate: Fraction, engine_fps: float, start: int) -> EngineTime | None:
    """None where an engine has no rate of its own (0), or has the scene's."""
    engine_rate = exact_rate(engine_fps)
    return None if engine_fps <= 0 or engine_rate == scene_rate else EngineTime(scene_rate, engine_rate, start)


def on_timeline(survey: Survey, shows: Sequence[Sequence[int]]) -> Survey:
    """What a survey says of the engine's frames, said of the scene's frames that show them; `shows` by index."""
    if not shows:
        return survey
    by_number = {frame.frame: those for frame, those in zip(survey.frames, shows, strict=True)}
    frames = tuple(replace(frame, frame=number) for frame in survey.frames for number in by_number[frame.frame])
    stale = tuple(
        replace(one, frames=tuple(sorted(number for frame in one.frames for number in by_number.get(frame, ()))))
        for one in survey.stale
    )
    return replace(survey, frames=frames, stale=stale)
