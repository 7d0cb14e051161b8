from __future__ import annotations

import pytest

from blender_mirage.core.shot_list import ShotStatus


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (ShotStatus(), "NEW", "new"),
        (ShotStatus().at_work("sending", 0, 0), "QUEUED", "queued"),
        (ShotStatus("v002", "done").at_work("frames", 3, 48), "RUNNING", "frames 3/48"),
        (ShotStatus().at_work("starting", 0, 0), "RUNNING", "starting"),
        (ShotStatus("v002", "done"), "DONE", "done v002"),
        (ShotStatus("v002", "cancelled"), "PARTLY", "v002, cancelled"),
        (ShotStatus("v002", "done", stale_from=41), "STALE", "v002, changed from frame 41"),
        (ShotStatus(unseen_from=60), "NEW", "new, new areas from frame 60"),
        (ShotStatus("v002", "done").ended("the disk is full"), "FAILED", "failed: the disk is full"),
    ],
)
def test_states_and_their_words(status, kind, words):
    assert (status.kind, status.words) == (kind, words)


def test_a_new_try_forgets_why_the_last_failed_and_a_report_without_phase_keeps_it():
    status = ShotStatus().ended("no").at_work("frames", 1, 9).at_work("", 2, 9)
    assert status.words == "frames 2/9" and status.ended().kind == "NEW"
