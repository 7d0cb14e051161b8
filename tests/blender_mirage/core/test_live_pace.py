"""The size of live frames settles where they come as often as is wanted, whatever the machine."""

from __future__ import annotations

import pytest

from blender_mirage.core.live_pace import LEAST_PIXELS, SMALL_PIXELS, STEP, WANTED_S, FrameSize, Pace, frame_size

FULL = FrameSize(288, 512)


@pytest.mark.parametrize(("fixed", "per_pixel"), [(0.02, 1e-6), (0.03, 2e-6), (0.0, 3e-6), (0.05, 1e-5), (0.0, 1e-9)])
def test_it_settles(fixed: float, per_pixel: float) -> None:
    """On machines that take so long for a frame, and so long for a pixel."""
    pace = Pace()
    sizes = []
    for _ in range(60):
        size = pace.size("AUTO", FULL, still=False)
        sizes.append(size)
        pace.note(size, fixed + per_pixel * size.pixels, FULL)
    last = sizes[-1]
    assert sizes[-20:] == [last] * 20, "it does not hunt"
    seconds = fixed + per_pixel * last.pixels
    as_small_as_it_gets = last.pixels <= 1.2 * LEAST_PIXELS
    assert 1 / 1.6 < seconds / WANTED_S < 1.6 or as_small_as_it_gets or last == FULL
    assert pace.rate == pytest.approx(1 / seconds, rel=0.05)
    assert pace.size("AUTO", FULL, still=True) == FULL


def test_full_frames_of_a_still_camera_do_not_slow_the_moving_ones() -> None:
    pace = Pace()
    pace.note(FULL, 2.0, FULL)
    assert pace.size("AUTO", FULL, still=False).pixels == pytest.approx(SMALL_PIXELS, rel=0.1)


def test_what_the_user_chooses_stays() -> None:
    pace = Pace()
    for still in (False, True):
        for _ in range(10):
            pace.note(FULL, 3.0, FULL)
        assert pace.size("FULL", FULL, still) == FULL
        assert pace.size("SMALL", FULL, still).pixels == pytest.approx(SMALL_PIXELS, rel=0.1)
    tiny = FrameSize(64, 96)
    assert pace.size("SMALL", tiny, still=False) == tiny, "never larger than a take"


@pytest.mark.parametrize("ratio", [0.4, 9 / 16, 1.0, 16 / 9, 2.39, 8.0])
def test_sizes_keep_the_ratio_as_far_as_their_steps_allow(ratio: float) -> None:
    size = frame_size(SMALL_PIXELS, ratio)
    assert size.height % STEP == size.width % STEP == 0 and min(size.height, size.width) >= 64
    if 0.3 < ratio < 3:
        assert size.width / size.height == pytest.approx(ratio, rel=0.1)
