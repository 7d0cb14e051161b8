"""The whole benchmark at its smallest: every part measures, and the figures have the signs that they must have."""

from __future__ import annotations

import json

import pytest
import torch

from inference_backend.cli import main as mirage
from inference_backend.evaluation.baselines.append_all import AppendAll
from inference_backend.evaluation.baselines.rgb_cloud import RgbCloud
from inference_backend.evaluation.memory_bench import cli, conditioning, growth, read_time
from inference_backend.evaluation.memory_bench.report import Row, table
from tests.support.engines import random_engine

TINY = cli.Scale(1, (2000, 6000), (2000,), 8, 0, 4000, 1, per_loop=4)


@pytest.fixture(scope="module")
def report():
    small = pytest.MonkeyPatch()
    for name in ("PUBLISHED_GRID", "DEMO_GRID"):
        small.setattr(cli, name, (18, 32))
    for module in (read_time, conditioning):
        small.setattr(module, "PROBES", 1)
        small.setattr(module, "ROUNDS", 1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield cli.run(TINY, [0], random_engine(), ["read", "conditioning", "growth", "correctness", "store"])
    finally:
        torch.set_num_threads(threads)
        small.undo()


def by_name(report, start):
    return next(row for row in report.rows if row.name.startswith(start))


def test_every_part_gives_rows_that_can_be_shown_and_written(report):
    assert json.loads(json.dumps(report.to_json()))["rows"]
    shown = table(report.rows)
    assert all(row.name in shown for row in report.rows) and shown.count("target") == len(
        {row.group for row in report.rows}
    )


def test_the_figures_have_the_signs_that_they_must_have(report):
    assert by_name(report, "rgb cloud / ours after 10").mean > by_name(report, "published / ours after 10").mean > 1
    assert by_name(report, "ours, loop 100").mean >= 1
    assert 0 <= by_name(report, "hole rate").mean < 0.5 and by_name(report, "ghost rate").mean == 0
    assert all(value > 0 for row in report.rows if row.unit in ("x", "s") for value in row.values)


def test_the_bytes_a_point_are_those_that_the_baselines_hold():
    one, keep = torch.zeros(1, 3), torch.ones(1, dtype=torch.bool)
    rgb, published = RgbCloud(), AppendAll(8)
    rgb.append(torch.zeros(1, 1, 3, dtype=torch.uint8), one, keep)
    published.append(torch.zeros(8, 1, 1), one, keep)
    assert (rgb.cloud.nbytes(), published.cloud.nbytes()) == (growth.RGB_POINT, growth.PUBLISHED_POINT)


def test_the_worst_set_decides():
    assert Row("", "", (50.0, 39.0), "x", at_least=40).met is False
    assert Row("", "", (0.01, 0.02), "%", at_most=0.02).met is True
    assert Row("", "", (0.01, 0.02), "%", at_most=0.02).worst == 0.02 and Row("", "", (1.0,), "s").met is None


def test_the_command_knows_its_options(capsys):
    with pytest.raises(SystemExit):
        mirage(["bench", "memory", "--help"])
    assert "--quick" in capsys.readouterr().out
