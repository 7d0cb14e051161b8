"""Paired short runs, at toy size."""

from __future__ import annotations

import json

import pytest
import torch

from inference_backend.errors import InvalidRequest, NotFound
from inference_backend.models.previz.model import PrevizModel
from inference_backend.training.ablation import read_ablation, schedule
from inference_backend.training.ablation_table import markdown
from inference_backend.training.cache import cache_set
from inference_backend.training.cli import main

CONFIG = """
seconds = 0.3
[autoencoder]
batch = 2
picture_size = 32
[denoiser]
batch = 1
[[variant]]
name = "both"
group = "Tokens"
trains = "autoencoder"
fine = 2
coarse = 4
[[variant]]
name = "all"
group = "Memory"
trains = "denoiser"
[[variant]]
name = "none"
group = "Memory"
trains = "denoiser"
candidates = "none"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ablation.toml"
    path.write_text(CONFIG)
    return path


def read(path):
    return read_ablation(str(path), "sets", "", 0.0, 0.0)


def test_variants_train_for_the_same_time_and_are_tabled(file, tmp_path):
    before = torch.get_num_threads()
    sets = tmp_path / "sets"
    sets.mkdir()
    for seed in (3, 100):
        cache_set(seed, sets, 3, 48, 64)
    torch.manual_seed(0)
    PrevizModel().save(tmp_path / "init.safetensors")
    words = ["--sets", str(sets), "--init", str(tmp_path / "init.safetensors"), "--out", str(tmp_path / "table.json")]
    try:
        assert main(["ablation", "--config", str(file), *words]) == 0
    finally:
        torch.set_num_threads(before)
    rows = json.loads((tmp_path / "table.json").read_text())
    assert [row["name"] for row in rows] == ["both", "all", "none"]
    assert all(row["seconds"] >= 0.3 and row["steps"] >= 1 for row in rows)
    assert rows[0]["bytes_cell"] == 2 * (4 * 2 + 4) and {"guided_psnr", "moved_psnr"} <= set(rows[0])
    assert {"seen_psnr", "revisit_psnr"} <= set(rows[1])
    assert rows[1]["revisit_psnr"] > rows[2]["revisit_psnr"]
    assert (tmp_path / "table.md").read_text().startswith("| Tokens | bytes a cell")


def test_the_configuration_that_ships_can_be_read():
    config = read_ablation("ablation", "sets", "", 0.0, 0.0)
    candidates = {variant.get("candidates", "all") for variant in config.variants if variant["trains"] == "denoiser"}
    sizes = {4 * v.get("fine", 0) + v.get("coarse", 0) for v in config.variants if v["trains"] == "autoencoder"}
    assert candidates == {"all", "nearest", "mean", "none"} and sizes == {48, 12}


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("seconds", "secs", "`secs` in .* is no option of an ablation"),
        ('trains = "autoencoder"', 'trains = "everything"', "'both' .* trains nothing"),
        ('candidates = "none"', "candidate = 1", "`candidate` in the variant 'none' .* is no option"),
        ("batch = 1", "batch = 1.5", r"`batch` in \[denoiser\] .* is 1.5"),
        ("[[variant]]", "[[ignored]]", "`ignored` in .* is no option"),
    ],
)
def test_what_is_wrong_is_named(file, was, now, said):
    file.write_text(CONFIG.replace(was, now))
    with pytest.raises(InvalidRequest, match=said):
        read(file)


def test_without_variants_or_sets_there_is_nothing_to_compare(file, tmp_path):
    (tmp_path / "empty.toml").write_text("seconds = 3")
    with pytest.raises(InvalidRequest, match="names no variants"):
        read(tmp_path / "empty.toml")
    with pytest.raises(NotFound, match="no cached sets"):
        main(["ablation", "--config", str(file), "--sets", str(tmp_path), "--out", str(tmp_path / "t.json")])


def test_the_learning_rate_rises_and_falls_with_the_time():
    assert schedule(0) < 0.1 and schedule(0.05) > 0.95 and abs(schedule(0.5) - 0.5) < 0.01 and schedule(1) < 1e-9


def test_the_table_has_the_columns_of_its_group():
    rows = [
        {"name": "a", "group": "One", "steps": 3, "seen_psnr": 20.126, "seen_sharpness": 0.5},
        {"name": "b", "group": "One", "steps": 4},
        {"name": "c", "group": "Two", "steps": 5},
    ]
    assert markdown(rows) == (
        "| One | steps | seen |\n|---|---|---|\n| a | 3 | 20.13 (0.50) |\n| b | 4 | – |\n\n"
        "| Two | steps |\n|---|---|\n| c | 5 |\n"
    )
