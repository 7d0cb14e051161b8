"""Sentences are broken where they do not fit, and nothing of them is lost."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage.ui.sentences import wrap  # noqa: E402

pytestmark = pytest.mark.bpy


def test_words_go_to_the_next_line_where_they_do_not_fit():
    assert wrap("Save the file to keep them together.", 12, len) == ["Save the", "file to keep", "them", "together."]
    assert wrap("", 12, len) == []


def test_a_path_is_broken_after_a_separator_and_a_long_word_anywhere():
    assert wrap("in /home/anna/films/corridor", 12, len) == ["in", "/home/anna/", "films/", "corridor"]
    assert wrap("abcdefghij", 4, len) == ["abcd", "efgh", "ij"]


@pytest.mark.parametrize("width", [0, 1, 3, 7, 200])
def test_nothing_is_lost_however_narrow(width):
    text = "The take lies in C:\\films\\corridor_a\\v001."
    lines = wrap(text, width, len)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= max(width, 1) for line in lines)
