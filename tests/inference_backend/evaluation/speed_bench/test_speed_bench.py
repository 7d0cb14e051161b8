"""The speed benchmark over tiny takes: what it measures is a real take, and its figures hang together."""

from __future__ import annotations

import json

import pytest
import torch

from inference_backend.evaluation.speed_bench import cli
from inference_backend.evaluation.speed_bench.footage import SETS, film
from inference_backend.evaluation.speed_bench.report import Row, table
from tests.support.engines import random_engine

SIZE = (40, 64)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    random_engine()._model.save(folder / "previz.safetensors")
    return folder


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", SETS)
def test_footage_is_lit_and_closes_its_loop(name) -> None:
    footage = film(name, 4, SIZE)
    request, arrays = footage.take
    assert request.greybox.lamps and len(request.frames) == len(arrays["c2w"]) == 4
    assert {instance.mesh for instance in request.greybox.instances} <= set(footage.meshes)
    assert bool(len(arrays["moving"])) == any(i.vertex_track for i in request.greybox.instances) == (name == SETS[1])
    assert footage.seed_view[1]["image"].shape == (*SIZE, 3) and footage.seed_view[1]["image"].std() > 5


def test_a_run_measures_both_takes_and_writes_what_it_prints(tmp_path, weights, capsys) -> None:
    out = tmp_path / "speed.json"
    arguments = ["--frames", "4", "--long", "6", "--size", "64x40", "--set", SETS[0], "--only", "take", "--only",
                 "growth", "--weights-dir", str(weights), "--json", str(out)]  # fmt: skip
    assert cli.main(arguments) == 0
    found = json.loads(out.read_text())
    shown = capsys.readouterr().out
    assert all(row["name"] in shown for row in found["rows"])
    first, second = found["raw"][f"{SETS[0]} take"]
    assert first["frames"] == second["frames"] == 4
    for one in (first, second):
        assert 0 < one["first"] < one["whole"] and one["all_frames"] < one["whole"]
        assert {"raycast", "read", "denoise", "decode", "save"} <= set(one["stages"])
    assert found["raw"][f"{SETS[0]} growth"][1]["frames"] == 6


def test_a_row_is_met_on_the_right_side_of_its_bar() -> None:
    assert Row("a", 6.5, "frames/s", 6.0).met and not Row("a", 5.5, "frames/s", 6.0).met
    assert Row("a", 1.5, "s", 2.0, at_most=True).met and not Row("a", 2.5, "s", 2.0, at_most=True).met
    assert Row("a", 1.0, "").met is None
    assert "MISSED" in table([Row("a", 1.0, "s", 2.0)]) and "<= 2" in table([Row("a", 1.0, "s", 2.0, True)])
