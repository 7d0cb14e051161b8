"""Shots named in a line of text: any name can be said, whatever is in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.shot_names import listed, named

THERE = ["sh010", "sh020", "INT. HOUSE, NIGHT - DAY 2", "a", "a, b", "b", " padded ", "padded"]


def test_names_between_commas_and_names_with_commas():
    assert named("sh020,sh010", THERE) == ["sh020", "sh010"]
    assert named(" sh010 , INT. HOUSE, NIGHT - DAY 2,sh020,", THERE) == ["sh010", THERE[2], "sh020"]
    assert named("a, b", THERE) == ["a, b"] and named("b, a", THERE) == ["b", "a"]
    assert named(" padded ", THERE) == [" padded "] and named("sh010, padded", THERE) == ["sh010", "padded"]


def test_what_is_not_there_comes_as_it_was_written():
    assert named("nope, sh010,, ", THERE) == ["nope", "sh010"] and named("  ", THERE) == []


@given(st.lists(st.text("a,. -\"'💡א", min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_a_list_is_read_back_as_it_was_made(names):
    assert named(listed(names), names) == names
