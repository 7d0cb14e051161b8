"""Quarters of tokens lie where the surface has them, and each quarter of a cell gathers the ones that fall on it."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from inference_backend.memory.cells import Cells
from inference_backend.memory.directions import tangent_frame
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import GEOMETRY, read
from inference_backend.memory.write import write
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.previz.denoiser import Denoiser
from inference_backend.models.previz.warp import QUARTERS, QuarterWarp, quarter_places

CORNERS = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))


def cell(position, size, angle, normal):
    """One cell that a camera straight before the surface sees, turned by `angle`."""
    first, second = tangent_frame(normal)
    du = math.cos(angle) * first + math.sin(angle) * second
    dv = torch.linalg.cross(-normal, du)
    ones = torch.ones(1, dtype=torch.int32)
    return Cells(ones, ones, position, normal, normal, du * size, dv * size, torch.ones(1))


@pytest.mark.parametrize("angles", [(0.0, 0.0), (1.1, 0.3), (-2.0, 0.9)])
@pytest.mark.parametrize("sizes", [(0.5, 0.5), (0.8, 0.5), (0.3, 0.5)])
def test_quarters_of_a_token_lie_where_its_surface_has_them(angles, sizes):
    """Against the surface itself: the quarter's point in space, in steps of the cell that reads it."""
    normal = F.normalize(torch.tensor([[0.3, -0.8, 0.5]]), dim=-1)
    side = tangent_frame(normal)[0]
    token_cell = cell(0.05 * side, sizes[0], angles[0], normal)
    target = cell(torch.zeros(1, 3), sizes[1], angles[1], normal)
    tokens = write(torch.zeros(1, CHANNELS), token_cell)
    geometry = read(tokens, TokenIndex.build(tokens), target).geometry[:, 0]
    assert geometry[0, GEOMETRY - 1] == 1
    places = quarter_places(geometry.view(1, 1, GEOMETRY, 1, 1))[0, 0, :, :, 0, 0]
    for (right, down), place in zip(CORNERS, places, strict=True):
        point = token_cell.position + right * token_cell.du + down * token_cell.dv
        steps = [float((point * step).sum() / (step**2).sum()) for step in (target.du, target.dv)]
        assert place.tolist() == pytest.approx(steps, abs=0.02)


def test_each_quarter_gathers_the_token_that_falls_on_it():
    """Two tokens, half a cell to the left and to the right: the left quarters show the one, the right the other."""
    warp = QuarterWarp(1, depth=1)
    for parameter in warp.parameters():
        torch.nn.init.zeros_(parameter)
    warp.log_pull.data.fill_(math.log(50))
    # Every quarter of a token shows the token's one channel.
    warp.unfold[0].weight.data[0, 0] = 1
    warp.unfold[2].weight.data[:, 0] = 1
    geometry = torch.zeros(1, 3, GEOMETRY, 1, 1)
    geometry[0, 0, 0], geometry[0, 1, 0] = -0.5, 0.5
    geometry[0, :2, 5] = 1
    geometry[0, :2, GEOMETRY - 1] = 1
    features = torch.tensor([1.0, 3.0, 100.0]).view(1, 3, 1, 1, 1)
    out = warp(features, geometry).flatten().tolist()
    assert out == pytest.approx([1, 3, 1, 3], abs=1e-3)


def test_nothing_is_gathered_where_nothing_is():
    warp = QuarterWarp(CHANNELS)
    out = warp(torch.zeros(2, 4, CHANNELS, 3, 5), torch.zeros(2, 4, GEOMETRY, 3, 5))
    assert out.shape == (2, QUARTERS * warp.depth, 3, 5) and out.abs().max() == 0


def test_an_untrained_warp_adds_nothing():
    torch.manual_seed(0)
    denoiser = Denoiser()
    assert denoiser.warp_enter.weight.abs().max() == 0 and denoiser.warp_leave.weight.abs().max() == 0
