"""The states are the wire's, and final ones are final."""

from __future__ import annotations

import itertools

import pytest

from blender_mirage.wire.messages import FINAL_STATES, JOB_STATES
from inference_backend.jobs.states import TRANSITIONS, IllegalTransition, check_transition

LEGAL = {
    ("queued", "running"),
    ("queued", "failed"),
    ("queued", "cancelled"),
    ("running", "done"),
    ("running", "failed"),
    ("running", "cancelled"),
    ("running", "queued"),
}


def test_every_state_of_the_wire_is_known() -> None:
    assert set(TRANSITIONS) == set(JOB_STATES)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(JOB_STATES, repeat=2)))
def test_steps(old: str, new: str) -> None:
    if (old, new) in LEGAL:
        assert old not in FINAL_STATES
        check_transition(old, new)
    else:
        with pytest.raises(IllegalTransition, match=old):
            check_transition(old, new)
