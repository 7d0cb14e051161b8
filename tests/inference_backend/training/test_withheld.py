"""Conditions with parts withheld."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch

from inference_backend.memory.read import CANDIDATES, GEOMETRY, PRESENT
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.previz.denoiser import LOOK, PALETTE, Condition
from inference_backend.models.previz.guide import CELL_CHANNELS
from inference_backend.models.previz.vocabulary import WORDS
from inference_backend.training.config import TrainingConfig
from inference_backend.training.withheld import withhold

H, W = 3, 4


@pytest.fixture
def condition():
    draw = torch.Generator().manual_seed(0)
    shapes = {
        "features": (1, CANDIDATES, CHANNELS, H, W),
        "geometry": (1, CANDIDATES, GEOMETRY, H, W),
        "guide": (1, CELL_CHANNELS, H, W),
        "palette": (1, PALETTE, H, W),
        "look": (1, LOOK),
        "words": (1, len(WORDS)),
    }
    made = {name: torch.rand(shape, generator=draw) for name, shape in shapes.items()}
    made["geometry"][:, :, PRESENT] = (torch.arange(CANDIDATES) < 2).float()[None, :, None, None]
    present = made["geometry"][:, :, PRESENT : PRESENT + 1]
    return Condition(**made | {"features": made["features"] * present, "geometry": made["geometry"] * present})


def changed(condition, **options):
    """The parts that are not as they were."""
    config = replace(TrainingConfig("", ""), **options)
    left = withhold(condition, config)
    names = {field.name for field in fields(Condition)}
    return left, {name for name in names if not torch.equal(getattr(left, name), getattr(condition, name))}


def test_by_default_nothing_is_withheld(condition):
    assert changed(condition)[1] == set()


def test_the_nearest_candidate_stays_as_it_lies(condition):
    left, names = changed(condition, candidates="nearest")
    assert names == {"features", "geometry"}
    assert torch.equal(left.features[:, 0], condition.features[:, 0]) and not left.features[:, 1:].any()
    assert torch.equal(left.geometry[:, 0], condition.geometry[:, 0]) and not left.geometry[:, 1:].any()


def test_averaged_candidates_are_the_mean_of_those_that_are_there(condition):
    left, names = changed(condition, candidates="mean")
    assert names == {"features", "geometry"}
    torch.testing.assert_close(left.features[:, 0], condition.features[:, :2].mean(1))
    assert left.geometry.sum() == H * W and (left.geometry[:, 0, PRESENT] == 1).all()


def test_without_memory_nothing_of_it_is_left(condition):
    left, names = changed(condition, candidates="none")
    assert names == {"features", "geometry", "look", "palette"}
    assert not any(getattr(left, name).any() for name in names)


def test_palette_and_shading_are_withheld_alone(condition):
    assert changed(condition, palette=0)[1] == {"palette"}
    left, names = changed(condition, shading=0)
    gone = (left.guide != condition.guide).flatten(2).any(2)[0]
    assert names == {"guide"} and gone.nonzero().flatten().tolist() == [7, 8, 9, 10]
