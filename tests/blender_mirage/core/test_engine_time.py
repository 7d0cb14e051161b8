"""Engines of another frame rate: exact in time, whatever the rates, the handles and the step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from blender_mirage.core.engine_time import EngineTime, engine_time, exact_rate, on_timeline
from blender_mirage.core.shots import Shot
from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey

RATES = [Fraction(n) for n in (8, 12, 15, 16, 24, 25, 30, 48, 50, 60)]
RATES += [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(25, 2)]


def random_shot(rng: np.random.Generator) -> tuple[EngineTime, tuple[int, ...]]:
    scene, engine = (RATES[int(i)] for i in rng.integers(0, len(RATES), 2))
    start = int(rng.integers(0, 200))
    shot = Shot("a", "Camera", start, start + int(rng.integers(0, 300)), handles=int(rng.integers(0, 20)))
    return EngineTime(scene, engine, start), shot.frames(int(rng.integers(1, 7)))


def test_every_frame_shows_the_engines_frame_that_is_nearest_in_time():
    rng = np.random.default_rng(0)
    for _ in range(60):
        time, frames = random_shot(rng)
        numbers, shows = time.numbers(frames), time.shows(frames)
        assert sorted(frame for those in shows for frame in those) == list(frames)
        seconds = {number: (time.place(number) - time.start) / time.scene_rate for number in numbers}
        for number, those in zip(numbers, shows, strict=True):
            assert seconds[number] == Fraction(number - time.start) / time.engine_rate, "the engine's own clock"
            for frame in those:
                at = Fraction(frame - time.start) / time.scene_rate
                away = abs(seconds[number] - at)
                assert away <= 1 / (2 * time.engine_rate), "never more than half a frame of the engine out of sync"
                assert away < abs(Fraction(number - 1 - time.start) / time.engine_rate - at), (
                    "of two as near the earlier"
                )
                assert away <= abs(Fraction(number + 1 - time.start) / time.engine_rate - at)


def test_the_cut_shows_the_engines_frame_that_lies_on_it():
    rng = np.random.default_rng(1)
    for _ in range(30):
        time, _ = random_shot(rng)
        assert time.place(time.start) == time.start == time.nearest(time.start)


def test_other_handles_leave_the_frames_of_the_shot_as_they_are():
    rng = np.random.default_rng(2)
    for _ in range(20):
        time, frames = random_shot(rng)
        before = dict(zip(time.numbers(frames), time.shows(frames), strict=True))
        fewer = [frame for frame in frames if frame >= time.start]
        for number, those in zip(time.numbers(fewer), time.shows(fewer), strict=True):
            assert [frame for frame in before[number] if frame >= time.start] == list(those)


def test_drop_frame_rates_stay_in_sync_for_hours():
    """As floats, 23.976 against 24 is a frame out of sync after a quarter of an hour."""
    time = EngineTime(exact_rate(24, 1.001), exact_rate(24), start=1)
    hours = 24 * 3600 * 3
    assert time.nearest(1 + hours) - 1 == round(hours * Fraction(1001, 1000))
    other = EngineTime(exact_rate(24, float(np.float32(1.001))), exact_rate(24000 / 1001), start=1)
    assert other.scene_rate == other.engine_rate == Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("fps", "base", "exact"),
    [(24, 1.001, Fraction(24000, 1001)), (30, 1.001, Fraction(30000, 1001)), (25, 1.0, Fraction(25)), (1, 0.5, 2)],
)
def test_blenders_rates_as_fractions(fps, base, exact):
    assert exact_rate(fps, float(np.float32(base))) == exact
    assert exact_rate(float(exact)) == exact, "also as it travels"


def test_an_engine_without_a_rate_of_its_own_goes_by_the_scene():
    assert engine_time(Fraction(24), 0.0, 1) is None
    assert engine_time(Fraction(24000, 1001), 24000 / 1001, 1) is None
    assert engine_time(Fraction(24), 16.0, 1) == EngineTime(Fraction(24), Fraction(16), 1)


def test_a_survey_is_told_in_the_scenes_frames():
    frames = tuple(FrameSurvey(number, number / 10, 0.0, 1 - number / 10, "", "", "") for number in (1, 2, 3))
    survey = Survey("s", "w", "shot", frames, (Staleness("t", "shot", (2, 3), ("camera",)),))
    shows = ((1, 2), (), (3,))
    told = on_timeline(survey, shows)
    assert [(frame.frame, frame.seen) for frame in told.frames] == [(1, 0.1), (2, 0.1), (3, 0.3)]
    assert told.stale[0].frames == (3,)
    assert on_timeline(survey, ()) == survey
