"""Options from TOML files and flags."""

from __future__ import annotations

import argparse

import pytest

from inference_backend.errors import InvalidRequest, NotFound
from inference_backend.training.config import AutoencoderConfig, TrainingConfig
from inference_backend.training.options import CONFIGS, add_options, config_of

RUNS = sorted(path for path in CONFIGS.glob("*.toml") if path.stem != "ablation")


def parsed(kind, *words):
    parser = argparse.ArgumentParser()
    add_options(parser, kind)
    return config_of(parser.parse_args(words), kind, needed=("run",))


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_configuration_that_ships_is_one_of_its_verb(path):
    kind = AutoencoderConfig if path.stem == "autoencoder" else TrainingConfig
    assert parsed(kind, "--config", path.stem, "--run", "r").steps > 0


def test_flags_win_over_set_and_set_over_the_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("steps = 5\nbatch = 6\nlearning_rate = 1\nrun = 'here'\n")
    config = parsed(TrainingConfig, "--config", str(file), "--set", "batch=7", "--set", "ema=0.5", "--batch", "8")
    assert (config.steps, config.batch, config.ema, config.run) == (5, 8, 0.5, "here")
    assert config.learning_rate == 1 and isinstance(config.learning_rate, float)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("stepps = 5", "`stepps` in .* is no option", "Did you mean `steps`"),
        ("zebra = 5", "`zebra` in .* is no option", "There are adversarial"),
        ("steps = 5.5", "`steps` in .* is 5.5", "a whole number"),
        ("steps = 'many'", "`steps` in .* is 'many'", "a whole number"),
        ("ema = true", "`ema` in .* is True", "a number"),
        ("steps =", "is no TOML file", "key = value"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, text, said, hint):
    file = tmp_path / "mine.toml"
    file.write_text(text + "\n")
    with pytest.raises(InvalidRequest, match=said) as raised:
        parsed(TrainingConfig, "--config", str(file), "--run", "r")
    assert hint in raised.value.hint


def test_what_is_wrong_on_the_command_line_is_named(tmp_path):
    with pytest.raises(InvalidRequest, match="`batch` in the command line is 'two'"):
        parsed(TrainingConfig, "--run", "r", "--batch", "two")
    with pytest.raises(InvalidRequest, match="--set batch has no value"):
        parsed(TrainingConfig, "--run", "r", "--set", "batch")
    with pytest.raises(NotFound, match="There is no configuration") as raised:
        parsed(TrainingConfig, "--run", "r", "--config", str(tmp_path / "none.toml"))
    assert "autoencoder" in raised.value.hint
