from __future__ import annotations

import io

from blender_mirage.core.terminal import TerminalProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_one_line_a_phase():
    stream = io.StringIO()
    progress = TerminalProgress(stream)
    for share in (0.0, 0.5, 1.0):
        progress.show("walk", "frames", share)
    progress.show("walk", "done", 1.0)
    progress.show("", "", 0.0)
    progress.end()
    assert stream.getvalue() == "walk: frames\nwalk: done\n"


def test_a_file_gets_a_line_every_so_often_of_a_phase_that_goes_on():
    """Of a reading of 750 frames at a second each, a line for every tenth or so."""
    stream, now = io.StringIO(), [0.0]
    progress = TerminalProgress(stream, lambda: now[0])
    for done in range(750):
        now[0] = 100.0 + done
        progress.show("walk", "reading the set", done / 750)
    lines = stream.getvalue().splitlines()
    assert lines[:3] == ["walk: reading the set", "walk: reading the set 1%", "walk: reading the set 3%"]
    assert len(lines) == 75


def test_a_terminal_gets_one_line_that_renews_itself():
    stream = Terminal()
    progress = TerminalProgress(stream)
    progress.show("a longer title", "frames", 0.0)
    progress.show("walk", "frames", 0.5)
    progress.end()
    first, second = stream.getvalue().split("\r")[1:]
    assert "  0% a longer title: frames" in first
    assert "############............]  50% walk: frames" in second
    assert len(second.rstrip("\n")) == len(first), "the rest of a longer line is wiped"
