from __future__ import annotations

import json

import pytest

from inference_backend.demo import figures
from inference_backend.evaluation.consistency import StoredTake
from inference_backend.worlds.catalog import WorldCatalog
from inference_backend.worlds.take_files import TakeFiles
from tests.support.stored_takes import make_take

UP, ACROSS = (0.0, -0.01, 6.0), (1.6, -3.8, 2.2)


@pytest.fixture
def measured(tmp_path):
    world = WorldCatalog(tmp_path).create("World").world_id
    walk = make_take(tmp_path, world, "walk", [UP, ACROSS, UP], 90.0)
    reverse = make_take(tmp_path, world, "reverse", [ACROSS, ACROSS], 0.0)
    facts = {"key_frames": (0, 1), "coverage": 0.25, "seconds": {"denoise": 3.0, "read": 0.6, "odd": 0.3}}
    TakeFiles(tmp_path).update_info(walk, **facts)
    takes = [StoredTake(tmp_path, take) for take in (walk, reverse, walk)]
    return figures.measure(*takes, takes[0].image(0), {"set": 1.0, "total": 61.4}, {takes[0].info.shot: 0.5})


def test_figures_are_those_of_the_takes(measured):
    assert measured.with_memory.psnr == 99.0
    walk, reverse = measured.shots
    assert (walk.shot, walk.frames, walk.key_frames, walk.coverage) == ("walk", 3, 2, 0.25)
    assert walk.seconds_per_frame == pytest.approx({"denoise": 1.0, "read": 0.2, "odd": 0.1, "transfer": 0.5 / 3})
    assert reverse.seconds_per_frame == {}
    assert measured.between_shots.static_psnr > 35


def test_the_report_is_json_with_every_figure(measured):
    report = json.loads(figures.to_json(measured))
    assert report["between_shots"]["static_psnr"] == measured.between_shots.static_psnr
    assert report["shots"][0]["seconds_per_frame"]["read"] == pytest.approx(0.2)
    assert report["seconds"]["total"] == 61.4


def test_the_table_says_the_same(measured):
    table = figures.to_table(measured)
    assert "walk: last frame against first" in table and "99.0 dB" in table
    assert "memory off" in table and "61 s (set 1)" in table
    heading = next(line for line in table.splitlines() if line.startswith("Seconds a frame"))
    assert heading.split()[3:] == ["read", "denoise", "transfer", "odd"]
