"""Other pictures in a strip that exists: a take takes the place of another, and the edit stays as it is.

Each frame of the shot stays where it was on the timeline. An end of the strip that lies as it was laid follows the
shot's cut; one that the editor trimmed, cut or slipped stays, and what the new take has beyond it can be pulled out as
a handle. Retimed strips keep their pictures to the frame.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..compat import (
    change_strip_pictures,
    curves_of,
    is_retimed,
    set_strip_content_start,
    set_strip_span,
    set_strip_trims,
    strip_content_start,
    strip_span,
    strip_trims,
)
from .camera_background import blend_path
from .fit_strip import fit
from .take_strips import MARK_LAID, Placed, note

_FAR = 2**21
"""Beyond Blender's last frame."""

Span = tuple[int, int]
"""Its first frame, and the frame after its last."""


@dataclass(frozen=True)
class Laid:
    """What was laid into a strip, which tells what the editor changed since. Frames of the scene that it is shot in."""

    first: int
    """Of the strip's first picture."""
    cut: Span
    """That it shows, as it was laid."""
    wanted: Span
    """That it should show: more than `cut`, where other strips of its channel are in the way."""
    shift: int
    """Frame on the timeline, less frame in the scene."""


@dataclass(frozen=True)
class Window:
    """Which frame of the shot lies at which frame of the timeline, in a strip that is not retimed."""

    low: int
    high: int
    """First and last frame of its pictures, without those that are cut off for good."""
    start: int
    """Frame of the timeline at which the first of them lies: of a reversed strip the last."""
    reverse: bool

    def shown(self, span: Span) -> Span:
        """The frames of the shot in a span of the timeline, as if no picture were held."""
        left, right = (place - self.start for place in span)
        return (self.high - right + 1, self.high - left + 1) if self.reverse else (self.low + left, self.low + right)

    def span(self, shown: Span) -> Span:
        """The opposite."""
        first, after = shown
        if self.reverse:
            return self.start + self.high - after + 1, self.start + self.high - first + 1
        return self.start + first - self.low, self.start + after - self.low

    def with_frames(self, low: int, high: int) -> Window:
        """With other first and last frames, each at the place where it would have been."""
        moved = self.high - high if self.reverse else low - self.low
        return Window(low, high, self.start + moved, self.reverse)


def lay(strip: Any, content: Mapping[int, Path], cut: Span, shift: int) -> None:
    """Notes of a new strip what is in it, and trims it to `cut`."""
    low = min(content)
    window = Window(low, max(content), low + shift, False)
    set_strip_span(strip, *window.span(cut))
    note(strip, **asdict(Laid(low, cut, cut, shift)))


def fill(part: Placed, folder: Path, content: Mapping[int, Path], cut: Span, shift: int) -> None:
    """Shows a take in a strip that shows another. `content`: a picture for every frame from the first to the last;
    `cut`: what the shot shows of them; `shift`: of the shot, see `Laid`."""
    other_size = fit(part, content[min(content)])
    strip, laid = part.strip, _laid_in(part.strip, cut, shift)
    before, trims = _follow_the_shot(strip, laid, shift), strip_trims(strip)
    kept_length, channel, span = _keeps_length(part), int(strip.channel), strip_span(strip)
    low = before.low if trims[0] or kept_length else min(content)
    high = before.high if trims[1] or kept_length else max(max(content), low)
    after = before.with_frames(low, high)
    first, last = min(min(content), low), max(max(content), high)

    set_strip_trims(strip, 0, 0)
    names = [_nearest(content, frame).name for frame in range(first, last + 1)]
    if other_size or len(names) > len(strip.elements):
        change_strip_pictures(strip, blend_path(folder), names, part.scene)
    else:
        strip.directory = blend_path(folder)
        _set_pictures(strip, names)
    set_strip_trims(strip, low - first, last - high)
    _move_pictures(part, after.start)
    if kept_length:
        new = Laid(first, cut, cut, shift)
    else:
        span, shown = _new_span(part, laid, before, after, span, cut)
        new = Laid(first, shown, cut, shift)
    _set_place(strip, span, channel)
    note(strip, **asdict(new))


def follow(part: Placed) -> None:
    """Lets a strip out to what it should show, where others of its channel were in the way and went."""
    strip = part.strip
    if MARK_LAID not in strip or _keeps_length(part):
        return
    laid = _laid_in(strip, (0, 0), 0)
    if laid.wanted == laid.cut:
        return
    window, now = _window(strip, laid), strip_span(strip)
    span, shown = _new_span(part, laid, window, window, now, laid.wanted)
    if span != now:
        _set_place(strip, span, int(strip.channel))
        note(strip, cut=shown)


