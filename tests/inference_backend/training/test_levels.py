"""Autoencoders with tokens of other shapes."""

from __future__ import annotations

import pytest
import torch

from inference_backend.models.previz.model import PrevizModel
from inference_backend.training.equivariance import Move
from inference_backend.training.levels import CELL, LevelAutoencoder


@pytest.mark.parametrize(("fine", "coarse", "channels"), [(3, 0, 12), (0, 12, 12), (2, 4, 12)])
def test_a_cell_holds_the_channels_it_says_and_a_picture_comes_back(fine, coarse, channels):
    torch.manual_seed(0)
    model = LevelAutoencoder(fine, coarse, PrevizModel())
    rgb = torch.rand(2, 3, 32, 48)
    latents = model.encode(rgb)
    assert latents.shape == (2, channels, 32 // CELL, 48 // CELL)
    assert model.decoder(latents, torch.zeros(2, 9, 32, 48)).shape == rgb.shape


@pytest.mark.parametrize(("fine", "coarse"), [(3, 0), (0, 12), (2, 4)])
def test_moving_by_whole_cells_and_turning_is_exact(fine, coarse):
    """The moved latents of a picture are those latents of other cells, whose own fine tokens were turned with them."""
    torch.manual_seed(0)
    model = LevelAutoencoder(fine, coarse, PrevizModel())
    latents = torch.randn(1, 4 * fine + coarse, 6, 7)
    window = model.resample(latents, Move(torch.tensor([[1.0, 2.0]]), torch.ones(1), [0], [False]), 4)
    assert torch.equal(window, latents[..., 1:5, 2:6])
    turned = model.resample(latents, Move(torch.tensor([[1.0, 2.0]]), torch.ones(1), [2], [False]), 4)
    back = model.resample(turned, Move(torch.zeros(1, 2), torch.ones(1), [2], [False]), 4)
    assert torch.equal(back, window) and not torch.equal(turned, window)


def test_both_levels_reach_the_picture():
    torch.manual_seed(0)
    model = LevelAutoencoder(2, 4, PrevizModel())
    latents = torch.randn(1, 12, 4, 4, requires_grad=True)
    model.decoder(latents, torch.zeros(1, 9, 32, 32)).square().sum().backward()
    assert (latents.grad.abs().amax((0, 2, 3)) > 0).all()
