"""What the Blenders tell their handlers of a render, and what comes of it here."""

from __future__ import annotations

import pytest

from blender_mirage.core.render_lines import PREPARING, line_of_stats, progress_line, read_progress
from blender_mirage.core.take_job import Progress

TOLD = {
    "Fra:1 Mem:8.57M (Peak 8.57M) | Time:00:01.25 | Scene, ViewLayer | Sample 3/16": ("samples", 3, 16),  # 4.5
    "Remaining: 00:01.32 | Mem: 2M | Sample 1/16": ("samples", 1, 16),  # 5.2
    "Fra:1 Mem:90M | Rendering 3 / 16 samples": ("samples", 3, 16),  # EEVEE
    "Mem: 1M | Updating Scene BVH | Building BVH 0%": (PREPARING, 0, 0),
}


@pytest.mark.parametrize(("stats", "what"), TOLD.items())
def test_what_a_handler_is_told_comes_back_as_progress(stats, what):
    assert read_progress(line_of_stats(stats) + "\n") == Progress("Look", *what)


def test_other_lines_are_not_ours():
    assert read_progress("Sample 3/16") is None and read_progress("") is None
    assert read_progress(progress_line("opening the copy")) == Progress("Look", "opening the copy")