def frame_in(filename: str) -> int:
    """The frame number in the name of a take's picture; 0 where it has none."""
    found = re.search(r"_(-?\d+)\.[a-zA-Z]+$", filename)
    return int(found[1]) if found else 0


def _laid_in(strip: Any, cut: Span, shift: int) -> Laid:
    """As it was noted; of a strip from before that was done, as its pictures are named."""
    kept = strip.get(MARK_LAID)
    if kept is not None and "first" in kept:
        return Laid(int(kept["first"]), _pair(kept["cut"]), _pair(kept["wanted"]), int(kept["shift"]))
    first = frame_in(strip.elements[0].filename)
    shown = max(first, cut[0]), min(first + len(strip.elements), cut[1])
    return Laid(first, shown, shown, shift)


def _pair(numbers: Sequence[int]) -> Span:
    return int(numbers[0]), int(numbers[1])


def _window(strip: Any, laid: Laid) -> Window:
    trims = strip_trims(strip)
    low, high = laid.first + trims[0], laid.first + len(strip.elements) - 1 - trims[1]
    return Window(low, high, strip_content_start(strip), bool(strip.use_reverse_frames))


def _follow_the_shot(strip: Any, laid: Laid, shift: int) -> Window:
    """A strip that lies where it was laid goes with its shot, where that was moved on the timeline."""
    window = _window(strip, laid)
    if shift == laid.shift or window.reverse or window.start != window.low + laid.shift:
        return window
    set_strip_content_start(strip, window.low + shift)
    return replace(window, start=window.low + shift)


def _keeps_length(part: Placed) -> bool:
    """Whether its pictures are counted from its ends: retimed, strobed, or with a speed effect on it."""
    strip = part.strip
    if strip.strobe > 1 or is_retimed(strip):
        return True
    return any(other.type == "SPEED" and other.input_1 == strip for other in part.container)


def _set_pictures(strip: Any, names: Sequence[str]) -> None:
    elements = strip.elements
    while len(elements) > len(names):
        elements.pop(len(elements) - 1)
    for element, name in zip(elements, names, strict=False):
        if element.filename != name:
            element.filename = name


def _nearest(content: Mapping[int, Path], frame: int) -> Path:
    return content[min(max(frame, min(content)), max(content))]


def _move_pictures(part: Placed, start: int) -> None:
    """Moves the pictures alone: the strip's animation stays where it is."""
    strip = part.strip
    if start == strip_content_start(strip):
        return
    keys = [key for curve in curves_of(part.scene) for key in curve.keyframe_points]
    places = [key.co.x for key in keys]
    set_strip_content_start(strip, start)
    for key, place in zip(keys, places, strict=True):
        if key.co.x != place:
            key.co_ui = (place, key.co.y)  # its handles go with it


def _new_span(part: Placed, laid: Laid, before: Window, after: Window, now: Span, cut: Span) -> tuple[Span, Span]:
    """Where a strip that lay at `now` goes, and what of `cut` it was then laid to show.

    It grows as far as there is room on its channel: nothing of the editor's is pushed aside.
    """
    seen = before.shown(now)
    as_laid = seen[0] == laid.cut[0], seen[1] == laid.cut[1]
    target = cut[0] if as_laid[0] else seen[0], cut[1] if as_laid[1] else seen[1]
    if target[0] >= target[1]:
        target = seen
    left, right = after.span(target)
    room = _room(part, now)
    span = max(left, room[0]) if left < now[0] else left, min(right, room[1]) if right > now[1] else right
    shown = after.shown(span)
    return span, (shown[0] if as_laid[0] else cut[0], shown[1] if as_laid[1] else cut[1])


def _room(part: Placed, now: Span) -> Span:
    """How far a strip can grow to both sides."""
    spans = [
        strip_span(other) for other in part.container if other.channel == part.strip.channel and other != part.strip
    ]
    before = max((after for _, after in spans if after <= now[0]), default=-_FAR)
    return before, min((first for first, _ in spans if first >= now[1]), default=_FAR)


def _set_place(strip: Any, span: Span, channel: int) -> None:
    set_strip_span(strip, *span)
    set_strip_span(strip, *span)  # the first may have been held back by the other end
    if strip.channel != channel:  # Blender pushed it aside on its way
        strip.channel = channel
