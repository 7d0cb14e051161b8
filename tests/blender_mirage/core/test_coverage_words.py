from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_mirage.core.coverage_words import describe_coverage, describe_staleness, runs
from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey


def survey(never: list[float], first: int = 41) -> Survey:
    frames = tuple(
        FrameSurvey(first + index, (1 - share) * 0.75, (1 - share) * 0.25, share, "", "", "")
        for index, share in enumerate(never)
    )
    return Survey("survey", "world", "walk", frames, ())


@pytest.mark.parametrize(
    ("never", "words"),
    [
        ([0.0, 0.0], "Known 75 %, partly 25 %, unknown 0 %. No frame enters new areas."),
        ([0.001, 0.001], "Known 75 %, partly 25 %, unknown under 1 %. No frame enters new areas."),
        ([0.0, 0.5, 0.8], "New areas from frame 42 on, most at 43 (80 %)."),
        ([0.5, 0.0, 0.8], "New areas in frames 41, 43, most at 43 (80 %)."),
        ([1.0, 1.0], "Known 0 %, partly 0 %, unknown 100 %. New areas in every frame, most at 41 (100 %)."),
    ],
)
def test_coverage_in_one_line(never, words):
    assert describe_coverage(survey(never)).endswith(words)


def test_a_survey_without_frames():
    assert describe_coverage(survey([])) == "There were no frames to check."


def test_staleness_in_one_line():
    assert describe_staleness(Staleness("id", "walk", (), ()), "v003", range(41, 46)) == "v003 is up to date."
    some = Staleness("id", "walk", (41, 42), ("camera", "memory"))
    assert describe_staleness(some, "v003", range(41, 46)) == (
        "v003: 2 of 5 frames (41-42) are out of date: the camera and what the world remembers changed."
    )
    more = Staleness("id", "walk", (41,), ("camera", "greybox", "settings"))
    assert describe_staleness(more, "v003", range(41, 46)).endswith("the camera, the set and the settings changed.")
    whole = Staleness("id", "walk", (41, 42), ("a reason of a newer backend",))
    assert describe_staleness(whole, "v003", (41, 42)) == (
        "v003: all frames are out of date: a reason of a newer backend changed."
    )


def test_runs():
    assert runs((4,), range(10)) == "4"
    assert runs((1, 2, 3, 9), range(10)) == "1-3, 9"
    assert runs((1, 3, 5, 9), range(1, 10, 2)) == "1-5, 9", "of a take with a frame step of two"
    assert runs((1, 3, 4, 9, 20, 22), range(30)) == "1-22"


@given(st.sets(st.integers(0, 50), min_size=1))
def test_runs_name_the_first_and_the_last(frames):
    told = runs(sorted(frames), range(51))
    assert str(min(frames)) in told and told.endswith(str(max(frames)))
