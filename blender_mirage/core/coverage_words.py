"""What a survey says, in words: how much of a shot the world has seen, where it has not, which frames are stale."""

from __future__ import annotations

from collections.abc import Sequence

from ..wire.prompt import listed
from ..wire.survey import FrameSurvey, Staleness, Survey

UNSEEN_SHARE = 0.02
"""Of a frame's cells: with fewer of them never seen, a frame is filled in from its surroundings."""
MOST_RUNS = 3
"""Longer lists of frames say only where they begin and end."""

_REASONS = {
    "camera": "the camera",
    "greybox": "the set",
    "memory": "what the world remembers",
    "settings": "the settings",
}


def describe_coverage(survey: Survey) -> str:
    """One line: `Known 62 %, partly 8 %, unknown 30 %. New areas from frame 41 on, most at 60 (80 %).`"""
    frames = survey.frames
    if not frames:
        return "There were no frames to check."
    seen, partly, never = (_mean([getattr(frame, name) for frame in frames]) for name in ("seen", "partly", "never"))
    shares = f"Known {percent(seen)}, partly {percent(partly)}, unknown {percent(never)}."
    unseen = [frame for frame in frames if frame.never > UNSEEN_SHARE]
    if not unseen:
        return f"{shares} No frame enters new areas."
    worst = max(unseen, key=lambda frame: frame.never)
    return f"{shares} New areas {_where(unseen, frames)}, most at {worst.frame} ({percent(worst.never)})."


def describe_staleness(stale: Staleness, name: str, frames: Sequence[int]) -> str:
    """One line on a take called `name` of a shot with those frames."""
    if not stale.frames:
        return f"{name} is up to date."
    which = "all frames"
    if len(stale.frames) < len(frames):
        which = f"{len(stale.frames)} of {len(frames)} frames ({runs(stale.frames, frames)})"
    why = listed([_REASONS.get(reason, reason) for reason in stale.reasons])
    return f"{name}: {which} are out of date: {why} changed." if why else f"{name}: {which} are out of date."


def runs(frames: Sequence[int], of: Sequence[int]) -> str:
    """Some frame numbers of the shot's, as ranges: `1-4, 9`; of many ranges, where they begin and end. Both rise; the
    shot may go in steps."""
    place = {frame: index for index, frame in enumerate(of)}
    found: list[list[int]] = []
    for frame in frames:
        if found and place.get(frame, -1) - place.get(found[-1][1], -1) == 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    if len(found) > MOST_RUNS:
        return f"{frames[0]}-{frames[-1]}"
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def percent(share: float) -> str:
    """Never 0 % of something or 100 % of less than all."""
    rounded = round(100 * share)
    if rounded in (0, 100) and share not in (0.0, 1.0):
        return "under 1 %" if rounded == 0 else "over 99 %"
    return f"{rounded} %"


def _where(unseen: Sequence[FrameSurvey], frames: Sequence[FrameSurvey]) -> str:
    numbers = [frame.frame for frame in unseen]
    if len(unseen) == len(frames):
        return "in every frame"
    if frames[-len(unseen)] == unseen[0]:
        return f"from frame {numbers[0]} on"
    return f"in frames {runs(numbers, [frame.frame for frame in frames])}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
