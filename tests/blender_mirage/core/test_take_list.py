from __future__ import annotations

import pytest

from blender_mirage.core.take_files import create_take_folder, frame_path, write_frame, write_sidecar
from blender_mirage.core.take_list import (
    Review,
    describe_seconds,
    describe_take,
    estimate_seconds,
    neighbour,
    review_take,
    takes_of,
)


def make(base, shot="walk", frames=(1, 2), **facts):
    version, folder = create_take_folder(base, shot)
    for frame in frames:
        write_frame(frame_path(base, shot, version, frame), b"png")
    if facts:
        write_sidecar(folder, facts)
    return folder


def test_versions_rise_and_what_has_no_frame_is_passed_over(tmp_path):
    make(tmp_path, seed=3, state="done")
    make(tmp_path, frames=())
    make(tmp_path, frames=(5,), seed=4, state="cancelled")
    first, last = takes_of(tmp_path, "walk")
    assert (first.name, first.frames, first.state) == ("v001", (1, 2), "done")
    assert (last.name, describe_take(last)) == ("v003", "1 frame, seed 4, cancelled")
    assert describe_take(first) == "2 frames, seed 3"
    assert takes_of(tmp_path, "run") == ()


def test_what_is_thought_of_a_take_stays_beside_it_and_the_sidecar_as_it_was(tmp_path):
    folder = make(tmp_path, seed=3)
    before = (folder / "take.json").read_bytes()
    review_take(folder, Review(True, "die Tür ist schön"))
    assert takes_of(tmp_path, "walk")[0].review == Review(True, "die Tür ist schön")
    assert (folder / "take.json").read_bytes() == before
    (folder / "review.json").write_text("[]")
    assert takes_of(tmp_path, "walk")[0].review == Review()


def test_up_and_down_stop_at_the_ends_and_pass_over_gaps(tmp_path):
    make(tmp_path)
    make(tmp_path, frames=())
    make(tmp_path)
    takes = takes_of(tmp_path, "walk")
    assert neighbour(takes, 1, 1).version == 3 and neighbour(takes, 3, -1).version == 1
    assert neighbour(takes, 3, 1) is None and neighbour(takes, 1, -1) is None
    assert neighbour(takes, 99, -1).version == 3, "from one that is gone to the newest"


def test_an_estimate_is_in_proportion_to_frames_and_pixels_of_the_newest_finished(tmp_path):
    facts = {"engine": "previz", "state": "done", "height": 10, "width": 20}
    make(tmp_path, **facts, created="2026-01-01", seconds={"denoise": 100.0})
    make(tmp_path, **facts, created="2026-01-03", seconds={"denoise": 3.0, "decode": 1.0, "transfer": 50.0})
    make(tmp_path, **facts, created="2026-01-02", seconds={"denoise": 100.0})
    make(tmp_path, **(facts | {"state": "cancelled"}), created="2026-01-09", seconds={"denoise": 100.0})
    takes = takes_of(tmp_path, "walk")
    assert estimate_seconds(takes, "previz", 10, 200) == pytest.approx(20.0)
    assert estimate_seconds(takes, "previz", 5, 800) == pytest.approx(40.0)
    assert estimate_seconds(takes, "wan22", 5, 800) is None and estimate_seconds((), "previz", 5, 800) is None


def test_frames_taken_over_took_no_time(tmp_path):
    make(tmp_path, frames=range(1, 11), state="done", reused=list(range(8)), seconds={"denoise": 4.0})
    assert takes_of(tmp_path, "walk")[0].seconds_a_frame == 2.0


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (42.4, "42 s"), (200, "3 min"), (7500, "2 h 5 min")])
def test_a_wait_in_words(seconds, words):
    assert describe_seconds(seconds) == words


def test_a_folder_that_cannot_be_read_holds_no_take(tmp_path):
    folder = make(tmp_path, seed=1)
    broken = tmp_path / "walk" / "v002"
    broken.symlink_to(tmp_path / "gone", target_is_directory=True)
    assert [take.folder for take in takes_of(tmp_path, "walk")] == [folder], "a link to a drive that went away"
    (tmp_path / "run").write_text("a file where the shot's folder should be")
    assert takes_of(tmp_path, "run") == ()
