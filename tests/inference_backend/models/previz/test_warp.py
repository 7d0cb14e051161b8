"""Pixels of a cell sample the tokens' patches where the surface has them."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from inference_backend.memory.cells import Cells
from inference_backend.memory.directions import tangent_frame
from inference_backend.memory.index import TokenIndex
from inference_backend.memory.read import GEOMETRY, INTO_TOKEN, PRESENT, read
from inference_backend.memory.write import write
from inference_backend.models.previz.autoencoder import CHANNELS
from inference_backend.models.previz.warp import SIDE, PatchWarp, resample, sample_places
from inference_backend.models.previz.warp_kernel import Resample

NORMAL = F.normalize(torch.tensor([[0.3, -0.8, 0.5]]), dim=-1)


def cell(position, steps, angle=0.0, normal=NORMAL):
    """One cell with the given length of its step to the right and down, which a slanted view makes unequal and skew,
    turned by `angle`."""
    first, second = tangent_frame(normal)
    du = math.cos(angle) * first + math.sin(angle) * second
    across = torch.linalg.cross(-normal, du)
    ones = torch.ones(1, dtype=torch.int32)
    return Cells(ones, ones, position, normal, normal, du * steps[0], (across + 0.3 * du) * steps[1], torch.ones(1))


def pixels():
    """[16,2] offsets of a cell's pixels from its centre, in cells."""
    offset = (torch.arange(SIDE) - (SIDE - 1) / 2) / SIDE
    return torch.cartesian_prod(offset, offset).flip(-1)


@pytest.mark.parametrize("angles", [(0.0, 0.0), (1.1, 0.3), (-2.0, 0.9)])
@pytest.mark.parametrize("steps", [((0.5, 0.5), (0.5, 0.5)), ((0.8, 0.3), (0.5, 0.4)), ((0.3, 0.5), (0.5, 0.1))])
def test_pixels_lie_in_the_token_where_the_surface_has_them(angles, steps):
    """Against the surface itself: from the place in the token back to a point in space, which is the pixel's."""
    token_cell = cell(0.07 * tangent_frame(NORMAL)[0], steps[0], angles[0])
    target = cell(torch.zeros(1, 3), steps[1], angles[1])
    tokens = write(torch.zeros(1, CHANNELS), token_cell)
    readout = read(tokens, TokenIndex.build(tokens), target)
    places, present = sample_places(readout.geometry)
    assert present[0, 0, 0] == 1 and not present[0, 0, 1:].any()
    shown = token_cell.position + places[0, :, 0] @ torch.cat([token_cell.du, token_cell.dv])
    wanted = target.position + pixels() @ torch.cat([target.du, target.dv])
    torch.testing.assert_close(shown, wanted, atol=0.01, rtol=0)


def test_the_place_of_a_cell_in_its_own_token_is_the_cell():
    one = cell(torch.zeros(1, 3), (0.4, 0.2), 0.7)
    tokens = write(torch.zeros(1, CHANNELS), one)
    into = read(tokens, TokenIndex.build(tokens), one).geometry[0, 0, INTO_TOKEN:]
    torch.testing.assert_close(into, torch.tensor([0.0, 0, 1, 0, 0, 1]), atol=5e-3, rtol=0)


def linear_picture(places, slope=(2.0, 5.0)):
    return places[..., 0] * slope[0] + places[..., 1] * slope[1]


def copying_warp():
    """A warp that shows a token's first channels as they are: sample s of the patch is channel s."""
    warp = PatchWarp(SIDE * SIDE, depth=1, hidden=2 * SIDE * SIDE)
    for parameter in warp.parameters():
        torch.nn.init.zeros_(parameter)
    warp.log_fall.data.fill_(math.log(4000))
    samples = SIDE * SIDE
    # LeakyReLU is undone by carrying every channel with both signs.
    for i in range(samples):
        warp.unfold[0].weight.data[i, i] = 1
        warp.unfold[0].weight.data[samples + i, i] = -1
        warp.unfold[2].weight.data[i, i] = 1 / 1.1
        warp.unfold[2].weight.data[i, samples + i] = -1 / 1.1
    return warp


def test_a_picture_that_is_linear_in_space_is_copied_exactly():
    """Two tokens side by side hold samples of one linear picture; a cell half across both shows it, within the patches'
    own samples where bilinear interpolation is exact."""
    warp = copying_warp()
    features = torch.stack([linear_picture(pixels() + torch.tensor([x, 0.0])) for x in (-0.5, 0.5)])
    geometry = torch.zeros(1, 3, GEOMETRY, 1, 1)
    geometry[0, :2, PRESENT] = 1
    geometry[0, :2, INTO_TOKEN, 0, 0] = torch.tensor([0.5, -0.5])
    geometry[0, :2, INTO_TOKEN + 2] = geometry[0, :2, INTO_TOKEN + 5] = 1
    features = torch.cat([features, 100 * torch.ones(1, SIDE * SIDE)]).view(1, 3, -1, 1, 1)
    shown = warp(features, geometry).flatten()
    torch.testing.assert_close(shown, linear_picture(pixels()), atol=1e-3, rtol=1e-3)


def some_patches(seed, b=2, k=4, n=60, depth=3):
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(b, n, k, GEOMETRY, generator=generator)
    rows[..., PRESENT] = (torch.rand(b, n, k, generator=generator) > 0.3).float()
    patch = torch.randn(b, k, n, SIDE * SIDE, depth, generator=generator, requires_grad=True)
    trust = torch.randn(b, n, k, generator=generator, requires_grad=True)
    return patch, rows, trust, torch.tensor(7.0, requires_grad=True)


@pytest.mark.parametrize("seed", range(3))
def test_the_compiled_loop_and_its_slopes_are_those_of_the_whole_array_version(seed):
    found = []
    for function in (Resample.apply, resample):
        patch, rows, trust, fall = some_patches(seed)
        out = function(patch, rows, trust, fall)
        (out * torch.linspace(-1, 1, out.numel()).view(out.shape)).sum().backward()
        found.append((out.detach(), patch.grad, trust.grad, fall.grad))
    for compiled, whole in zip(*found, strict=True):
        torch.testing.assert_close(compiled, whole, atol=2e-4, rtol=1e-3)


def test_nothing_is_gathered_where_nothing_is():
    warp = PatchWarp(CHANNELS)
    out = warp(torch.zeros(2, 4, CHANNELS, 3, 5), torch.zeros(2, 4, GEOMETRY, 3, 5))
    assert out.shape == (2, warp.width, 3, 5) and out.abs().max() == 0
