"""How far a render in another Blender is, line by line: written there, read here, in words of our own.

What Blender tells its handlers of a render differs with its engines and versions, and what it prints does too (5.2
prints no sample any more). So the other Blender reads what its handler is told, and prints lines that only this module
makes.
"""

from __future__ import annotations

import json
import re

from .take_job import Progress

_MARK = "mirage-render "
_SAMPLE = re.compile(r"\b(?:Sample|Rendering) (\d+) ?/ ?(\d+)")
"""In what Cycles tells, and in what EEVEE does."""
PREPARING = "preparing the render"


def progress_line(phase: str, done: int = 0, total: int = 0) -> str:
    """What the other Blender prints."""
    return _MARK + json.dumps([phase, done, total])


def line_of_stats(stats: str) -> str:
    """The line for what a handler of `render_stats` is told."""
    sample = _SAMPLE.search(stats)
    return progress_line("samples", int(sample[1]), int(sample[2])) if sample else progress_line(PREPARING)


def read_progress(line: str) -> Progress | None:
    """None where the line is not one of ours."""
    if not line.startswith(_MARK):
        return None
    phase, done, total = json.loads(line.removeprefix(_MARK))
    return Progress("Look", str(phase), int(done), int(total))
