"""The whole benchmark at its smallest, through the command: every part measures, and what is written can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from inference_backend.cli import main as mirage
from inference_backend.evaluation.previz_bench import cli, long_path
from inference_backend.models.previz.model import PrevizModel

TINY = cli.Scale(sets=1, cameras=1, film=4, judged=3, walls=1, rooms=2, path=16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("previz")
    small = pytest.MonkeyPatch()
    small.setattr(cli, "QUICK", TINY)
    small.setattr(cli, "SIZE", (72, 128))
    small.setattr(long_path, "SIZE", (36, 64))
    small.setattr(cli.photographs, "SCIENTIFIC", ())
    small.setattr(cli.photographs, "EVERYDAY", ("chelsea.png",))
    torch.manual_seed(0)
    PrevizModel().save(folder / "weights.safetensors")
    options = {"weights": "weights.safetensors", "json": "figures.json", "sheet": "sheet.png", "pictures": "pictures"}
    named = [part for name, file in options.items() for part in (f"--{name}", str(folder / file))]
    threads = torch.get_num_threads()
    try:
        assert mirage(["bench", "previz", "--quick", *named]) == 0
    finally:
        torch.set_num_threads(threads)
        small.undo()
    return folder


def test_every_part_gives_rows_and_the_figures_of_every_set(folder):
    written = json.loads((folder / "figures.json").read_text())
    assert {row["group"].split(",")[0] for row in written["rows"]} >= {
        "autoencoder alone",
        "surfaces in the look",
        "surfaces that the look does not show",
        "a closed camera move of 4 frames",
        "a brick wall",
    }
    sets = written["sets"]
    assert set(sets) == set(cli.PARTS) and len(written["weights"]) == 16
    assert sets["seen"][0]["seen"]["psnr"] > 0 and "pictures" not in sets["seen"][0]
    assert sets["path"][0]["rooms"] == 2 and sets["film"][0]["frames"] == 4


def test_no_true_picture_is_worse_than_ours_by_an_untrained_model(folder):
    found = json.loads((folder / "figures.json").read_text())["sets"]
    assert found["seen"][0]["carried"]["psnr"] > found["seen"][0]["seen"]["psnr"]
    wall = found["bricks"][0][1]["counted"]
    assert wall["truth"] > wall["ours"]


def test_the_sheet_and_the_pictures_are_there(folder):
    with Image.open(folder / "sheet.png") as sheet:
        assert sheet.width > 4 * 128
    assert len(list((folder / "pictures").glob("*.png"))) == 3


def test_weights_that_are_not_there_are_named(capsys, tmp_path):
    assert mirage(["bench", "previz", "--weights", str(tmp_path / "none.safetensors")]) == 1
    assert "none.safetensors" in capsys.readouterr().err
