"""Ids of names: the same on every system, and never two of one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.derived_ids import derived_id


def test_the_folder_does_not_count_on_any_system():
    here = derived_id("object", "/jobs/film/set.blend", "Crate")
    assert here == derived_id("object", "D:\\film\\set.blend", "Crate") == derived_id("object", "set.blend1", "Crate")
    assert here != derived_id("object", "/jobs/film/set2.blend", "Crate")
    assert here != derived_id("scene", "/jobs/film/set.blend", "Crate")


def test_the_same_letters_spelt_in_two_ways_are_one_name():
    assert derived_id("object", "Ka\u0308se.blend", "Tu\u0308r") == derived_id("object", "Käse.blend", "Tür")


@given(st.lists(st.text("aAä\u0308\0.", max_size=3), min_size=2, max_size=5, unique=True))
def test_a_taken_id_is_never_given(names):
    taken: list[str] = []
    for name in names * 2:
        taken.append(derived_id("object", "set.blend", name, taken))
    assert len(set(taken)) == len(taken) and all(len(own) == 32 for own in taken)
