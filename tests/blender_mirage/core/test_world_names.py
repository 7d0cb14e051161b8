"""A new world does not take the name of another."""

from __future__ import annotations

import pytest

from blender_mirage.core.world_names import free_name

CASES = (
    ((), "Set"),
    (("Street",), "Set"),
    (("Set",), "Set 2"),
    (("set", "Set 2", "Set 4"), "Set 3"),
    (("Set 2",), "Set"),
)


@pytest.mark.parametrize(("taken", "free"), CASES)
def test_the_first_number_that_no_world_has(taken, free):
    assert free_name("Set", taken) == free
